/**
 * What the cron that reads a pattern understands, and how its fields are spelled.
 *
 * @module
 */

import { MONTH_NAMES, WEEKDAY_NAMES } from "./words.ts";

/** Options of `toCron`. */
export interface CronOptions {
  /** Whether only a pattern that means exactly the same is answered. @default {true} */
  readonly exact?: boolean;
  /** Whether there are six fields, seconds first. @default {false} */
  readonly seconds?: boolean;
  /** Weekdays as Sunday 0 to Saturday 6, as Monday 1 to Sunday 7, or as `SUN` to `SAT`. @default {"0-6"} */
  readonly week?: "0-6" | "1-7" | "name";
  /** Months as 1 to 12, or as `JAN` to `DEC`. @default {"number"} */
  readonly month?: "number" | "name";
  /** Whether `15W`, the working day closest to the 15th, is understood. @default {false} */
  readonly closestW?: boolean;
  /** Whether `1#2`, the second Monday, `5L`, the last Friday, and `L`, the last day, are understood. @default {false} */
  readonly nthHash?: boolean;
  /** Whether one of the two day fields has to be `?`. @default {false} */
  readonly domDowExclusive?: boolean;
  /** With `exact: false`: leaves out what has no field instead of throwing. @default {false} */
  readonly omit?: boolean;
}

/** The fields of a pattern, as text. */
export interface PatternFields {
  /** Seconds. */
  readonly second: string;
  /** Minutes. */
  readonly minute: string;
  /** Hours. */
  readonly hour: string;
  /** Days of the month. */
  readonly day: string;
  /** Months. */
  readonly month: string;
  /** Days of the week. */
  readonly weekday: string;
}

/** Joins the fields into a pattern. */
export function patternOf(fields: PatternFields, options: CronOptions): string {
  const { second, minute, hour, month } = fields;
  let { day, weekday } = fields;
  if (options.domDowExclusive === true) {
    if (weekday === "*") weekday = "?";
    else day = "?";
  }
  const words = [minute, hour, day, month, weekday];
  return (options.seconds === true ? [second, ...words] : words).join(" ");
}

/** A weekday, Sunday = 1, in the spelling of the options. */
export function weekdayText(weekday: number, { week = "0-6" }: CronOptions): string {
  if (week === "name") {
    return (WEEKDAY_NAMES[weekday - 1] ?? String(weekday)).slice(0, 3).toUpperCase();
  }
  return week === "1-7" && weekday === 1 ? "7" : String(weekday - 1);
}

/** A month, January = 1, in the spelling of the options. */
export function monthText(month: number, options: CronOptions): string {
  if (options.month !== "name") return String(month);
  return (MONTH_NAMES[month - 1] ?? String(month)).slice(0, 3).toUpperCase();
}
