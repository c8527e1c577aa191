/**
 * The calendar as a tree that holds only what an expression matches, grown as it is looked at.
 *
 * Parts that look the same are one part: a branch is found by the filters that are still open there. That keeps even
 * an expression that never matches cheap: 400 years have a few hundred different months at most.
 *
 * @module
 */

import { daysOf, weekdayOfDays } from "../civil.ts";
import { LEAF, Level } from "./level.ts";
import { type Model, UNIT, type UnitIndex } from "./model.ts";
import { keyOf, type Moment, narrow, openState, type State } from "./narrowing.ts";
import { daysInMonth, type YearMonth } from "./resolve.ts";

/** Most branches of one kind that are kept; then growing starts over. */
const MAX_KEPT = 2_000;

/** Days of a month and their times, or `null` for a month without a match. */
type MonthLevel = Level | null;

/** A year by its months: what is open in each, and each of its shapes once it was looked at. */
interface YearPlan {
  readonly months: readonly (State | null)[];
  readonly shapes: (MonthLevel | undefined)[];
}

/** Everything an expression matches. */
export class MatchTree {
  readonly #model: Model;
  readonly #start: State;
  readonly #yearsMatter: boolean;
  readonly #years = new Map<number, YearPlan | null>();
  readonly #plans = new Map<string, YearPlan>();
  readonly #levels = new Map<string, Level | null>();
  #lastYear = 0;
  #lastPlan: YearPlan | null = null;

  /** Creates the tree of an expression. */
  constructor(model: Model) {
    this.#model = model;
    this.#start = openState(model);
    this.#yearsMatter = model.filters.some((alternatives) =>
      alternatives.some(({ low, stride }) =>
        low[UNIT.year] !== undefined || stride?.unit === UNIT.year
      )
    );
  }

  /** Whether anything of a year may match, as far as the year itself decides. */
  hasYear(year: number): boolean {
    return this.#year(year) !== null;
  }

  /** The days of a month that hold a match. */
  month(year: number, month: number): MonthLevel {
    const plan = this.#year(year);
    if (plan === null) return null;
    const weekday = weekdayOfDays(daysOf(year, month, 1));
    const shape = ((month - 1) * 4 + daysInMonth(year, month) - 28) * 7 + weekday - 1;
    const known = plan.shapes[shape];
    if (known !== undefined) return known;
    const state = plan.months[month]!;
    return plan.shapes[shape] = state === null ? null : this.#days(state, { year, month });
  }

  /** Whether one second of one day matches. */
  matches({ year, month, day }: YearMonth & { readonly day: number }, time: number): boolean {
    const hours = this.month(year, month)?.children[day];
    if (!hours) return false;
    const minutes = hours.children[Math.floor(time / 3_600)];
    const seconds = minutes?.children[Math.floor(time / 60) % 60];
    return !!seconds?.children[time % 60];
  }

  #year(year: number): YearPlan | null {
    const key = this.#yearsMatter ? year : 1;
    if (key === this.#lastYear) return this.#lastPlan;
    let plan = this.#years.get(key);
    if (plan === undefined) {
      plan = this.#planOf(year);
      if (this.#years.size >= MAX_KEPT) this.#years.clear();
      this.#years.set(key, plan);
    }
    this.#lastYear = key;
    return this.#lastPlan = plan;
  }

  #planOf(year: number): YearPlan | null {
    const state = this.#narrow(this.#start, { unit: UNIT.year, value: year });
    if (state === null) return null;
    const key = keyOf(state);
    let plan = this.#plans.get(key);
    if (plan === undefined) {
      const months = [null, ...count(12)].map((index) =>
        index === null ? null : this.#narrow(state, { unit: UNIT.month, value: index + 1 })
      );
      if (months.every((month) => month === null)) return null;
      plan = { months, shapes: [] };
      if (this.#plans.size >= MAX_KEPT) this.#plans.clear();
      this.#plans.set(key, plan);
    }
    return plan;
  }

  #days(state: State, at: YearMonth): MonthLevel {
    const first = weekdayOfDays(daysOf(at.year, at.month, 1));
    const days: (Level | null)[] = [null];
    for (let value = 1; value <= daysInMonth(at.year, at.month); value++) {
      const weekday = (first + value - 2) % 7 + 1;
      const open = narrow(this.#model, state, { unit: UNIT.day, value, weekday, at });
      days.push(open === null ? null : this.#times(open, UNIT.hour));
    }
    return days.every((day) => day === null) ? null : new Level(days, 1);
  }

  #times(state: State, unit: UnitIndex): Level | null {
    const key = `${unit}${keyOf(state)}`;
    const known = this.#levels.get(key);
    if (known !== undefined) return known;
    const values = count(unit === UNIT.hour ? 24 : 60).map((value) => {
      const open = this.#narrow(state, { unit, value });
      if (open === null) return null;
      return unit === UNIT.second ? LEAF : this.#times(open, unit - 1 as UnitIndex);
    });
    const level = values.every((value) => value === null) ? null : new Level(values);
    if (this.#levels.size >= MAX_KEPT) this.#levels.clear();
    this.#levels.set(key, level);
    return level;
  }

  #narrow(state: State, { unit, value }: Pick<Moment, "unit" | "value">): State | null {
    return narrow(this.#model, state, { unit, value, weekday: 0, at: ANY_MONTH });
  }
}

const ANY_MONTH: YearMonth = { year: 1, month: 1 };

function count(size: number): readonly number[] {
  return Array.from({ length: size }, (_, index) => index);
}
