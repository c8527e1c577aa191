/**
 * What a natural expression answers on a clock that never changes, the slow way: straight from the rules, with
 * Temporal's calendar, no cache and no plan. It shares nothing but the syntax tree with the code under test.
 *
 * @module
 */

import type {
  Filter,
  NaturalExpression,
  RangeRule,
  Unit,
  UnitValue,
  Value,
} from "../../../recurrence/natural/ast.ts";

type DateTime = Temporal.PlainDateTime;

const COARSE: readonly Unit[] = ["year", "month", "week", "day", "hour", "minute", "second"];
const MIN: Record<Unit, number> = {
  second: 0,
  minute: 0,
  hour: 0,
  day: 1,
  week: 1,
  month: 1,
  year: 1,
};
const MAX: Record<Unit, number> = {
  second: 59,
  minute: 59,
  hour: 23,
  day: 31,
  week: 7,
  month: 12,
  year: 9999,
};

const END = Temporal.PlainDateTime.from("9999-12-31T23:59:59");

/** What is found, and how far was looked: before that nothing else is. */
export interface Answer {
  /** The occurrence; `null` when there is none before `until`. */
  readonly found: DateTime | null;
  /** Up to where was looked. */
  readonly until: DateTime;
}

/** How often it is looked whether a date-time matches before the oracle gives up. */
const MAX_LOOKS = 700;

/** The first occurrence after `base`, as far as it can be found without looking too long. */
export function oracleNext(expression: NaturalExpression, base: DateTime): Answer {
  return new Oracle(expression).next(base);
}

/** Whether a date-time matches every filter, the anchor's included. */
export function oracleMatches(expression: NaturalExpression, at: DateTime): boolean {
  return new Oracle(expression).matches(at, "second");
}

class Oracle {
  readonly #expression: NaturalExpression;
  readonly #filters: readonly Filter[];
  #looks = 0;

  constructor(expression: NaturalExpression) {
    this.#expression = expression;
    this.#filters = firstWeekdays(expression);
  }

  next(base: DateTime): Answer {
    const { cadence } = this.#expression;
    let bound: DateTime | null;
    if (cadence !== null && this.#isComplete(base)) {
      bound = this.#step(base);
      if (bound === null) return { found: null, until: END };
      const isFree = this.#filters.length === 0 && this.#anchorValue() === null;
      if (isFree) return { found: bound, until: bound };
      bound = this.#phased(bound);
      if (compare(bound, base) <= 0) bound = base.add({ seconds: 1 });
    } else {
      bound = this.#cellAfter(base);
    }
    return this.#scan(bound, this.#isFloating() ? base.toPlainTime() : null);
  }

  /** Whether the date-time, cut off below `level`, may still become a match. */
  matches(at: DateTime, level: Unit): boolean {
    this.#looks++;
    const anchor = this.#anchorValue();
    const { cadence } = this.#expression;
    if (anchor !== null && cadence !== null && !isFiner(cadence.unit, level)) {
      const difference = field(at, cadence.unit) - anchor;
      if (cadence.unit === "week" ? difference !== 0 : difference % cadence.interval !== 0) {
        return false;
      }
    }
    return this.#filters.every((rule) => this.#holds(rule, at, level));
  }

