/**
 * Cron patterns in plain English.
 *
 * @module
 */

import type { CronFields, NamedFields } from "./cron_fields.ts";
import { capitalized, MONTH_NAMES, ordinal, WEEKDAY_NAMES } from "./natural/words.ts";

/** Most times of day that are listed one by one. */
const MAX_TIMES = 6;

/** What a pattern means, e.g. `At 09:00 on Monday to Friday`. */
export function describeCron({ fields }: CronFields): string {
  const { day, weekday, month } = fields;
  const days = isAny(day) ? null : `on ${inWords(day, DAY)}`;
  const weekdays = isAny(weekday) ? null : `on ${inWords(weekday, WEEKDAY)}`;
  const isBoth = weekday.startsWith("+");
  const date = days !== null && weekdays !== null
    ? `${days} ${isBoth ? "when it is" : "or"} ${isBoth ? weekdays.slice(3) : weekdays}`
    : days ?? weekdays;
  const time = timeOf(fields);
  const dated = date ?? (time.startsWith("At") ? "every day" : null);
  const months = isAny(month) ? null : `in ${inWords(month, MONTH)}`;
  return [time, dated, months].filter((part) => part !== null).join(" ");
}

function timeOf({ second, minute, hour }: NamedFields): string {
  const times = timesOfDay(second, minute, hour);
  if (times !== null) return `At ${joined(times)}`;
  const seconds = second === "0" ? null : secondsOf(second);
  const hours = hoursOf(hour);
  if (isNumber(minute) && stepOf(hour) !== null) {
    const at = minute === "0" ? null : `at minute ${Number(minute)}`;
    return capital([seconds, everyStep(stepOf(hour)!, "hour"), at]);
  }
  const minutes = stepOf(minute);
  if (minutes !== null) {
    const every = minutes === 1 && seconds !== null ? null : everyStep(minutes, "minute");
    return capital([seconds, every, hours]);
  }
  const at = minute === "0" && /\d-\d/.test(hour)
    ? "every hour"
    : `at minute ${inWords(minute, NUMBER)}`;
  return capital([seconds, at, hours ?? "of every hour"]);
}

/** Every time of day when there are few; `null` otherwise. */
function timesOfDay(second: string, minute: string, hour: string): readonly string[] | null {
  const lists = [hour, minute, second].map((field) => /^\d+(,\d+)*$/.test(field) ? field : null);
  if (lists.includes(null)) return null;
  const [hours, minutes, seconds] = lists.map((list) =>
    [...new Set(list!.split(",").map(Number))].sort((a, b) => a - b)
  );
  if (hours!.length * minutes!.length * seconds!.length > MAX_TIMES) return null;
  return hours!.flatMap((h) =>
    minutes!.flatMap((m) =>
      seconds!.map((s) => `${two(h)}:${two(m)}${second === "0" ? "" : `:${two(s)}`}`)
    )
  );
}

function secondsOf(second: string): string {
  const step = stepOf(second);
  return step === null ? `at second ${inWords(second, NUMBER)}` : everyStep(step, "second");
}

function hoursOf(hour: string): string | null {
  const step = stepOf(hour);
  if (step === 1) return null;
  if (step !== null) return `in ${everyStep(step, "hour")}`;
  const range = /^(\d+)-(\d+)$/.exec(hour);
  if (range !== null) return `from ${two(Number(range[1]))}:00 to ${two(Number(range[2]))}:59`;
  return `in hour ${inWords(hour, NUMBER)}`;
}

/** `1` for `*`, `n` for a step over everything; `null` for anything else. */
function stepOf(field: string): number | null {
  if (isAny(field)) return 1;
  const step = /^[*?]\/(\d+)$/.exec(field);
  return step === null ? null : Number(step[1]);
}

function everyStep(count: number, unit: string): string {
  return count === 1 ? `every ${unit}` : `every ${count} ${unit}s`;
}

/** How the values of a field are called. */
interface Names {
  readonly one: (value: string) => string;
  readonly unit: string;
}

const NUMBER: Names = { one: (value) => String(Number(value)), unit: "" };

const MONTH: Names = { one: (value) => named(value, MONTH_NAMES, 1), unit: "month" };

const DAY: Names = {
  unit: "day",
  one: (value) => {
    const day = value.toUpperCase();
    if (day === "L") return "the last day of the month";
    if (day === "LW") return "the last working day of the month";
    const closest = /^(\d+)W$/.exec(day);
    if (closest !== null) return `the working day closest to the ${ordinal(Number(closest[1]))}`;
    return `the ${ordinal(Number(day))}`;
  },
};

const WEEKDAY: Names = {
  unit: "day",
  one: (value) => {
    const last = /^(.+?)(#?)L$/i.exec(value);
    if (last !== null) return `the last ${weekdayName(last[1]!)} of the month`;
    const [day, nth] = value.split("#");
    if (nth === undefined) return weekdayName(day!);
    return `the ${ordinal(Number(nth))} ${weekdayName(day!)} of the month`;
  },
};

function weekdayName(value: string): string {
  return named(value === "7" ? "0" : value, WEEKDAY_NAMES, 0);
}

function named(value: string, names: readonly string[], least: number): string {
  const byName = names.find((name) => name.slice(0, 3) === value.toLowerCase());
  return capitalized(byName ?? names[Number(value) - least] ?? value);
}

function inWords(field: string, names: Names): string {
  return joined(field.replace(/^\+/, "").split(",").map((part) => partInWords(part, names)));
}

function partInWords(part: string, names: Names): string {
  const [values, step] = part.split("/");
  const every = step === undefined || step === "1" ? "" : `every ${ordinal(Number(step))} `;
  if (isAny(values!)) return every === "" ? "any" : `${every}${names.unit || "one"}`;
  const [first, last] = values!.split("-");
  const words = last === undefined
    ? names.one(first!)
    : `${names.one(first!)} to ${names.one(last)}`;
  return every === "" ? words : `${every}${names.unit || "one"} of ${words}`;
}

function isAny(field: string): boolean {
  return field === "*" || field === "?";
}

function isNumber(field: string): boolean {
  return /^\d+$/.test(field);
}

function joined(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join("");
  return `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

function capital(parts: readonly (string | null)[]): string {
  return capitalized(parts.filter((part) => part !== null).join(" "));
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
