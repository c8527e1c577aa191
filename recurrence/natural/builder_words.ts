/**
 * What the builder writes: names, days and times of day.
 *
 * @module
 */

import { RecurrenceError } from "../error.ts";
import { capitalized, MONTH_NAMES, ordinal, WEEKDAY_NAMES } from "./words.ts";

/** A weekday, written short or in full as the builder is set. */
export type WeekdayName = "Sun" | "Mon" | "Tue" | "Wed" | "Thu" | "Fri" | "Sat";

/** A month, written short or in full as the builder is set. */
export type MonthName =
  | "Jan"
  | "Feb"
  | "Mar"
  | "Apr"
  | "May"
  | "Jun"
  | "Jul"
  | "Aug"
  | "Sep"
  | "Oct"
  | "Nov"
  | "Dec";

/** A weekday, a month, or any text of the language, which is kept as it is. */
export type RuleText = WeekdayName | MonthName | string & Record<never, never>;

/** A place in the month that has a word of its own; a weekday is a day from Monday to Friday there. */
export type DayPosition = "FirstDay" | "LastDay" | "FirstWeekday" | "LastWeekday";

/** Which of the weekdays of one name in a month. */
export type Nth = "First" | "Second" | "Third" | "Fourth" | "Fifth" | "Last";

/** Half of the day. */
export type DayHalf = "Am" | "Pm";

/** A time of day: hour and minute, then the second if there is one, then the half of the day if there is one. */
export type TimeParts = readonly [
  hour: number,
  minute: number,
  second?: number | null,
  half?: DayHalf,
];

/** How a `Temporal.PlainTime` is written: with seconds or without, by the 24-hour clock or by the half of the day. */
export type ClockStyle = readonly [includeSeconds?: boolean, half?: DayHalf];

/** What the names that follow look like. */
export interface NameStyle {
  /** Whether weekdays are written in full. */
  readonly fullWeekdays: boolean;
  /** Whether months are written in full. */
  readonly fullMonths: boolean;
}

const NTH: Readonly<Record<Nth, string>> = {
  First: "1st",
  Second: "2nd",
  Third: "3rd",
  Fourth: "4th",
  Fifth: "5th",
  Last: "Last",
};

const FULL_WEEKDAYS = fullNames(WEEKDAY_NAMES);
const FULL_MONTHS = fullNames(MONTH_NAMES);

function fullNames(names: readonly string[]): ReadonlyMap<string, string> {
  return new Map(names.map((name) => [capitalized(name.slice(0, 3)), capitalized(name)]));
}

/** A text, a weekday's and a month's name in the style that is set. */
export function nameText(text: RuleText, { fullWeekdays, fullMonths }: NameStyle): string {
  const weekday = fullWeekdays ? FULL_WEEKDAYS.get(text) : undefined;
  const month = fullMonths ? FULL_MONTHS.get(text) : undefined;
  return weekday ?? month ?? text;
}

/** `25th Dec`. */
export function dateText(month: RuleText, day: number, style: NameStyle): string {
  return `${ordinal(day)} ${nameText(month, style)}`;
}

/** `1stMon`, `LastFriday`. */
export function nthWeekdayText(nth: Nth, weekday: WeekdayName, style: NameStyle): string {
  return NTH[nth] + nameText(weekday, style);
}

/** `09:30`, `09:30:15`, `09:30pm`; the numbers are not checked. */
export function timeText([hour, minute, second, half]: TimeParts): string {
  const numbers = [hour, minute, ...(second === undefined || second === null ? [] : [second])];
  return numbers.map((number) => String(number).padStart(2, "0")).join(":") +
    (half ?? "").toLowerCase();
}

/**
 * A time of day as text.
 *
 * @throws {RecurrenceError} when it is noon or later and `half` is `"Am"`.
 */
export function clockText(time: Temporal.PlainTime, [withSeconds, half]: ClockStyle): string {
  const second = withSeconds === true ? time.second : null;
  if (half === undefined) return timeText([time.hour, time.minute, second]);
  if (half === "Am" && time.hour >= 12) {
    const text = `${time}am`;
    const expected = [`${time}`, `"Pm"`];
    throw new RecurrenceError(text, [{
      message: `${time} is not before noon`,
      offset: 0,
      length: text.length,
      expected,
    }]);
  }
  return timeText([time.hour % 12 === 0 ? 12 : time.hour % 12, time.minute, second, half]);
}
