/**
 * What a value is worth in a given month. Whole numbers only: nothing here allocates or knows a time zone.
 *
 * @module
 */

import type { Unit, Value, Weekday } from "./ast.ts";

/** A month of a year. */
export interface YearMonth {
  /** The year, 1 to 9999. */
  readonly year: number;
  /** The month, January = 1. */
  readonly month: number;
}

/** The least and the greatest value of every unit. */
export const UNIT_SPAN: Readonly<Record<Unit, { readonly min: number; readonly max: number }>> = {
  second: { min: 0, max: 59 },
  minute: { min: 0, max: 59 },
  hour: { min: 0, max: 23 },
  day: { min: 1, max: 31 },
  week: { min: 1, max: 7 },
  month: { min: 1, max: 12 },
  year: { min: 1, max: 9999 },
};

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const WEEKDAY_SHIFT = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];

/** How many days a month has. */
export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : MONTH_DAYS[month - 1]!;
}

/** The weekday of a date of the Gregorian calendar. */
export function weekdayOf(year: number, month: number, day: number): Weekday {
  const y = month < 3 ? year - 1 : year; // January and February count to the year before
  const leapDays = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return ((y + leapDays + WEEKDAY_SHIFT[month - 1]! + day) % 7 + 1) as Weekday;
}

/**
 * What a value of a unit is worth in a month; `null` when that month has none, such as a fifth Friday.
 *
 * Numbers are not checked: hour 25 is 25.
 */
export function resolveValue(unit: Unit, value: Value, at: YearMonth): number | null {
  switch (value.kind) {
    case "number":
      return value.number;
    case "first":
      return clamp(UNIT_SPAN[unit].min + value.offset, UNIT_SPAN[unit].min, UNIT_SPAN[unit].max);
    case "last": {
      const max = unit === "day" ? daysInMonth(at.year, at.month) : UNIT_SPAN[unit].max;
      return clamp(max + value.offset, UNIT_SPAN[unit].min, max);
    }
    default:
      return resolveDay(value, at.year, at.month);
  }
}

type DayValue = Exclude<Value, { readonly kind: "number" | "first" | "last" }>;

function resolveDay(value: DayValue, year: number, month: number): number | null {
  const length = daysInMonth(year, month);
  if (value.kind === "closest_workday") return closestWorkday(value.day, year, month);
  if (value.kind === "nth_weekday") {
    const day = firstOf(value.weekday, year, month) + 7 * (value.nth - 1);
    return day > length ? null : clamp(day + value.offset, 1, length);
  }
  if (value.kind === "last_weekday") {
    const first = firstOf(value.weekday, year, month);
    return clamp(first + 7 * Math.floor((length - first) / 7) + value.offset, 1, length);
  }
  const day = value.kind === "first_workday"
    ? firstWorkday(weekdayOf(year, month, 1))
    : lastWorkday(length, weekdayOf(year, month, length));
  return clamp(day + value.offset, 1, length);
}

/** The first day of the month that is this weekday. */
function firstOf(weekday: Weekday, year: number, month: number): number {
  return 1 + (weekday - weekdayOf(year, month, 1) + 7) % 7;
}

function firstWorkday(weekdayOfFirst: Weekday): number {
  if (weekdayOfFirst === 7) return 3;
  return weekdayOfFirst === 1 ? 2 : 1;
}

function lastWorkday(length: number, weekdayOfLast: Weekday): number {
  if (weekdayOfLast === 7) return length - 1;
  return weekdayOfLast === 1 ? length - 2 : length;
}

function closestWorkday(wanted: number, year: number, month: number): number {
  const length = daysInMonth(year, month);
  const day = clamp(wanted, 1, length);
  const weekday = weekdayOf(year, month, day);
  if (weekday === 7) return day === 1 ? 3 : day - 1;
  if (weekday === 1) return day === length ? day - 2 : day + 1;
  return day;
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

function clamp(value: number, min: number, max: number): number {
  return value < min ? min : value > max ? max : value;
}
