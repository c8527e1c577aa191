/**
 * What the API shows where there may be nothing.
 *
 * @module
 */

import { formatDuration, formatInstant } from "../../core/time.ts";

/** Epoch milliseconds as ISO-8601 in UTC, if there are any. */
export function instantOrNull(atMs: number | null): string | null {
  return atMs === null ? null : formatInstant(atMs);
}

/** Milliseconds as ISO-8601, if there are any. */
export function durationOrNull(ms: number | null): string | null {
  return ms === null ? null : formatDuration(ms);
}

/** A lane; the default one has no name. */
export function laneOrNull(lane: string): string | null {
  return lane === "" ? null : lane;
}
