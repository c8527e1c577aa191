/**
 * Recurrences of a fixed length: every so many milliseconds after the one before.
 *
 * @module
 */

import { JobMasterError } from "../core/errors.ts";
import { formatDuration, MAX_DURATION_MS, parseDuration } from "../core/time.ts";
import { RecurrenceError } from "./error.ts";
import type { NextOptions, Recurrence } from "./recurrence.ts";

/** Shortest interval, in milliseconds. */
export const MIN_INTERVAL_MS = 1_000;

/** Longest text of an interval, in UTF-16 units. */
const MAX_TEXT_LENGTH = 64;

const EXPECTED = ["90s", "5m", "2h", "1d", "PT5M"];

/** The last instant of the year 9999, in milliseconds. */
const LAST_MS = Date.UTC(10_000, 0, 1) - 1;

/** A recurrence of a fixed length; a day is 24 hours here, whatever the clocks do. */
export class IntervalRecurrence implements Recurrence {
  /** Always `"interval"`. */
  readonly type = "interval";
  /** Always `null`: an interval knows no local time. */
  readonly timeZone = null;
  /** The length, in whole milliseconds; 1,000 to 100 years of 365 days. */
  readonly ms: number;

  /**
   * Creates a recurrence of a length in milliseconds, rounded to whole ones.
   *
   * @throws {RecurrenceError} when it is shorter than a second or longer than 100 years.
   */
  constructor(ms: number) {
    this.ms = read(ms);
  }

  /** `after` plus the length, to the nanosecond; `undefined` past `until` (inclusive) or the year 9999. */
  next(after: Temporal.Instant, { until }: NextOptions = {}): Temporal.Instant | undefined {
    if (after.epochMilliseconds + this.ms > LAST_MS) return undefined;
    const next = after.add({ milliseconds: this.ms });
    return until !== undefined && Temporal.Instant.compare(next, until) > 0 ? undefined : next;
  }

  /** The length as ISO-8601, e.g. `PT5M`. */
  toString(): string {
    return formatDuration(this.ms);
  }

  /** What it means in plain English, e.g. `Every 1 hour 30 minutes`. */
  describe(): string {
    const parts: string[] = [];
    let rest = this.ms;
    for (const [unit, length] of LENGTHS) {
      const count = unit === "second" ? rest / length : Math.floor(rest / length);
      rest -= count * length;
      if (count > 0) parts.push(`${count} ${unit}${count === 1 ? "" : "s"}`);
    }
    const text = parts.join(" ");
    return `Every ${parts.length === 1 ? text.replace(/^1 /, "") : text}`;
  }
}

const LENGTHS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
] as const;

/**
 * Reads an interval: `"90s"`, `"5m"`, `"2h"`, `"1d"`, ISO-8601 such as `"PT5M"`, or milliseconds. At least 1 second, at
 * most 100 years, rounded to whole milliseconds. A calendar length such as `"P1M"` is none.
 *
 * @throws {RecurrenceError} when it is not an interval.
 *
 * @example
 * ```ts
 * import { interval } from "@jobmaster/jobmaster/recurrence";
 * import { strictEqual } from "node:assert/strict";
 *
 * const often = interval("90s");
 * const next = often.next(Temporal.Instant.from("2027-01-01T00:00:00Z"));
 *
 * strictEqual(String(next), "2027-01-01T00:01:30Z");
 * strictEqual(String(often), "PT1M30S");
 * ```
 */
export function interval(length: string | number): IntervalRecurrence {
  return new IntervalRecurrence(read(length));
}

function read(length: string | number): number {
  const text = String(length);
  try {
    const tooLong = typeof length === "string" && length.length > MAX_TEXT_LENGTH;
    if (tooLong) throw new JobMasterError("invalid_request", "it is too long");
    return parseDuration(length, {
      what: "interval",
      minMs: MIN_INTERVAL_MS,
      maxMs: MAX_DURATION_MS,
    });
  } catch (thrown) {
    if (!(thrown instanceof JobMasterError)) throw thrown;
    const message = `this is no interval from 1 second to 100 years`;
    throw new RecurrenceError(text, [
      { message, offset: 0, length: text.length, expected: EXPECTED },
    ]);
  }
}
