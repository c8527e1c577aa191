/**
 * What an expression allows in each field of a cron pattern, as sets.
 *
 * @module
 */

import type { Filter, NaturalExpression, RangeRule, Unit, UnitRange, UnitValue } from "./ast.ts";
import { readWeekdays, UNIT } from "./model.ts";
import { resolveValue, UNIT_SPAN } from "./resolve.ts";

/** Units that have a field. */
export type FieldUnit = Exclude<Unit, "year">;

/** Where the values of a field come from. */
export interface FieldSet {
  /** Its numbers, ascending. */
  readonly numbers: readonly number[];
  /** Whether points or lists name them. */
  readonly isNamed: boolean;
  /** Whether a range takes part. */
  readonly isRange: boolean;
  /** Whether a list takes part. */
  readonly isList: boolean;
}

/** Every field that is restricted. */
export interface FieldSets {
  /** Sets of numbers by unit; a unit that is not restricted has none. */
  readonly sets: ReadonlyMap<FieldUnit, FieldSet>;
  /** Days that are no plain numbers, such as the second Friday; at most one filter has them. */
  readonly specialDays: readonly UnitValue[];
  /** Why the sets do not say what the filters say, in words. */
  readonly problems: readonly string[];
}

/** The numbers of one field: every one, a step through all of them, or just some. */
export interface FieldNumbers {
  /** The numbers, ascending; `null` for all of them. */
  readonly numbers: readonly number[] | null;
  /** Whether they came from a step, which is shown as one. */
  readonly isStep: boolean;
}

/** Numbers by field. */
export type Numbers = ReadonlyMap<FieldUnit, FieldNumbers>;

/** A field that is 0. */
export const ZERO: FieldNumbers = { numbers: [0], isStep: false };

/** Whether a unit is finer than another; the weekday counts as day. */
export function isFiner(unit: Unit, than: Unit): boolean {
  const rank = (one: Unit): number => UNIT[one === "week" ? "day" : one];
  return rank(unit) < rank(than);
}

const JANUARY = { year: 1, month: 1 };

/** Splits the filters of an expression into the fields they restrict. */
export function fieldSets(expression: NaturalExpression): FieldSets {
  const collector = new Collector(expression.cadence !== null);
  const rules = readWeekdays(expression);
  for (const rule of rules) collector.add(rule);
  const hasList = expression.cadence !== null && rules.some((rule) => rule.kind === "list");
  if (hasList && rules.some(isWhole)) {
    collector.problems.push("a list beside a range that leaves nothing out: leave out the range");
  }
  return collector;
}

class Collector implements FieldSets {
  readonly sets = new Map<FieldUnit, FieldSet>();
  readonly problems: string[] = [];
  specialDays: readonly UnitValue[] = [];
  #hasDayRule = false;
  /** Whether lists have to be finished before a step is taken. */
  readonly #hasSteps: boolean;

  constructor(hasSteps: boolean) {
    this.#hasSteps = hasSteps;
  }

  add(rule: Filter): void {
    if (rule.kind === "range") return this.#addRange(rule);
    const positions = rule.kind === "point" ? [[rule]] : rule.positions;
    const isList = rule.kind === "list";
    if (positions[0]!.length > 1 && !isCrossProduct(positions)) {
      const message = "the positions of a list are no combination of its fields, as [10:00, 14:30]";
      this.problems.push(`${message} is none: use one recurrence for each`);
      return;
    }
    positions[0]!.forEach(({ unit }, index) => {
      this.#addValues(unit, positions.map((position) => position[index]!), isList);
    });
  }

  #addValues(unit: Unit, values: readonly UnitValue[], isList: boolean): void {
    if (unit === "year") return this.#refuseYear();
    const isSpecial = unit === "day" &&
      values.some(({ value }) => value.kind !== "number" && value.kind !== "first");
    if (isSpecial) {
      if (this.#hasDayRule) this.problems.push("two rules about days have no field");
      this.#hasDayRule = true;
      this.specialDays = values;
      return;
    }
    const numbers = values.map(({ value }) => resolveValue(unit, value, JANUARY) ?? -1);
    this.#restrict(unit, { numbers, isNamed: true, isRange: false, isList });
  }

