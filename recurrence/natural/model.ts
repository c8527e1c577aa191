/**
 * An expression made ready for searching: every filter as a choice of alternatives, every decision that depends on
 * the expression alone taken once.
 *
 * A unit is its index in `UNITS` here: second 0, minute 1, hour 2, day 3, week 4, month 5, year 6.
 *
 * @module
 */

import {
  type Cadence,
  type Filter,
  type ListRule,
  type NaturalExpression,
  type Unit,
  type UnitRange,
  UNITS,
  type UnitValue,
  type Value,
} from "./ast.ts";
import { resolveValue, UNIT_SPAN } from "./resolve.ts";

/** Index of a unit. */
export type UnitIndex = 0 | 1 | 2 | 3 | 4 | 5 | 6;

/** Indexes by name. */
export const UNIT: Readonly<Record<Unit, UnitIndex>> = {
  second: 0,
  minute: 1,
  hour: 2,
  day: 3,
  week: 4,
  month: 5,
  year: 6,
};

/** Seconds of the units whose length never varies on the wall clock. */
export const FIXED_SECONDS: readonly number[] = [1, 60, 3_600, 86_400, 604_800];

/** One end of a unit: a number, or a day that depends on the month. */
export type End = number | Value;

/**
 * One way to satisfy a filter: the units' values lie, compared coarse to fine, between two ends.
 *
 * A position is the case where both ends are the same. A weekday is a condition of its own beside that.
 */
export interface Alternative {
  /** Per unit index the first value; `undefined` where the unit is free. */
  readonly low: readonly (End | undefined)[];
  /** Per unit index the last value. */
  readonly high: readonly (End | undefined)[];
  /** First and last weekday, when weekdays are restricted. */
  readonly week: readonly [number, number] | null;
  /** `(field − offset) mod interval = 0` on one unit; such an alternative has no ends. */
  readonly stride: Stride | null;
  /** Whether the ends are kept inside the span of their unit, and dropped when a month lacks them. */
  readonly lenient: boolean;
  /** The finest unit it looks at, the weekday counting as day. */
  readonly finest: number;
}

/** A repeating field. */
export interface Stride {
  /** The field. */
  readonly unit: UnitIndex;
  /** How far apart the values are. */
  readonly interval: number;
  /** One of the values. */
  readonly offset: number;
}

/** What the search knows about an expression. */
export interface Model {
  /** How far one step goes; `null` without a cadence. */
  readonly cadence: { readonly interval: number; readonly unit: UnitIndex } | null;
  /** One entry per filter, the anchor's included; each is satisfied by any of its alternatives. */
  readonly filters: readonly (readonly Alternative[])[];
  /** The anchor, where it is a repeating field. */
  readonly stride: Stride | null;
  /** Lists that have to be finished before a step is taken. */
  readonly lists: readonly (readonly (readonly UnitValue[])[])[];
  /** Units that a step sets back to their least value, finest first. */
  readonly resets: readonly UnitIndex[];
  /** Whether a step returns to the Sunday of its week, because a list names weekdays. */
  readonly fromSunday: boolean;
  /** The unit of the finest filter, the weekday counting as day. */
  readonly cell: UnitIndex;
  /** Whether the time of day is taken from the start. */
  readonly floating: boolean;
  /** Whether steps are elapsed time rather than steps of the wall clock. */
  readonly elapsed: boolean;
}

/** Makes an expression ready. */
export function modelOf(expression: NaturalExpression): Model {
  const { cadence } = expression;
  const filters = readWeekdays(expression);
  const anchor = cadence === null ? null : anchorOf(cadence);
  const alternatives = filters.map(alternativesOf);
  if (anchor !== null) alternatives.push([anchor]);
  const unit = cadence === null ? null : UNIT[cadence.unit];
  const cells = filters.map(finestUnit);
  if (anchor !== null) cells.push(Math.min(unit!, unit === UNIT.week ? UNIT.day : UNIT.year));
  return {
    cadence: cadence === null ? null : { interval: cadence.interval, unit: unit! },
    filters: alternatives,
    stride: anchor?.stride ?? null,
    lists: unit === null ? [] : listsToFinish(filters, unit),
    resets: unit === null ? [] : resetUnits(filters, unit),
    fromSunday: unit === UNIT.week && filters.some((rule) => rule.kind === "list" && has(rule, 4)),
    cell: Math.min(UNIT.year, ...cells) as UnitIndex,
    floating: unit !== null && unit >= UNIT.day && !filters.some(fixesTime),
    elapsed: unit === null ? runsEveryHour(filters) : unit < UNIT.day,
  };
}

/** Under a month or year cadence a weekday means the first such day of the month, unless a rule names the day. */
export function readWeekdays({ cadence, filters }: NaturalExpression): readonly Filter[] {
  if (cadence === null || UNIT[cadence.unit] < UNIT.month) return filters;
  const named = filters.some((rule) => rule.kind !== "range" && has(rule, UNIT.day));
  if (named) return filters;
  return filters.map((rule) => {
    if (rule.kind === "range") return rule;
    if (rule.kind === "point") return { kind: "point", ...firstOfMonth(rule) };
    return { kind: "list", positions: rule.positions.map((values) => values.map(firstOfMonth)) };
  });
}

