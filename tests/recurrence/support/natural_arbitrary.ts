/**
 * Any natural expression.
 *
 * What it makes keeps these promises, so that every one can be printed, read and searched:
 * - there is a cadence, a point or a list;
 * - ranges come with a cadence, have each unit once, and do not end before they start;
 * - no two points or lists have the same finest unit;
 * - none of them has the unit of the cadence; a week cadence without an anchor allows for a weekday all the same;
 * - all positions of a list, and all ranges of a rule, have the same units in the same order;
 * - numbers are whole and at least 0; most have a meaning in their unit, some never match, as hour 25;
 * - first and last come with every unit, all other kinds of value with days alone;
 * - the interval is at least 1, and an anchor's value is what its text is worth in the unit of the cadence;
 * - the zone has a name that an expression can hold, as the platform spells it.
 *
 * @module
 */

import fc from "fast-check";
import {
  type Anchor,
  type Cadence,
  type Filter,
  type ListRule,
  type NaturalExpression,
  type RangeRule,
  type Unit,
  type UnitRange,
  UNITS,
  type UnitValue,
  type Value,
  type Weekday,
} from "../../../recurrence/natural/ast.ts";
import { resolveValue, UNIT_SPAN } from "../../../recurrence/natural/resolve.ts";

const MONTHS =
  "january february march april may june july august september october november december"
    .split(" ");
const WEEKDAYS = "sunday monday tuesday wednesday thursday friday saturday".split(" ");

/** Zones that an expression can name. */
export const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "America/Argentina/Buenos_Aires",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "Pacific/Apia",
  "US/Eastern",
  "Etc/GMT+5",
  "Etc/GMT-14",
  "GMT0",
] as const;

/** A record with the prototype that literals have. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

const weekday = fc.integer({ min: 1, max: 7 }) as fc.Arbitrary<Weekday>;
const offset = fc.oneof(
  { weight: 3, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: -9, max: 9 }) },
  fc.integer({ min: -999, max: 999 }),
).map((number) => number || 0); // no -0

/** Any value of a unit; `senseless` numbers too, which never match. */
export function valueOf(unit: Unit, senseless = true): fc.Arbitrary<Value> {
  const { min, max } = UNIT_SPAN[unit];
  const sensible = unit === "year" ? { min: 1990, max: 2040 } : { min, max };
  const number = fc.oneof(
    { weight: 8, arbitrary: fc.integer(sensible) },
    { weight: senseless ? 1 : 0, arbitrary: fc.integer({ min: 0, max: 120 }) },
    { weight: senseless ? 1 : 0, arbitrary: fc.integer({ min: 0, max: 999_999_999 }) },
  ).map((number): Value => ({ kind: "number", number }));
  const bound = record({ kind: fc.constantFrom("first", "last"), offset }) as fc.Arbitrary<
    Value
  >;
  if (unit !== "day") return fc.oneof({ weight: 4, arbitrary: number }, bound);
  return fc.oneof({ weight: 3, arbitrary: number }, bound, dayValue);
}

const dayValue: fc.Arbitrary<Value> = fc.oneof(
  record({
    kind: fc.constant("nth_weekday"),
    nth: fc.constantFrom(1, 2, 3, 4, 5),
    weekday,
    offset,
  }),
  record({ kind: fc.constant("last_weekday"), weekday, offset }),
  record({ kind: fc.constantFrom("first_workday", "last_workday"), offset }),
  record({ kind: fc.constant("closest_workday"), day: fc.integer({ min: 1, max: 31 }) }),
) as fc.Arbitrary<Value>;

/** Any cadence. */
export const cadence: fc.Arbitrary<Cadence> = fc.constantFrom(...UNITS).chain((unit) =>
  record({
    interval: fc.oneof(
      fc.constant(1),
      fc.integer({ min: 2, max: 12 }),
      fc.integer({ min: 13, max: 100_000 }),
    ),
    unit: fc.constant(unit),
    anchor: fc.option(anchor(unit)),
  })
);

/** Any anchor of a cadence: numbers, names, and texts that mean nothing there. */
function anchor(unit: Unit): fc.Arbitrary<Anchor> {
  const { min, max } = UNIT_SPAN[unit];
  const numbers = fc.integer(unit === "week" ? { min, max } : { min: 0, max: max + 20 })
    .map((value): Anchor => ({ text: `${value}`, value }));
  const names = fc.constantFrom(...MONTHS, ...WEEKDAYS, "mon", "feb").map((text): Anchor => {
    const list = unit === "week" ? WEEKDAYS : unit === "month" ? MONTHS : [];
    const at = list.findIndex((name) => name === text || name.slice(0, 3) === text);
    return { text, value: at < 0 ? null : at + 1 };
  });
  const others = fc.constantFrom("5am", "12:00", "lastday", "firstday+2", "feb5", "1stmonday")
    .map((text): Anchor => ({ text, value: null }));
  return fc.oneof(numbers, names, others);
}

