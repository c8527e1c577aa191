/**
 * What a cadence does on the wall clock: whole steps, cells, and the lists that come before a step.
 *
 * @module
 */

import {
  dateOf,
  DAY_SECONDS,
  daysOf,
  type Fields,
  fieldsOf,
  FIRST_LOCAL,
  inCalendar,
  LAST_LOCAL,
  localOf,
  modulo,
} from "../civil.ts";
import type { UnitValue } from "./ast.ts";
import { FIXED_SECONDS, type Model, type Stride, UNIT, type UnitIndex } from "./model.ts";
import { daysInMonth, resolveValue } from "./resolve.ts";

const LEAST: readonly number[] = [0, 0, 0, 1, 1, 1, 1];
const GREATEST: readonly number[] = [59, 59, 23, 31, 7, 12, 9_999];

/** A local time `count` units later or, when negative, earlier; days that a month lacks become its last. */
export function addUnits(local: number, unit: UnitIndex, count: number): number | null {
  const seconds = FIXED_SECONDS[unit];
  if (seconds !== undefined) return inCalendar(local + count * seconds);
  const days = Math.floor(local / DAY_SECONDS);
  const { year, month, day } = dateOf(days);
  const index = year * 12 + month - 1 + count * (unit === UNIT.year ? 12 : 1);
  const newYear = Math.floor(index / 12);
  if (!(newYear >= 1 && newYear <= 9_999)) return null;
  const newMonth = modulo(index, 12) + 1;
  const newDay = Math.min(day, daysInMonth(newYear, newMonth));
  return daysOf(newYear, newMonth, newDay) * DAY_SECONDS + local - days * DAY_SECONDS;
}

/** Sets some units to their least value. */
export function setBack(local: number, units: readonly UnitIndex[]): number {
  if (units.length === 0) return local;
  const fields = fieldsOf(local);
  for (const unit of units) fields[unit] = LEAST[unit]!;
  return localOf(fields);
}

/** Sets some units to their greatest value. */
export function setForward(local: number, units: readonly UnitIndex[]): number {
  if (units.length === 0) return local;
  const fields = fieldsOf(local);
  for (const unit of units) fields[unit] = GREATEST[unit]!;
  fields[UNIT.day] = Math.min(fields[UNIT.day], daysInMonth(fields[UNIT.year], fields[UNIT.month]));
  return localOf(fields);
}

/** The first second of the cell that holds a local time; weeks begin on Sunday. */
export function cellStart(local: number, unit: UnitIndex): number {
  const seconds = FIXED_SECONDS[unit];
  if (unit === UNIT.week) return local - modulo(local + 4 * DAY_SECONDS, seconds!);
  if (seconds !== undefined) return local - modulo(local, seconds);
  const { year, month } = dateOf(Math.floor(local / DAY_SECONDS));
  return daysOf(year, unit === UNIT.year ? 1 : month, 1) * DAY_SECONDS;
}

/** The first second after the cell that holds a local time. */
export function cellEnd(local: number, unit: UnitIndex): number {
  const start = cellStart(local, unit);
  const seconds = FIXED_SECONDS[unit];
  if (seconds !== undefined) return start + seconds;
  const { year, month } = dateOf(start / DAY_SECONDS);
  return daysOf(...firstOfNext(year, month, unit), 1) * DAY_SECONDS;
}

function firstOfNext(year: number, month: number, unit: UnitIndex): [number, number] {
  return unit === UNIT.year || month === 12 ? [year + 1, 1] : [year, month + 1];
}

/** Whether the repeating field of an anchor has one of its values. */
export function isAligned(local: number, { unit, interval, offset }: Stride): boolean {
  return (fieldsOf(local)[unit] - offset) % interval === 0;
}

/** Where the fields of a unit begin to count again, e.g. the start of the day for hours. */
export function parentStart(local: number, unit: UnitIndex): number {
  if (unit === UNIT.year) return FIRST_LOCAL;
  return cellStart(local, PARENTS[unit]!);
}

/** The last second before the fields of a unit begin to count again. */
export function parentLast(local: number, unit: UnitIndex): number {
  if (unit === UNIT.year) return LAST_LOCAL;
  return cellEnd(local, PARENTS[unit]!) - 1;
}

const PARENTS: readonly UnitIndex[] = [
  UNIT.minute,
  UNIT.hour,
  UNIT.day,
  UNIT.month,
  UNIT.month,
  UNIT.year,
  UNIT.year,
];

/** Which end of a list. */
export type ListEnd = "first" | "last";

/** Whether a local time is at that position, in the order of its month, of every list that a step waits for. */
export function isAtEnd(model: Model, local: number, end: ListEnd): boolean {
  if (model.lists.length === 0) return true;
  const fields = fieldsOf(local);
  return model.lists.every((positions) => matchesEnd(positions, fields, end));
}

const COARSE_TO_FINE: readonly UnitIndex[] = [6, 5, 4, 3, 2, 1, 0];

function matchesEnd(
  positions: readonly (readonly UnitValue[])[],
  fields: Fields,
  end: ListEnd,
): boolean {
  let best: readonly (number | undefined)[] | null = null;
  for (const position of positions) {
    const values = valuesOf(position, fields);
    if (values === null) continue; // comes before all others and never matches
    if (best === null) best = values;
    else if (order(values, best) * (end === "last" ? 1 : -1) > 0) best = values;
  }
  return best !== null &&
    best.every((value, unit) => value === undefined || value === fields[unit]);
}

function valuesOf(
  position: readonly UnitValue[],
  fields: Fields,
): readonly (number | undefined)[] | null {
  const at = { year: fields[UNIT.year], month: fields[UNIT.month] };
  const values = new Array<number | undefined>(7).fill(undefined);
  for (const { unit, value } of position) {
    const number = resolveValue(unit, value, at);
    if (number === null) return null;
    values[UNIT[unit]] = number;
  }
  return values;
}

function order(
  a: readonly (number | undefined)[],
  b: readonly (number | undefined)[],
): number {
  for (const unit of COARSE_TO_FINE) {
    const difference = (a[unit] ?? 0) - (b[unit] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
