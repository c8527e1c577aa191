/**
 * Values in plain English: a weekday, a date and a time of day, with the words that lead to them.
 *
 * @module
 */

import type { Unit, UnitValue, Value } from "./ast.ts";
import { resolveValue } from "./resolve.ts";
import { capitalized, MONTH_NAMES, ordinal, WEEKDAY_NAMES } from "./words.ts";

/** What is said of values, for every unit at most one. */
export type Moment = ReadonlyMap<Unit, Value>;

/** How an hour without minutes is said: as the moment it starts, or as all of it. */
export type HourStyle = "start" | "whole";

const NTH = ["first", "second", "third", "fourth", "fifth"];
/** A month of 31 days: what is no more than that in it is so in every month. */
const ANY_MONTH = { year: 1, month: 1 };

/** Values as a map; a unit comes once. */
export function momentOf(values: readonly UnitValue[]): Moment {
  return new Map(values.map(({ unit, value }) => [unit, value]));
}

/** The number that a value always is; `null` when it depends on the month. */
export function constantOf(unit: Unit, value: Value | undefined): number | null {
  if (value === undefined) return null;
  const isConstant = value.kind === "number" || value.kind === "first" ||
    value.kind === "last" && unit !== "day";
  return isConstant ? resolveValue(unit, value, ANY_MONTH) : null;
}

/** Words for a moment with a preposition each: `on Monday at 09:30`. */
export function placedMoment(moment: Moment, style: HourStyle): string {
  const hasDay = moment.has("day");
  const weekday = moment.has("week") ? weekdayName(constantOf("week", moment.get("week"))!) : "";
  const date = dateOf(moment);
  const link = !hasDay ? "in " : /^\d+ days? /.test(date) ? "" : "on ";
  return [
    weekday === "" || hasDay ? "" : `on ${weekday}`,
    date === "" ? "" : link + date,
    timeOf(moment, style),
    weekday === "" || !hasDay ? "" : `if it is a ${weekday}`,
  ].filter((text) => text !== "").join(" ");
}

/** Words for a moment without prepositions, as the start or end of a range: `the 10th 09:30`. */
export function bareMoment(moment: Moment, style: "start" | "end"): string {
  const [hour, minute, second] = timeFields(moment);
  const isClock = hour !== null && (minute !== null || second === null);
  const time = isClock ? clock(hour, minute ?? (style === "end" ? 59 : 0), second) : [
    hour === null ? "" : `hour ${hour}`,
    minute === null ? "" : `minute ${minute}`,
    second === null ? "" : `second ${second}`,
  ];
  return [dateOf(moment), time].flat().filter((text) => text !== "").join(" ");
}

/** Day, month and year, as far as they are given: `1 January 2027`, `the last day of February`. */
function dateOf(moment: Moment): string {
  const [day, month, year] = [moment.get("day"), moment.get("month"), moment.get("year")];
  const yearText = year === undefined ? "" : `${constantOf("year", year)}`;
  if (day === undefined && month === undefined) return yearText;
  const monthText = month === undefined ? "" : monthOf(month);
  const number = constantOf("day", day);
  let date = monthText;
  if (day !== undefined && month === undefined) date = dayOf(day);
  else if (number !== null) {
    date = monthText.startsWith("month")
      ? `the ${ordinal(number)} of ${monthText}`
      : `${number} ${monthText}`;
  } else if (day !== undefined) {
    date = `${dayOf(day).replace(/ of the month$/, "")} of ${monthText}`;
  }
  if (yearText === "") return date;
  return month === undefined ? `${date} in ${yearText}` : `${date} ${yearText}`;
}

/** A day of the month: `the 15th`, `the last day of the month`, `the first Monday`. */
function dayOf(value: Value): string {
  const number = constantOf("day", value);
  if (number !== null) return `the ${ordinal(number)}`;
  switch (value.kind) {
    case "last":
      return moved(Math.min(value.offset, 0), "the last day of the month"); // none is later
    case "nth_weekday":
      return moved(value.offset, `the ${NTH[value.nth - 1]} ${weekdayName(value.weekday)}`);
    case "last_weekday":
      return moved(value.offset, `the last ${weekdayName(value.weekday)}`);
    case "first_workday":
      return moved(value.offset, "the first weekday of the month");
    case "last_workday":
      return moved(value.offset, "the last weekday of the month");
    case "closest_workday":
      return `the weekday closest to the ${ordinal(value.day)}`;
    default:
      return "";
  }
}

function moved(offset: number, day: string): string {
  if (offset === 0) return day;
  const count = Math.abs(offset) === 1 ? "1 day" : `${Math.abs(offset)} days`;
  return `${count} ${offset < 0 ? "before" : "after"} ${day}`;
}

/** `Monday`. */
export function weekdayName(number: number): string {
  const name = WEEKDAY_NAMES[number - 1];
  return name === undefined ? `weekday ${number}` : capitalized(name);
}

function monthOf(value: Value): string {
  return monthName(constantOf("month", value)!);
}

/** `January`. */
export function monthName(number: number): string {
  const name = MONTH_NAMES[number - 1];
  return name === undefined ? `month ${number}` : capitalized(name);
}

/** Hour, minute and second, as far as they are given; empty when none is. */
function timeOf(moment: Moment, style: HourStyle): string {
  const [hour, minute, second] = timeFields(moment);
  if (hour !== null && minute !== null) return `at ${clock(hour, minute, second)}`;
  const rest = [
    minute === null ? "" : `minute ${minute}`,
    second === null ? "" : `second ${second}`,
  ].filter((text) => text !== "").join(" ");
  if (hour === null) return rest === "" ? "" : `at ${rest}`;
  if (rest !== "" || style === "whole") {
    return hourSpan(hour) + (rest === "" ? "" : ` at ${rest}`);
  }
  return `at ${clock(hour, 0, null)}`;
}

function timeFields(moment: Moment): readonly [number | null, number | null, number | null] {
  return [
    constantOf("hour", moment.get("hour")),
    constantOf("minute", moment.get("minute")),
    constantOf("second", moment.get("second")),
  ];
}

function hourSpan(hour: number): string {
  return hour > 23 ? `in hour ${hour}` : `in the hour from ${clock(hour, 0, null)}`;
}

/** `09:30` or `09:30:15`. */
function clock(hour: number, minute: number, second: number | null): string {
  return [hour, minute, ...(second === null ? [] : [second])]
    .map((number) => String(number).padStart(2, "0")).join(":");
}

/** `a`, `a and b`, `a, b and c`. */
export function joined(texts: readonly string[], link: "and" | "or"): string {
  if (texts.length < 2) return texts.join("");
  return `${texts.slice(0, -1).join(", ")} ${link} ${texts.at(-1)}`;
}
