/**
 * The occurrences of an expression whose steps are hours or shorter: steps of elapsed time, filters of the wall clock.
 *
 * @module
 */

import { inCalendar } from "../civil.ts";
import { firstElapsed, lastElapsed } from "../elapsed_time.ts";
import type { Zone } from "../zone.ts";
import type { MatchSearch } from "./match_search.ts";
import { FIXED_SECONDS, type Model, UNIT, type UnitIndex } from "./model.ts";
import {
  cellEnd,
  cellStart,
  isAligned,
  isAtEnd,
  parentLast,
  parentStart,
  setBack,
  setForward,
} from "./stepping.ts";
import { windowStart } from "./window.ts";

/** Occurrences in elapsed time. All arguments and results are instants in seconds. */
export class ElapsedOccurrences {
  readonly #model: Model;
  readonly #search: MatchSearch;
  readonly #first: (local: number) => number | null;
  readonly #last: (local: number) => number | null;
  /** Whether a list names the cadence's unit or a longer one, and so takes the place of steps. */
  readonly #isMixed: boolean;

  /** Creates them for a model and its search. */
  constructor(model: Model, search: MatchSearch) {
    this.#model = model;
    this.#search = search;
    this.#first = (local) => search.first(local, null);
    this.#last = (local) => search.last(local, null);
    this.#isMixed = model.lists.some(([values]) =>
      values!.some(({ unit }) => UNIT[unit] >= model.cadence!.unit)
    );
  }

  /** The occurrence after an instant. */
  next(zone: Zone, after: number): number | null {
    const { cadence, filters } = this.#model;
    const local = zone.localOf(after);
    if (inCalendar(local) === null && local > 0) return null;
    if (cadence === null || !this.#search.matches(local) || !isAtEnd(this.#model, local, "last")) {
      const segment = zone.segmentAt(after);
      const end = cellEnd(local, this.#model.cell) - segment.offset;
      return firstElapsed(zone, Math.min(end, segment.end), this.#first);
    }
    const step = after + cadence.interval * FIXED_SECONDS[cadence.unit]!;
    if (inCalendar(step) === null) return null;
    if (filters.length === 0) return step;
    return firstElapsed(zone, this.#boundOf(zone, step), this.#first);
  }

  /** The occurrence before an instant. */
  previous(zone: Zone, before: number): number | null {
    const { cadence, lists, resets, stride } = this.#model;
    const local = zone.localOf(before);
    if (cadence === null || !this.#beginsCycle(local, cadence.unit)) {
      return this.#lastUpTo(zone, before - 1);
    }
    const length = cadence.interval * FIXED_SECONDS[cadence.unit]!;
    const step = before - length;
    if (inCalendar(step) === null) return null;
    const stepLocal = zone.localOf(step);
    const isInWindow = lists.length === 0 && this.#search.matches(stepLocal) &&
      (stride !== null || !this.#beginsWindow(local, cadence.unit));
    if (isInWindow) return this.#lastInCell(zone, step, step) ?? step;
    const { end, offset } = zone.segmentAt(step);
    const bound = Math.min(end - 1, setForward(stepLocal, resets) - offset);
    const isBetween = stride !== null && !isAligned(stepLocal, stride);
    const parent = isBetween ? before + parentLast(local, stride.unit) - local - length : bound;
    return this.#lastUpTo(zone, Math.min(before - 1, Math.max(bound, parent)));
  }

  /** Whether a step leads to a match: it is the first of its lists, and of its cell when steps are set back. */
  #beginsCycle(local: number, unit: UnitIndex): boolean {
    if (!this.#search.matches(local) || !isAtEnd(this.#model, local, "first")) return false;
    if (this.#model.resets.length === 0) return true;
    const before = this.#search.last(local - 1, null);
    return before === null || before < cellStart(local, unit);
  }

  /** Whether a match is the first of its cell, and the cell before has none: there a chain begins anew. */
  #beginsWindow(local: number, unit: UnitIndex): boolean {
    const start = cellStart(local, unit);
    const before = this.#search.last(local - 1, null);
    return before === null || before < start - FIXED_SECONDS[unit]!;
  }

  /** Where the search goes on after a step: reset, and back in phase with the anchor. Later than where it began. */
  #boundOf(zone: Zone, step: number): number {
    const { stride, resets } = this.#model;
    const { start, offset } = zone.segmentAt(step);
    const reset = setBack(step + offset, resets);
    const isBetween = stride !== null && !isAligned(reset, stride);
    return Math.max(start, (isBetween ? parentStart(reset, stride.unit) : reset) - offset);
  }

  /** The last occurrence at or before an instant, counted from where its window began. */
  #lastUpTo(zone: Zone, bound: number): number | null {
    const match = lastElapsed(zone, bound, this.#last);
    if (match === null) return null;
    const { cadence, cell, resets, stride } = this.#model;
    if (cadence === null) return this.#cellStart(zone, match, cell);
    const cellFirst = this.#cellStart(zone, match, cadence.unit);
    if (stride !== null || this.#isMixed) return this.#lastInCell(zone, cellFirst, match) ?? match;
    const start = windowStart(this.#search, { zone, match, unit: cadence.unit });
    // Steps that are set back to the start of their cell are counted from cell to cell.
    const from = resets.length > 0 ? this.#cellStart(zone, start, cadence.unit) : start;
    const length = cadence.interval * FIXED_SECONDS[cadence.unit]!;
    const steps = Math.floor((match - from) / length);
    const counted = this.#lastInCell(zone, from + steps * length, match);
    return counted ?? match;
  }

  /** The last occurrence of the chain within the cell of the cadence that begins at or after `from`. */
  #lastInCell(zone: Zone, from: number, match: number): number | null {
    const { cadence, resets, lists } = this.#model;
    if (resets.length === 0) return this.#search.matches(zone.localOf(from)) ? from : null;
    const cell = this.#cellStart(zone, from, cadence!.unit);
    let last = firstElapsed(zone, cell, this.#first);
    if (last === null || last > match) return null;
    if (lists.length === 0) return last;
    for (let next = this.next(zone, last); next !== null && next <= match;) {
      last = next;
      next = this.next(zone, last);
    }
    return last;
  }

  #cellStart(zone: Zone, instant: number, unit: UnitIndex): number {
    const { start, offset } = zone.segmentAt(instant);
    return Math.max(start, cellStart(instant + offset, unit) - offset);
  }
}
