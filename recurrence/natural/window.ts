/**
 * Where the window that holds a match began: the stretch in which every cell of the cadence's unit holds a match.
 *
 * @module
 */

import { dateOf, DAY_SECONDS, FIRST_LOCAL } from "../civil.ts";
import type { Zone } from "../zone.ts";
import type { MatchSearch } from "./match_search.ts";
import { UNIT, type UnitIndex } from "./model.ts";
import { daysInMonth } from "./resolve.ts";
import { cellStart } from "./stepping.ts";

/** A match, and the unit whose cells make a window. */
export interface WindowQuery {
  /** The zone. */
  readonly zone: Zone;
  /** The instant of the match, in seconds. */
  readonly match: number;
  /** Second, minute or hour. */
  readonly unit: UnitIndex;
}

/** The first match of the window, as an instant in seconds. */
export function windowStart(search: MatchSearch, { zone, match, unit }: WindowQuery): number {
  let segment = zone.segmentAt(match);
  let local = match + segment.offset;
  for (;;) {
    const edge = segment.start + segment.offset;
    const cell = Math.max(edge, runStart(search, { local, unit, edge }));
    const first = search.first(cell, null)! - segment.offset;
    if (cell > edge || segment.start === -Infinity) return first;
    const before = zone.segmentAt(segment.start - 1);
    local = segment.start - 1 + before.offset;
    const continues = search.last(local, null);
    if (continues === null || cellStart(continues, unit) !== cellStart(local, unit)) return first;
    segment = before;
    local = continues;
  }
}

interface Run {
  readonly local: number;
  readonly unit: UnitIndex;
  readonly edge: number;
}

/** The start of the first cell of the run that holds a local time, not looking further back than the edge. */
function runStart(search: MatchSearch, { local, unit, edge }: Run): number {
  let start = cellStart(local, unit);
  while (start > edge && start > FIRST_LOCAL) {
    const size = runBefore(search, start, unit);
    if (size === 0) return start;
    start -= size;
  }
  return start;
}

/** How many seconds right before a local time surely belong to its run: a month, day, hour, minute or second. */
function runBefore(search: MatchSearch, start: number, unit: UnitIndex): number {
  const days = Math.floor((start - 1) / DAY_SECONDS);
  const { year, month, day } = dateOf(days);
  const level = search.tree.month(year, month);
  if (level === null) return 0;
  const time = start - days * DAY_SECONDS; // 1 to 86,400
  if (time === DAY_SECONDS && day === daysInMonth(year, month) && level.isFull(3 - unit)) {
    return day * DAY_SECONDS;
  }
  const hours = level.children[day];
  if (!hours) return 0;
  if (time === DAY_SECONDS && hours.isFull(2 - unit)) return DAY_SECONDS;
  const minutes = hours.children[Math.floor((time - 1) / 3_600)];
  if (!minutes) return 0;
  if (unit === UNIT.hour || (time % 3_600 === 0 && minutes.isFull(1 - unit))) return 3_600;
  const seconds = minutes.children[Math.floor((time - 1) / 60) % 60];
  if (!seconds) return 0;
  if (unit === UNIT.minute || (time % 60 === 0 && seconds.isFull(0))) return 60;
  return seconds.children[(time - 1) % 60] ? 1 : 0;
}
