/**
 * The civil calendar as whole numbers: a local time is the seconds a wall clock is away from 1970-01-01T00:00.
 *
 * @module
 */

/** Seconds of a day on the wall clock. */
export const DAY_SECONDS = 86_400;

/** A date of the proleptic Gregorian calendar. */
export interface CivilDate {
  /** The year. */
  readonly year: number;
  /** The month, January = 1. */
  readonly month: number;
  /** The day of the month. */
  readonly day: number;
}

/** Days from 1970-01-01 to a date; negative before. The day may exceed its month. */
export function daysOf(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year; // years that begin in March put the leap day last
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * 146_097 + yearOfEra * 365 + leapDays + dayOfYear - 719_468;
}

/** The date that is so many days after 1970-01-01. */
export function dateOf(days: number): CivilDate {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const centuries = Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1_460) + centuries) / 365);
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  const dayOfYear = dayOfEra - 365 * yearOfEra - leapDays;
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** The first second of the year 1. */
export const FIRST_LOCAL: number = daysOf(1, 1, 1) * DAY_SECONDS;

/** The last second of the year 9999. */
export const LAST_LOCAL: number = daysOf(10_000, 1, 1) * DAY_SECONDS - 1;

/** Every field of a local time, by the index of its unit: second, minute, hour, day, weekday, month, year. */
export type Fields = [number, number, number, number, number, number, number];

/** Splits a local time. */
export function fieldsOf(local: number): Fields {
  const days = Math.floor(local / DAY_SECONDS);
  const time = local - days * DAY_SECONDS;
  const { year, month, day } = dateOf(days);
  const hour = Math.floor(time / 3_600);
  const minute = Math.floor(time / 60) % 60;
  return [time % 60, minute, hour, day, weekdayOfDays(days), month, year];
}

/** Joins the fields; the weekday is not looked at. */
export function localOf(fields: Fields): number {
  const [second, minute, hour, day, , month, year] = fields;
  return daysOf(year, month, day) * DAY_SECONDS + hour * 3_600 + minute * 60 + second;
}

/** The weekday of a day counted from 1970-01-01: Sunday = 1 … Saturday = 7. */
export function weekdayOfDays(days: number): number {
  return modulo(days + 4, 7) + 1;
}

/** The remainder that has the divisor's sign. */
export function modulo(value: number, divisor: number): number {
  const rest = value % divisor;
  return rest < 0 ? rest + divisor : rest;
}

/** `null` for a local time outside the years 1 to 9999. */
export function inCalendar(local: number): number | null {
  return local >= FIRST_LOCAL && local <= LAST_LOCAL ? local : null;
}
