/**
 * How filters are narrowed down one unit at a time, coarse to fine.
 *
 * A filter that is satisfied whatever the finer units are leaves the state, so equal states mean equal futures.
 *
 * @module
 */

import { type Alternative, type End, type Model, UNIT, type UnitIndex } from "./model.ts";
import { resolveValue, type YearMonth } from "./resolve.ts";

/** A filter that is still open: its number, and every alternative that may yet satisfy it, as a code. */
interface OpenFilter {
  readonly filter: number;
  readonly codes: readonly number[];
}

/** The filters that are still open; none means that everything finer matches. */
export type State = readonly OpenFilter[];

/** Where in the calendar a unit is looked at. */
export interface Moment {
  /** The unit. */
  readonly unit: UnitIndex;
  /** Its value. */
  readonly value: number;
  /** Weekday of the day, when the unit is `day`. */
  readonly weekday: number;
  /** The month that days are resolved in. */
  readonly at: YearMonth;
}

const DEAD = -1;
const SATISFIED = -2;
const AT_LOW = 2;
const AT_HIGH = 1;

/** The state before any unit is known. */
export function openState(model: Model): State {
  return model.filters.map((alternatives, filter) => ({
    filter,
    codes: alternatives.map((alternative, index) =>
      index * 4 + (isBounded(alternative) ? AT_LOW + AT_HIGH : 0)
    ),
  }));
}

/** The state once one more unit is known; `null` when a filter can no longer be satisfied. */
export function narrow(model: Model, state: State, moment: Moment): State | null {
  if (state.length === 0) return state;
  const open: OpenFilter[] = [];
  for (const { filter, codes } of state) {
    const alternatives = model.filters[filter]!;
    const left: number[] = [];
    let satisfied = false;
    for (const code of codes) {
      const next = advance(alternatives[code >> 2]!, code, moment);
      if (next === DEAD) continue;
      if (next === SATISFIED) {
        satisfied = true;
        break;
      }
      left.push(next);
    }
    if (satisfied) continue;
    if (left.length === 0) return null;
    open.push({ filter, codes: left });
  }
  return open;
}

/** A text that is the same for equal states. */
export function keyOf(state: State): string {
  return state.map(({ filter, codes }) => `${filter}:${codes.join()}`).join(";");
}

function isBounded({ low }: Alternative): boolean {
  return low.some((end, unit) => end !== undefined && unit !== UNIT.week);
}

function advance(alternative: Alternative, code: number, moment: Moment): number {
  const { unit, value } = moment;
  if (alternative.stride !== null) {
    const { stride } = alternative;
    if (stride.unit !== unit) return code;
    return (value - stride.offset) % stride.interval === 0 ? SATISFIED : DEAD;
  }
  if (unit === UNIT.day && alternative.week !== null) {
    const [first, last] = alternative.week;
    if (moment.weekday < first || moment.weekday > last) return DEAD;
  }
  const next = compare(alternative, code, moment);
  if (next < 0) return next;
  const weekIsOpen = unit > UNIT.day && alternative.week !== null;
  if (weekIsOpen) return next;
  return (next & 3) === 0 || unit <= alternative.finest ? SATISFIED : next;
}

/** The code after comparing one unit with the ends that the coarser units have reached. */
function compare(alternative: Alternative, code: number, moment: Moment): number {
  const { unit, value, at } = moment;
  const lowEnd = alternative.low[unit];
  if (lowEnd === undefined || (code & 3) === 0) return code;
  const low = numberOf(lowEnd, at);
  const high = numberOf(alternative.high[unit]!, at);
  if (low === null || high === null) return alternative.lenient ? SATISFIED : DEAD;
  let flags = code & 3;
  if ((flags & AT_LOW) !== 0) {
    if (value < low) return DEAD;
    if (value > low) flags &= ~AT_LOW;
  }
  if ((flags & AT_HIGH) !== 0) {
    if (value > high) return DEAD;
    if (value < high) flags &= ~AT_HIGH;
  }
  return code - (code & 3) + flags;
}

function numberOf(end: End, at: YearMonth): number | null {
  return typeof end === "number" ? end : resolveValue("day", end, at);
}
