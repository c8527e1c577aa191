/**
 * The occurrences of an expression whose steps are days or longer, or that has no cadence: a matter of the wall clock.
 *
 * @module
 */

import { DAY_SECONDS, modulo } from "../civil.ts";
import type { WallCalendar } from "../wall_clock.ts";
import type { Gap } from "../zone.ts";
import type { MatchSearch } from "./match_search.ts";
import { type Model, UNIT } from "./model.ts";
import {
  addUnits,
  cellEnd,
  cellStart,
  isAligned,
  isAtEnd,
  parentLast,
  parentStart,
  setBack,
  setForward,
} from "./stepping.ts";

/** Occurrences on the wall clock. */
export class WallOccurrences implements WallCalendar {
  /** Whether the time of day comes from the start. */
  readonly floating: boolean;
  readonly #model: Model;
  readonly #search: MatchSearch;

  /** Creates them for a model and its search. */
  constructor(model: Model, search: MatchSearch) {
    this.#model = model;
    this.#search = search;
    this.floating = model.floating;
  }

  /** The last match inside a gap, unless its end matches. */
  lastIn({ start, end }: Gap): number | null {
    if (this.#search.matches(end)) return null;
    const local = this.#search.last(end - 1, null);
    return local !== null && local >= start ? local : null;
  }

  /** The occurrence after `base`, at or after `floor`. */
  following(base: number, floor: number): number | null {
    const bound = this.#boundAfter(base);
    return bound === null ? null : this.#search.first(Math.max(bound, floor), this.#own(base));
  }

  /** The occurrence before `base` (`null`: none to count from), at or before `ceiling`. */
  preceding(base: number | null, ceiling: number): number | null {
    if (base === null) return this.#lastStart(ceiling, null);
    const { cadence, lists, resets, stride, fromSunday } = this.#model;
    const isStart = this.floating || cellStart(base, this.#model.cell) === base;
    const isFirst = cadence !== null && isStart && this.#search.matches(base) &&
      isAtEnd(this.#model, base, "first");
    if (!isFirst) return this.#lastStart(Math.min(ceiling, this.#boundBefore(base)), base);
    const step = addUnits(base, cadence.unit, -cadence.interval);
    if (step === null) return null;
    if (lists.length === 0 && step <= ceiling && this.#search.matches(step)) return step;
    const reset = setForward(step, resets) + (fromSunday ? 6 : 0) * DAY_SECONDS;
    const isBetween = stride !== null && !isAligned(step, stride);
    const parent = isBetween
      ? addUnits(parentLast(base, stride.unit), cadence.unit, -cadence.interval)
      : null;
    const bound = Math.min(base - 1, Math.max(reset, parent ?? reset));
    return this.#lastStart(Math.min(ceiling, bound), base);
  }

  #boundAfter(base: number): number | null {
    const { cadence, stride, cell } = this.#model;
    const matches = (cadence !== null || this.floating) && this.#search.matches(base);
    if (cadence === null || !matches || !isAtEnd(this.#model, base, "last")) {
      const end = cellEnd(base, cell);
      if (!this.floating) return end;
      return matches ? cellEnd(base, UNIT.day) : Math.min(end, cellEnd(base, UNIT.day));
    }
    const step = addUnits(base, cadence.unit, cadence.interval);
    if (step === null) return null;
    const reset = setBack(step, this.#model.resets) -
      (this.#model.fromSunday ? 6 : 0) * DAY_SECONDS;
    const isBetween = stride !== null && !isAligned(reset, stride);
    return Math.max(base + 1, isBetween ? parentStart(reset, stride.unit) : reset);
  }

  #boundBefore(base: number): number {
    const start = cellStart(base, this.#model.cell);
    if (!this.floating) return base - 1;
    const midnight = cellStart(base, UNIT.day);
    return (this.#search.matches(base) ? midnight : Math.max(start, midnight)) - 1;
  }

  #own(base: number): number | null {
    return this.floating ? modulo(base, DAY_SECONDS) : null;
  }

  /** The last match, or without a floating time of day the start of its cell, which is when it occurs. */
  #lastStart(bound: number, base: number | null): number | null {
    const own = base === null ? null : this.#own(base);
    const match = this.#search.last(bound, own);
    return match === null || this.floating ? match : cellStart(match, this.#model.cell);
  }
}
