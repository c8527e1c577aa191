/**
 * Durations and instants as users write them, and as the wire shows them.
 *
 * Inside the engine a duration is a number of milliseconds and an instant is a number of milliseconds
 * since the Unix epoch.
 *
 * @module
 */

import { JobMasterError } from "./errors.ts";
import { shown } from "./names.ts";

/** `"250ms"`, `"30s"`, `"5m"`, `"2h"`, `"1d"`, ISO-8601 (`"PT5M"`), a `Temporal.Duration`, or milliseconds. */
export type DurationInput = string | number | Temporal.Duration;

/** A `Temporal.Instant`, a `Date`, or ISO-8601 text with an offset. */
export type InstantInput = string | Temporal.Instant | Date;

/** Longest duration accepted: 100 years of 365 days, in milliseconds. */
export const MAX_DURATION_MS = 100 * 365 * 86_400_000;

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Options of {@linkcode parseDuration}. */
export interface ParseDurationOptions {
  /** What the duration is for, in error texts. */
  readonly what: string;
  /** Shortest accepted, in milliseconds. @default {0} */
  readonly minMs?: number;
  /** Longest accepted, in milliseconds. @default {MAX_DURATION_MS} */
  readonly maxMs?: number;
}

/**
 * Reads a duration into whole milliseconds.
 *
 * @throws {JobMasterError} `invalid_request` that names the field, the value and the rule.
 *
 * @example
 * ```ts
 * import { parseDuration } from "@jobmaster/jobmaster/core";
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(parseDuration("5m", { what: "timeout" }), 300_000);
 * ```
 */
export function parseDuration(value: unknown, options: ParseDurationOptions): number {
  const { what, minMs = 0, maxMs = MAX_DURATION_MS } = options;
  const ms = durationMs(value);
  if (ms === undefined) {
    throw new JobMasterError(
      "invalid_request",
      `Cannot use ${what} ${
        shown(value)
      }: it must be like "250ms", "30s", "5m", "2h", "1d", "PT5M", or a number of milliseconds`,
    );
  }
  if (ms < minMs || ms > maxMs) {
    throw new JobMasterError(
      "invalid_request",
      `Cannot use ${what} ${shown(value)}: it must be between ${formatDuration(minMs)} and ${
        formatDuration(maxMs)
      }`,
    );
  }
  return ms;
}

function durationMs(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? Math.round(value) : undefined;
  if (value instanceof Temporal.Duration) return temporalMs(value);
  if (typeof value !== "string" || value.length > 64) return undefined;
  const text = value.trim();
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  if (match !== null) return Math.round(Number(match[1]) * UNIT_MS[match[2]!]!);
  return /^[-+]?P/i.test(text) ? isoMs(text) : undefined;
}

function isoMs(text: string): number | undefined {
  try {
    return temporalMs(Temporal.Duration.from(text));
  } catch {
    return undefined; // not ISO-8601: the caller says what would be right
  }
}

function temporalMs(duration: Temporal.Duration): number | undefined {
  if (duration.years !== 0 || duration.months !== 0) return undefined; // no fixed length
  const days = duration.weeks * 7 + duration.days;
  const rest = duration.with({ weeks: 0, days: 0 });
  return Math.round(days * 86_400_000 + rest.total({ unit: "milliseconds" }));
}

/** A duration as ISO-8601, e.g. `PT5M`. Days stay hours: `PT24H` is elapsed time, `P1D` a calendar step. */
export function formatDuration(ms: number): string {
  const negative = ms < 0 ? "-" : "";
  const total = Math.abs(Math.round(ms));
  const hours = Math.floor(total / 3_600_000);
  const minutes = Math.floor(total / 60_000) % 60;
  const seconds = (total % 60_000) / 1_000;
  const text = (hours > 0 ? `${hours}H` : "") + (minutes > 0 ? `${minutes}M` : "") +
    (seconds > 0 ? `${seconds}S` : "");
  return `${negative}PT${text === "" ? "0S" : text}`;
}

/**
 * Reads an instant into epoch milliseconds.
 *
 * @throws {JobMasterError} `invalid_request` when it is not an instant; a local time without an offset is not one.
 */
export function parseInstant(value: unknown, what: string): number {
  const ms = instantMs(value);
  if (ms !== undefined && Math.abs(ms) <= 8.64e15) return ms;
  throw new JobMasterError(
    "invalid_request",
    `Cannot use ${what} ${
      shown(value)
    }: it must be an instant with an offset such as "2027-01-31T09:00:00Z" or "2027-01-31T09:00:00+01:00"`,
  );
}

function instantMs(value: unknown): number | undefined {
  if (value instanceof Temporal.Instant) return value.epochMilliseconds;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.getTime();
  if (typeof value !== "string" || value.length > 64) return undefined;
  try {
    return Temporal.Instant.from(value.trim()).epochMilliseconds;
  } catch {
    return undefined; // not an instant: the caller says what would be right
  }
}

/** Epoch milliseconds as ISO-8601 in UTC with milliseconds. */
export function formatInstant(atMs: number): string {
  return new Date(atMs).toISOString();
}
