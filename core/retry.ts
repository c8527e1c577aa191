/**
 * When a failed attempt is tried again.
 *
 * @module
 */

import type { Random } from "./random.ts";

/** Exponential back-off with full jitter: the wait is uniform in `[0, min(max, base × factor^(failures-1))]`. */
export interface RetryPolicy {
  /** Longest wait after the first failure, in milliseconds. @default {10_000} */
  readonly baseMs: number;
  /** Growth per further failure. @default {2} */
  readonly factor: number;
  /** Longest wait ever, in milliseconds. @default {3_600_000} */
  readonly maxMs: number;
  /** `"full"` spreads the wait over the whole range, `"none"` always waits the longest. @default {"full"} */
  readonly jitter: "full" | "none";
}

/** The cluster's policy when it sets none. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  baseMs: 10_000,
  factor: 2,
  maxMs: 3_600_000,
  jitter: "full",
};

/** Most retries a job may ask for. */
export const MAX_RETRIES = 10;

/**
 * Milliseconds to wait after failure number `failures` (from 1). There is no other delay.
 *
 * Full jitter is the variant with the least contention in M. Brooker's "Exponential Backoff And Jitter".
 */
export function retryDelayMs(policy: RetryPolicy, failures: number, random: Random): number {
  const longest = Math.min(
    policy.maxMs,
    policy.baseMs * policy.factor ** Math.max(0, failures - 1),
  );
  return Math.round(policy.jitter === "full" ? longest * random.next() : longest);
}
