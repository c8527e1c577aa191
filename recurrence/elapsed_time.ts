/**
 * Occurrences that follow elapsed time: every segment of a zone is searched by itself, so both passes of a repeated
 * hour count and skipped local times do not occur.
 *
 * @module
 */

import type { Segment, Zone } from "./zone.ts";

/** Finds the nearest match at or after, or at or before, a local time. */
export type LocalSearch = (local: number) => number | null;

/** More than any wall clock was ever set back by, in seconds. */
const MAX_OVERLAP = 25 * 3_600;

/** The first instant at or after `bound` whose local time matches. */
export function firstElapsed(zone: Zone, bound: number, first: LocalSearch): number | null {
  let segment = zone.segmentAt(bound);
  const searchedFrom = bound + segment.offset;
  let found = first(searchedFrom);
  if (found !== null && found < localEnd(segment)) return found - segment.offset;
  while (segment.end !== Infinity) {
    const isSettled = found !== null && segment.end > bound + 2 * MAX_OVERLAP;
    segment = zone.segmentAt(isSettled ? Math.max(segment.end, found! - MAX_OVERLAP) : segment.end);
    const start = segment.start + segment.offset;
    // Nothing matches from where the search began to what it found.
    const isNew = start < searchedFrom || (found !== null && found < start);
    if (isNew) found = first(start);
    if (found !== null && found < localEnd(segment)) return found - segment.offset;
    if (found === null && start > searchedFrom + MAX_OVERLAP) return null;
  }
  return null;
}

/** The last instant at or before `bound` whose local time matches. */
export function lastElapsed(zone: Zone, bound: number, last: LocalSearch): number | null {
  let segment = zone.segmentAt(bound);
  const searchedFrom = bound + segment.offset;
  let found = last(searchedFrom);
  if (found !== null && found >= localStart(segment)) return found - segment.offset;
  while (segment.start !== -Infinity) {
    const isSettled = found !== null && segment.start < bound - 2 * MAX_OVERLAP;
    const before = segment.start - 1;
    segment = zone.segmentAt(isSettled ? Math.min(before, found! + MAX_OVERLAP) : before);
    const end = localEnd(segment) - 1;
    const isNew = end > searchedFrom || (found !== null && found > end);
    if (isNew) found = last(end);
    if (found !== null && found >= localStart(segment)) return found - segment.offset;
    if (found === null && end < searchedFrom - MAX_OVERLAP) return null;
  }
  return null;
}

function localStart(segment: Segment): number {
  return segment.start + segment.offset;
}

function localEnd(segment: Segment): number {
  return segment.end + segment.offset;
}
