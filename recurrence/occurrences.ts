/**
 * From instants to whole seconds and back: what the recurrences that follow a calendar have in common.
 *
 * @module
 */

import { JobMasterError } from "../core/errors.ts";
import type { NextOptions, PreviousOptions } from "./recurrence.ts";
import { type Zone, zoneOf } from "./zone.ts";

/** Most occurrences that are listed at once. */
export const MAX_LISTED = 100_000;

/** Occurrences of one recurrence, in whole seconds since the Unix epoch. */
export interface Occurrences {
  /** The first one after an instant; `null` when there is none. */
  next(zone: Zone, after: number): number | null;
  /** The last one before an instant; `null` when there is none. */
  previous(zone: Zone, before: number): number | null;
}

/** The first occurrence after an instant, whose fraction of a second does not count. */
export function nextInstant(
  occurrences: Occurrences,
  after: Temporal.Instant,
  options: NextOptions & { readonly own: string | null },
): Temporal.Instant | undefined {
  const zone = zoneOf(options.own ?? options.timeZone ?? "UTC");
  const found = occurrences.next(zone, Math.floor(after.epochMilliseconds / 1_000));
  return found === null || isPast(found, options.until) ? undefined : instantOf(found);
}

/** Up to `count` occurrences, each the first one after the one before. */
export function listInstants(
  occurrences: Occurrences,
  after: Temporal.Instant,
  { count, ...options }: NextOptions & { readonly own: string | null; readonly count: number },
): readonly Temporal.Instant[] {
  checkCount(count);
  const zone = zoneOf(options.own ?? options.timeZone ?? "UTC");
  const found: Temporal.Instant[] = [];
  let at = Math.floor(after.epochMilliseconds / 1_000);
  while (found.length < count) {
    const next = occurrences.next(zone, at);
    if (next === null || isPast(next, options.until)) break;
    found.push(instantOf(next));
    at = next;
  }
  return found;
}

/** The last occurrence before an instant. */
export function previousInstant(
  occurrences: Occurrences,
  before: Temporal.Instant,
  options: PreviousOptions & { readonly own: string | null },
): Temporal.Instant | undefined {
  const zone = zoneOf(options.own ?? options.timeZone ?? "UTC");
  const whole = Math.floor(before.epochMilliseconds / 1_000);
  const hasFraction = before.epochNanoseconds !== BigInt(whole) * 1_000_000_000n;
  const found = occurrences.previous(zone, hasFraction ? whole + 1 : whole);
  if (found === null) return undefined;
  const instant = instantOf(found);
  const { since } = options;
  return since !== undefined && Temporal.Instant.compare(instant, since) < 0 ? undefined : instant;
}

/** Refuses a number of occurrences that is no whole number from 0 to {@linkcode MAX_LISTED}. */
export function checkCount(count: number): void {
  if (Number.isInteger(count) && count >= 0 && count <= MAX_LISTED) return;
  throw new JobMasterError(
    "invalid_request",
    `Cannot list ${count} occurrences: it must be a whole number from 0 to ${MAX_LISTED}`,
  );
}

function isPast(seconds: number, until: Temporal.Instant | undefined): boolean {
  return until !== undefined && seconds * 1_000 > until.epochMilliseconds;
}

function instantOf(seconds: number): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(seconds * 1_000);
}
