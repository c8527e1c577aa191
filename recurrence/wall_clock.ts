/**
 * Occurrences that are fixed on the wall clock, as instants.
 *
 * A local time that occurs twice counts the first time; one that is skipped counts at the end of its gap, together
 * with every other one in that gap.
 *
 * @module
 */

import type { Gap, Zone } from "./zone.ts";

/** What a calendar knows about local times. All are in seconds. */
export interface WallCalendar {
  /** Whether the time of day comes from the instant that is asked about. */
  readonly floating: boolean;
  /** The last occurrence inside a gap, unless the end of the gap is an occurrence; it keeps steps in phase. */
  lastIn(gap: Gap): number | null;
  /** The occurrence after `base`, at or after `floor`. */
  following(base: number, floor: number): number | null;
  /** The occurrence before `base` (`null`: none to count from), at or before `ceiling`. */
  preceding(base: number | null, ceiling: number): number | null;
}

/** The first occurrence after an instant. */
export function nextOnWallClock(calendar: WallCalendar, zone: Zone, after: number): number | null {
  const seen = zone.highWater(after);
  const base = calendar.floating ? zone.localOf(after) : inGap(calendar, zone, after) ?? seen;
  const local = calendar.following(base, seen + 1);
  return local === null ? null : zone.instantOf(local);
}

/** The last occurrence before an instant. */
export function previousOnWallClock(
  calendar: WallCalendar,
  zone: Zone,
  before: number,
): number | null {
  const ceiling = zone.highWater(before - 1);
  const local = calendar.preceding(previousBase(calendar, zone, before), ceiling);
  return local === null ? null : zone.instantOf(local);
}

function previousBase(calendar: WallCalendar, zone: Zone, before: number): number | null {
  const local = zone.localOf(before);
  if (calendar.floating) return local;
  const isSecondPass = local <= zone.highWater(before - 1);
  return isSecondPass ? null : inGap(calendar, zone, before) ?? local;
}

function inGap(calendar: WallCalendar, zone: Zone, instant: number): number | null {
  const gap = zone.gapEndingAt(instant);
  return gap === null ? null : calendar.lastIn(gap);
}