/** One to four different units in any order. */
const someUnits = fc.uniqueArray(fc.constantFrom(...UNITS), { minLength: 1, maxLength: 4 });

const list: fc.Arbitrary<ListRule> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...UNITS).map((unit) => [unit]) },
  fc.constantFrom<readonly Unit[]>(["hour", "minute"], ["hour", "minute", "second"], [
    "year",
    "month",
    "day",
    "hour",
    "minute",
  ]),
  someUnits,
).chain((units) =>
  record({
    kind: fc.constant("list"),
    positions: fc.array(valuesOf(units), { minLength: 1, maxLength: 5 }),
  })
);

function valuesOf(units: readonly Unit[]): fc.Arbitrary<UnitValue[]> {
  return fc.tuple(
    ...units.map((unit) => record({ unit: fc.constant(unit), value: valueOf(unit) })),
  );
}

const range: fc.Arbitrary<RangeRule> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...UNITS).map((unit) => [unit]) },
  fc.constantFrom<readonly Unit[]>(["hour", "minute"], ["day", "month"], ["month", "day"]),
  someUnits,
).chain((units) =>
  record({
    kind: fc.constant("range"),
    ranges: fc.array(rangeOf(units), { minLength: 1, maxLength: 3 }),
  })
);

function rangeOf(units: readonly Unit[]): fc.Arbitrary<UnitRange[]> {
  return fc.tuple(
    ...units.map((unit) =>
      record({
        unit: fc.constant(unit),
        start: rangeEnd(unit, "first"),
        end: rangeEnd(unit, "last"),
      })
        .map(forward)
    ),
  );
}

function rangeEnd(unit: Unit, kind: "first" | "last"): fc.Arbitrary<Value> {
  const bound = fc.constant<Value>({ kind, offset: 0 });
  return fc.oneof({ weight: 3, arbitrary: valueOf(unit) }, bound);
}

/** The range the other way round, when it ends before it starts. */
function forward({ unit, start, end }: UnitRange): UnitRange {
  const january = { year: 1, month: 1 };
  const from = resolveValue(unit, start, january);
  const to = resolveValue(unit, end, january);
  return from === null || to === null || from <= to
    ? { unit, start, end }
    : { unit, start: end, end: start };
}

const point: fc.Arbitrary<readonly Filter[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...UNITS).map((unit) => [unit]) },
  fc.constantFrom<readonly Unit[]>(["hour", "minute"], ["hour", "minute", "second"], [
    "day",
    "month",
  ], [
    "year",
    "month",
    "day",
  ]),
).chain(valuesOf).map((values) => values.map((value): Filter => ({ kind: "point", ...value })));

/** Any expression that is valid. */
export const naturalExpression: fc.Arbitrary<NaturalExpression> = record({
  cadence: fc.option(cadence, { freq: 4 }),
  filters: fc.array(
    fc.oneof({ weight: 3, arbitrary: point }, list.map((l) => [l]), range.map((r) => [r])),
    { maxLength: 5 },
  ).map((groups): readonly Filter[] => groups.flat()),
  timeZone: fc.option(fc.constantFrom(...ZONES)),
}).map(({ cadence, filters, timeZone }) => ({
  cadence,
  filters: validFilters(cadence, filters),
  timeZone,
})).filter(({ cadence, filters }) => cadence !== null || filters.length > 0);

/** The filters that may stand together with a cadence. */
function validFilters(cadence: Cadence | null, filters: readonly Filter[]): readonly Filter[] {
  const taken = new Set<Unit>();
  if (cadence !== null && !(cadence.unit === "week" && cadence.anchor === null)) {
    taken.add(cadence.unit);
  }
  return filters.filter((filter) => {
    if (filter.kind === "range") return cadence !== null;
    const unit = filter.kind === "point" ? filter.unit : finestOf(filter.positions[0]!);
    if (taken.has(unit)) return false;
    taken.add(unit);
    return true;
  });
}

function finestOf(values: readonly UnitValue[]): Unit {
  return UNITS.find((unit) => values.some((value) => value.unit === unit))!;
}