  #holds(rule: Filter, at: DateTime, level: Unit): boolean {
    const all = (values: readonly UnitValue[]): boolean =>
      values.every(({ unit, value }) =>
        isFiner(unit, level) || field(at, unit) === resolve(unit, value, at)
      );
    if (rule.kind === "point") return all([rule]);
    if (rule.kind === "list") return rule.positions.some(all);
    return rule.ranges.some((range) => holdsRange(range, at, level));
  }

  #scan(bound: DateTime, own: Temporal.PlainTime | null): Answer {
    this.#looks = 0;
    for (let day = bound.toPlainDate(); day.year <= 9999; day = nextDay(day, this)) {
      const midnight = day.toPlainDateTime();
      const from = compare(bound, midnight) > 0 ? bound : midnight;
      if (own !== null) {
        const atOwn = day.toPlainDateTime(own);
        const isFound = compare(atOwn, from) >= 0 && this.matches(atOwn, "second");
        if (isFound) return { found: atOwn, until: atOwn };
      }
      const { found, until } = this.#scanDay(from);
      if (found !== null || this.#looks > MAX_LOOKS) return { found, until };
    }
    return { found: null, until: END };
  }

  #scanDay(from: DateTime): Answer {
    const end = from.toPlainDate().add({ days: 1 }).toPlainDateTime();
    let at = from;
    while (compare(at, end) < 0 && this.#looks <= MAX_LOOKS) {
      if (!this.matches(at, "day")) return { found: null, until: end };
      if (!this.matches(at, "hour")) at = start(at, "hour").add({ hours: 1 });
      else if (!this.matches(at, "minute")) at = start(at, "minute").add({ minutes: 1 });
      else if (!this.matches(at, "second")) at = at.add({ seconds: 1 });
      else return { found: at, until: at };
    }
    return { found: null, until: at };
  }

  #isComplete(base: DateTime): boolean {
    const { cadence } = this.#expression;
    if (!this.matches(base, "second")) return false;
    return this.#filters.every((rule) => {
      if (rule.kind !== "list") return true;
      const touches = rule.positions[0]!.some(({ unit }) => order(unit) <= order(cadence!.unit));
      return !touches || this.#isLast(rule.positions, base);
    });
  }

  #isLast(positions: readonly (readonly UnitValue[])[], base: DateTime): boolean {
    const keyed = positions.map((values) => {
      const resolved = values.map(({ unit, value }) => [unit, resolve(unit, value, base)] as const);
      const missing = resolved.some(([, number]) => number === null);
      const key = COARSE.map((unit) => resolved.find(([its]) => its === unit)?.[1] ?? 0);
      return { resolved, missing, key: missing ? COARSE.map(() => -1) : key };
    });
    const last = keyed.reduce((best, one) => compareKeys(one.key, best.key) >= 0 ? one : best);
    return !last.missing && last.resolved.every(([unit, number]) => field(base, unit) === number);
  }

  #step(base: DateTime): DateTime | null {
    const { interval, unit } = this.#expression.cadence!;
    if (interval > 400_000_000_000) return null;
    let stepped: DateTime;
    try {
      stepped = base.add({ [`${unit}s`]: interval }, { overflow: "constrain" });
    } catch {
      return null; // past the end of what Temporal can say
    }
    if (stepped.year > 9999) return null;
    const units = new Set<Unit>();
    for (const rule of this.#filters) {
      if (rule.kind === "range") units.add(finestOf(rule));
      else for (const its of unitsOf(rule)) units.add(its === "week" ? "day" : its);
    }
    const below = unit === "week" ? "day" : unit;
    for (const its of units) {
      if (order(its) < order(below)) stepped = stepped.with({ [its]: MIN[its] });
    }
    const named = this.#filters.some((rule) =>
      rule.kind === "list" && unitsOf(rule).includes("week")
    );
    return unit === "week" && named ? stepped.subtract({ days: 6 }) : stepped;
  }

  #phased(bound: DateTime): DateTime {
    const anchor = this.#anchorValue();
    const { interval, unit } = this.#expression.cadence!;
    if (anchor === null || unit === "week") return bound;
    if ((field(bound, unit) - anchor) % interval === 0) return bound;
    const parents = {
      second: "minute",
      minute: "hour",
      hour: "day",
      day: "month",
      month: "year",
    } as const;
    return start(bound, parents[unit as keyof typeof parents]);
  }

  #cellAfter(base: DateTime): DateTime {
    const units = this.#filters.map(finestOf);
    const { cadence } = this.#expression;
    if (this.#anchorValue() !== null) units.push(cadence!.unit === "week" ? "day" : cadence!.unit);
    let finest = units.reduce<Unit>(
      (best, unit) => order(unit) < order(best) ? unit : best,
      "year",
    );
    if (this.#isFloating()) {
      if (order(finest) > order("day")) finest = "day";
      if (this.matches(base, "second")) finest = "day";
    }
    return start(base, finest).add({ [`${finest}s`]: 1 });
  }

  #isFloating(): boolean {
    const { cadence } = this.#expression;
    if (cadence === null || order(cadence.unit) < order("day")) return false;
    return !this.#filters.some((rule) =>
      rule.kind !== "range" && unitsOf(rule).some((unit) => order(unit) < order("day"))
    );
  }

  #anchorValue(): number | null {
    return this.#expression.cadence?.anchor?.value ?? null;
  }
}

function nextDay(day: Temporal.PlainDate, oracle: Oracle): Temporal.PlainDate {
  const at = day.toPlainDateTime();
  if (!oracle.matches(at, "year")) return day.with({ month: 1, day: 1 }).add({ years: 1 });
  if (!oracle.matches(at, "month")) return day.with({ day: 1 }).add({ months: 1 });
  return day.add({ days: 1 });
}

