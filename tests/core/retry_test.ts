/**
 * How long a failed attempt waits.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type Random, seededRandom } from "../../core/random.ts";
import {
  DEFAULT_RETRY_POLICY,
  MAX_RETRIES,
  retryDelayMs,
  type RetryPolicy,
} from "../../core/retry.ts";

function always(next: number): Random {
  return { next: () => next, bytes: (count) => new Uint8Array(count) };
}

const EXACT: RetryPolicy = { ...DEFAULT_RETRY_POLICY, jitter: "none" };

const POLICIES: fc.Arbitrary<RetryPolicy> = fc.record({
  baseMs: fc.integer({ min: 0, max: 86_400_000 }),
  factor: fc.double({ min: 1, max: 100, noNaN: true }),
  maxMs: fc.integer({ min: 0, max: 86_400_000 }),
  jitter: fc.constant("full"),
});

const FAILURES = fc.integer({ min: 1, max: MAX_RETRIES + 1 });

Deno.test("DEFAULT_RETRY_POLICY is 10 s, doubled, at most 1 h, with full jitter", () => {
  deepStrictEqual(DEFAULT_RETRY_POLICY, {
    baseMs: 10_000,
    factor: 2,
    maxMs: 3_600_000,
    jitter: "full",
  });
  strictEqual(MAX_RETRIES, 10);
});

Deno.test("retryDelayMs is exactly the back-off when there is no jitter", () => {
  const seconds = Array.from(
    { length: 11 },
    (_, i) => retryDelayMs(EXACT, i + 1, always(0.123)) / 1_000,
  );
  deepStrictEqual(seconds, [10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600]);
});

Deno.test("retryDelayMs takes no chance when there is no jitter", () => {
  const random: Random = {
    next: () => {
      throw new Error("asked for chance");
    },
    bytes: () => new Uint8Array(),
  };
  strictEqual(retryDelayMs(EXACT, 1, random), 10_000);
});

Deno.test("retryDelayMs spreads over the whole range, from no wait at all, when jitter is full", () => {
  for (let failures = 1; failures <= 11; failures++) {
    const longest = retryDelayMs(EXACT, failures, always(0));
    strictEqual(retryDelayMs(DEFAULT_RETRY_POLICY, failures, always(0)), 0);
    strictEqual(retryDelayMs(DEFAULT_RETRY_POLICY, failures, always(0.5)), longest / 2);
    strictEqual(retryDelayMs(DEFAULT_RETRY_POLICY, failures, always(1 - 2 ** -53)), longest);
  }
});

Deno.test("retryDelayMs stays within 0 and the back-off for every policy", () => {
  fc.assert(fc.property(POLICIES, FAILURES, fc.integer(), (policy, failures, seed) => {
    const delayMs = retryDelayMs(policy, failures, seededRandom(seed));
    const longestMs = Math.min(policy.maxMs, policy.baseMs * policy.factor ** (failures - 1));
    ok(Number.isInteger(delayMs) && delayMs >= 0, `${delayMs}`);
    ok(delayMs <= Math.round(longestMs), `${delayMs} > ${longestMs}`);
  }));
});

Deno.test("retryDelayMs never shrinks with further failures when there is no jitter", () => {
  fc.assert(fc.property(POLICIES, FAILURES, (policy, failures) => {
    const exact: RetryPolicy = { ...policy, jitter: "none" };
    const wait = (count: number) => retryDelayMs(exact, count, always(0));
    ok(wait(failures) <= wait(failures + 1));
    ok(wait(failures) <= policy.maxMs);
    strictEqual(wait(1), Math.min(policy.baseMs, policy.maxMs));
  }));
});
