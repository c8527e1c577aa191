/**
 * How runs of a schedule look: in UTC, and in a zone when it is another one.
 *
 * @module
 */

import { readTimeZone } from "../core/cluster.ts";

/** One run. */
export interface RunTime {
  /** When, ISO-8601 in UTC. */
  readonly at: string;
  /** The same in a zone, with offset and zone. */
  readonly local: string;
}

/** A run at an instant, seen from a zone. */
export function runTime(instant: Temporal.Instant, timeZone: string): RunTime {
  return { at: instant.toString(), local: instant.toZonedDateTimeISO(timeZone).toString() };
}

/** The runs the API answers. */
export function readRuns(
  { items, local }: { readonly items: readonly string[]; readonly local: readonly string[] },
): readonly RunTime[] {
  return items.map((item, at) => ({
    at: Temporal.Instant.from(item).toString(),
    local: local[at] ?? "-",
  }));
}

/** Whether local times of this zone are UTC, whatever it is called. */
export function isUtc(timeZone: string): boolean {
  try {
    return readTimeZone(timeZone) === "UTC";
  } catch {
    return false; // a zone of another machine
  }
}