function firstWeekdays({ cadence, filters }: NaturalExpression): readonly Filter[] {
  if (cadence === null || order(cadence.unit) < order("month")) return filters;
  if (filters.some((rule) => rule.kind !== "range" && unitsOf(rule).includes("day"))) {
    return filters;
  }
  const first = (one: UnitValue): UnitValue => {
    if (one.unit !== "week") return one;
    const weekday = resolve("week", one.value, Temporal.PlainDateTime.from("2000-01-01"));
    if (weekday === null || weekday < 1 || weekday > 7) return one;
    const value = { kind: "nth_weekday", nth: 1, weekday, offset: 0 } as Value;
    return { unit: "day", value };
  };
  return filters.map((rule) => {
    if (rule.kind === "point") return { kind: "point", ...first(rule) };
    if (rule.kind === "list") {
      return {
        kind: "list",
        positions: rule.positions.map((p) => p.map(first)),
      };
    }
    return rule;
  });
}

function holdsRange(range: RangeRule["ranges"][number], at: DateTime, level: Unit): boolean {
  const low: number[] = [];
  const now: number[] = [];
  const high: number[] = [];
  let open = false;
  for (const unit of COARSE) {
    const one = range.find((each) => each.unit === unit);
    if (one === undefined || isFiner(unit, level)) continue;
    const bounds = [one.start, one.end].map((value) => resolve(unit, value, at));
    if (unit === "week") {
      const [from, to] = bounds.map((bound) => clamp(bound!, 1, 7)) as [number, number];
      const weekday = field(at, "week");
      if (weekday < from || weekday > to) return false;
      continue;
    }
    if (open || bounds.includes(null)) {
      open = true;
      continue;
    }
    low.push(clamp(bounds[0]!, MIN[unit], MAX[unit]));
    now.push(field(at, unit));
    high.push(clamp(bounds[1]!, MIN[unit], MAX[unit]));
  }
  return compareKeys(low, now) <= 0 && compareKeys(now, high) <= 0;
}

function resolve(unit: Unit, value: Value, at: DateTime): number | null {
  if (value.kind === "number") return value.number;
  const length = at.daysInMonth;
  if (value.kind === "first") return clamp(MIN[unit] + value.offset, MIN[unit], MAX[unit]);
  if (value.kind === "last") {
    const max = unit === "day" ? length : MAX[unit];
    return clamp(max + value.offset, MIN[unit], max);
  }
  const days = Array.from({ length }, (_, index) => at.toPlainDate().with({ day: index + 1 }));
  const isWorkday = (date: Temporal.PlainDate): boolean => date.dayOfWeek <= 5;
  if (value.kind === "closest_workday") {
    const wanted = clamp(value.day, 1, length);
    const distance = (date: Temporal.PlainDate): number => Math.abs(date.day - wanted);
    return days.filter(isWorkday).sort((a, b) => distance(a) - distance(b))[0]!.day;
  }
  let day: number | undefined;
  if (value.kind === "nth_weekday" || value.kind === "last_weekday") {
    const same = days.filter((date) => date.dayOfWeek % 7 + 1 === value.weekday);
    day = value.kind === "last_weekday" ? same.at(-1)!.day : same[value.nth - 1]?.day;
  } else if (value.kind === "first_workday") day = days.find(isWorkday)!.day;
  else day = days.findLast(isWorkday)!.day;
  return day === undefined ? null : clamp(day + value.offset, 1, length);
}

function unitsOf(rule: Filter): readonly Unit[] {
  if (rule.kind === "point") return [rule.unit];
  const first: readonly { readonly unit: Unit }[] = rule.kind === "list"
    ? rule.positions[0]!
    : rule.ranges[0]!;
  return first.map(({ unit }) => unit);
}

function finestOf(rule: Filter): Unit {
  const units = unitsOf(rule).map((unit) => unit === "week" ? "day" : unit);
  return units.reduce((best, unit) => order(unit) < order(best) ? unit : best);
}

function field(at: DateTime, unit: Unit): number {
  return unit === "week" ? at.dayOfWeek % 7 + 1 : at[unit];
}

function start(at: DateTime, unit: Unit): DateTime {
  if (unit === "year") {
    return at.with({ month: 1, day: 1 }).round({ smallestUnit: "day", roundingMode: "floor" });
  }
  if (unit === "month") {
    return at.with({ day: 1 }).round({ smallestUnit: "day", roundingMode: "floor" });
  }
  return at.round({ smallestUnit: unit as "day", roundingMode: "floor" });
}

function order(unit: Unit): number {
  return ["second", "minute", "hour", "day", "week", "month", "year"].indexOf(unit);
}

/** Whether a unit is finer than a level; the weekday is known as soon as the day is. */
function isFiner(unit: Unit, level: Unit): boolean {
  return order(unit === "week" ? "day" : unit) < order(level);
}

function compareKeys(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((number, at) => number !== b[at]);
  return index < 0 ? 0 : a[index]! - b[index]!;
}

function clamp(number: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, number));
}

function compare(a: DateTime, b: DateTime): number {
  return Temporal.PlainDateTime.compare(a, b);
}