  #addRange({ ranges }: RangeRule): void {
    const reduced = ranges.map(withoutWholeUnits);
    if (reduced.some((range) => range.length > 1)) {
      this.problems.push(
        "a range over several units, as 09:30 to 18:00, has no field: name whole hours or days",
      );
      return;
    }
    const units = new Set(reduced.map(([only]) => only?.unit));
    if (reduced.some((range) => range.length === 0)) return; // it holds everything
    const [unit] = [...units] as [Unit];
    if (units.size > 1) return void this.problems.push("ranges of different units have no field");
    if (unit === "year") return this.#refuseYear();
    const numbers: number[] = [];
    for (const [{ start, end }] of reduced as [UnitRange][]) {
      const low = fixed(unit, start);
      const isLastDay = unit === "day" && end.kind === "last" && end.offset === 0;
      const high = isLastDay ? UNIT_SPAN.day.max : fixed(unit, end);
      if (low === null || high === null) {
        const message = "a range of days that depends on the month has no field: name numbers";
        return void this.problems.push(message);
      }
      for (let number = low; number <= high; number++) numbers.push(number);
    }
    this.#restrict(unit, { numbers, isNamed: false, isRange: true, isList: false });
  }

  #restrict(unit: FieldUnit, set: FieldSet): void {
    if (unit === "day") {
      if (this.specialDays.length > 0) this.problems.push("two rules about days have no field");
      this.#hasDayRule = true;
    }
    const { min, max } = UNIT_SPAN[unit];
    const before = this.sets.get(unit);
    const numbers = [...new Set(set.numbers)]
      .filter((number) => number >= min && number <= max)
      .filter((number) => before === undefined || before.numbers.includes(number))
      .sort((a, b) => a - b);
    const isList = set.isList || (before?.isList ?? false);
    const listed = new Set([...set.numbers, ...(before?.numbers ?? [])]);
    if (this.#hasSteps && isList && numbers.length < listed.size) {
      this.problems.push(`a list of ${unit}s with values that cannot happen is never finished`);
    }
    if (numbers.length === 0) this.problems.push(`no ${unit} is left, so it never happens`);
    this.sets.set(unit, {
      numbers,
      isNamed: set.isNamed || (before?.isNamed ?? false),
      isRange: set.isRange || (before?.isRange ?? false),
      isList,
    });
  }

  #refuseYear(): void {
    this.problems.push("years have no field");
  }
}

/** Whether a rule is a range over units that it does not restrict; it counts as a rule all the same. */
function isWhole(rule: Filter): boolean {
  return rule.kind === "range" &&
    rule.ranges.some((range) => withoutWholeUnits(range).length < range.length);
}

/** A range without the fine units that it holds as a whole: 09:00 to 17:59 is hour 9 to 17. */
function withoutWholeUnits(range: readonly UnitRange[]): readonly UnitRange[] {
  const order: readonly Unit[] = ["second", "minute", "hour"];
  let left = range;
  for (const unit of order) {
    const fine = left.find((one) => one.unit === unit);
    if (fine === undefined) continue;
    const { min, max } = UNIT_SPAN[unit];
    if (fixed(unit, fine.start) !== min || fixed(unit, fine.end) !== max) return left;
    left = left.filter((one) => one !== fine);
  }
  return left;
}

/** An end that is the same in every month, inside the span of its unit; `null` for any other. */
function fixed(unit: Unit, value: UnitRange["start"]): number | null {
  const { min, max } = UNIT_SPAN[unit];
  const depends = unit === "day" && value.kind !== "number" && value.kind !== "first";
  const number = depends ? null : resolveValue(unit, value, JANUARY);
  return number === null ? null : Math.min(max, Math.max(min, number));
}

/** Whether the positions are every combination of the values that each unit has. */
function isCrossProduct(positions: readonly (readonly UnitValue[])[]): boolean {
  const tuples = new Set(positions.map((position) => JSON.stringify(position.map(valueKey))));
  const sizes = positions[0]!.map((_, index) =>
    new Set(positions.map((position) => valueKey(position[index]!))).size
  );
  return sizes.reduce((product, size) => product * size, 1) === tuples.size;
}

function valueKey({ value }: UnitValue): string {
  return JSON.stringify(Object.entries(value).sort());
}