function firstOfMonth({ unit, value }: UnitValue): UnitValue {
  if (unit !== "week") return { unit, value };
  const weekday = resolveValue(unit, value, JANUARY);
  if (weekday === null || weekday < 1 || weekday > 7) return { unit, value };
  const first = { kind: "nth_weekday", nth: 1, weekday: weekday as 1, offset: 0 } as const;
  return { unit: "day", value: first };
}

/** Every unit a filter names, as indexes. */
export function unitsOf(rule: Filter): readonly UnitIndex[] {
  if (rule.kind === "point") return [UNIT[rule.unit]];
  const first: readonly { readonly unit: Unit }[] = rule.kind === "list"
    ? rule.positions[0]!
    : rule.ranges[0]!;
  return first.map(({ unit }) => UNIT[unit]);
}

function has(rule: Filter, unit: UnitIndex): boolean {
  return unitsOf(rule).includes(unit);
}

/** The rank of a unit among those that a step resets and a search walks over: the weekday is a kind of day. */
function rankOf(unit: UnitIndex): UnitIndex {
  return unit === UNIT.week ? UNIT.day : unit;
}

function finestUnit(rule: Filter): number {
  return Math.min(...unitsOf(rule).map(rankOf));
}

function fixesTime(rule: Filter): boolean {
  return rule.kind !== "range" && unitsOf(rule).some((unit) => unit < UNIT.day);
}

/** Without a cadence, rules about minutes and seconds that leave the hour open hold in every hour that passes. */
function runsEveryHour(filters: readonly Filter[]): boolean {
  const units = filters.flatMap(unitsOf);
  return !units.includes(UNIT.hour) && units.some((unit) => unit < UNIT.hour);
}

function listsToFinish(filters: readonly Filter[], unit: UnitIndex): Model["lists"] {
  return filters
    .filter((rule): rule is ListRule => rule.kind === "list")
    .filter((rule) => unitsOf(rule).some((its) => its <= unit))
    .map((rule) => rule.positions);
}

function resetUnits(filters: readonly Filter[], unit: UnitIndex): readonly UnitIndex[] {
  const ranks = filters.flatMap((rule) =>
    rule.kind === "range" ? [finestUnit(rule)] : unitsOf(rule).map(rankOf)
  );
  const below = [...new Set(ranks)].filter((rank) => rank < rankOf(unit));
  return below.sort((a, b) => a - b) as UnitIndex[];
}

function anchorOf({ unit, interval, anchor }: Cadence): Alternative | null {
  if (anchor === null || anchor.value === null) return null;
  const free = { low: [], high: [], lenient: false };
  if (unit === "week") {
    return { ...free, week: [anchor.value, anchor.value], stride: null, finest: UNIT.day };
  }
  const stride = { unit: UNIT[unit], interval, offset: anchor.value };
  return { ...free, week: null, stride, finest: UNIT[unit] };
}

function alternativesOf(rule: Filter): readonly Alternative[] {
  if (rule.kind === "point") return [positionOf([rule])];
  if (rule.kind === "list") return rule.positions.map(positionOf);
  return rule.ranges.map(rangeOf);
}

function positionOf(values: readonly UnitValue[]): Alternative {
  const ends = new Array<End | undefined>(UNITS.length).fill(undefined);
  for (const { unit, value } of values) {
    ends[UNIT[unit]] = unit === "day" ? endOf(value) : resolveValue(unit, value, JANUARY) ?? -1;
  }
  return alternative(ends, ends, false);
}

function rangeOf(units: readonly UnitRange[]): Alternative {
  const low = new Array<End | undefined>(UNITS.length).fill(undefined);
  const high = [...low];
  for (const { unit, start, end } of units) {
    low[UNIT[unit]] = kept(unit, start);
    high[UNIT[unit]] = kept(unit, end);
  }
  return alternative(low, high, true);
}

function alternative(
  low: readonly (End | undefined)[],
  high: readonly (End | undefined)[],
  lenient: boolean,
): Alternative {
  const first = low[UNIT.week];
  const week = first === undefined
    ? null
    : [first as number, high[UNIT.week] as number] as readonly [number, number];
  const used = low.flatMap((end, unit) => end === undefined ? [] : [rankOf(unit as UnitIndex)]);
  return { low, high, week, stride: null, lenient, finest: Math.min(...used) };
}

const JANUARY = { year: 1, month: 1 };

function endOf(value: Value): End {
  return value.kind === "number" ? value.number : value;
}

/** A range's end inside the span of its unit; a day that depends on the month stays as written. */
function kept(unit: Unit, value: Value): End {
  if (unit === "day" && value.kind !== "number") return value;
  const { min, max } = UNIT_SPAN[unit];
  return Math.min(max, Math.max(min, resolveValue(unit, value, JANUARY) ?? min));
}
