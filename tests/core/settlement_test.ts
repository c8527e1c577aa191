/**
 * What becomes of a job when one of its attempts ends.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { type OutcomeKind, OUTCOMES } from "../../core/job.ts";
import { seededRandom } from "../../core/random.ts";
import type { RetryPolicy } from "../../core/retry.ts";
import { type EndedRun, type NextStep, nextStep } from "../../core/settlement.ts";

const NOW_MS = 1_800_000_000_000;
const DOUBLING: RetryPolicy = { baseMs: 1_000, factor: 2, maxMs: 3_600_000, jitter: "none" };

/** An attempt of a job with 3 retries that was due 1 s ago. */
function ended(
  outcome: OutcomeKind,
  attempt: number,
  job: Partial<EndedRun["job"]> = {},
): EndedRun {
  return {
    job: { maxRetries: 3, lastAttempt: 4, retry: null, scheduledAtMs: NOW_MS - 1_000, ...job },
    attempt,
    ending: { outcome, result: null, error: null },
  };
}

function decide(run: EndedRun, policy: RetryPolicy = DOUBLING): NextStep {
  return nextStep(run, { policy, nowMs: NOW_MS, random: seededRandom(1) });
}

/** How long the job waits from now on; `null` when it is final. */
function waitMs(run: EndedRun, policy?: RetryPolicy): number | null {
  const next = decide(run, policy);
  return next.status === "HeldOnMaster" ? next.scheduledAtMs - NOW_MS : null;
}

Deno.test("nextStep ends a job that succeeded or was cancelled, whichever attempt it was", () => {
  for (const attempt of [1, 4, 9]) {
    deepStrictEqual(decide(ended("succeeded", attempt)), { status: "Succeeded" });
    deepStrictEqual(decide(ended("cancelled", attempt)), { status: "Cancelled" });
  }
});

Deno.test("nextStep retries failures and timeouts until the last attempt", () => {
  for (const outcome of ["failed", "timed_out"] as const) {
    deepStrictEqual(
      [1, 2, 3, 4, 5].map((attempt) => waitMs(ended(outcome, attempt))),
      [1_000, 2_000, 4_000, null, null],
    );
    deepStrictEqual(decide(ended(outcome, 4)), { status: "Failed" });
  }
});

Deno.test("nextStep fails a job at its first failure when it may not be retried", () => {
  const once = { maxRetries: 0, lastAttempt: 1 };
  for (const outcome of ["failed", "timed_out", "crashed"] as const) {
    deepStrictEqual(decide(ended(outcome, 1, once)), { status: "Failed" });
  }
});

Deno.test("nextStep fails a job at once when no further attempt can do better", () => {
  const run = ended("failed", 1);
  const decided = (final: boolean) => decide({ ...run, ending: { ...run.ending, final } }).status;
  deepStrictEqual([decided(true), decided(false)], ["Failed", "HeldOnMaster"]);
});

Deno.test("nextStep tries a crashed job again at once, until the last attempt", () => {
  deepStrictEqual([1, 2, 3, 4].map((attempt) => waitMs(ended("crashed", attempt))), [
    0,
    0,
    0,
    null,
  ]);
  deepStrictEqual(decide(ended("crashed", 4)), { status: "Failed" });
});

Deno.test("nextStep counts the failures of a round anew after an explicit retry", () => {
  const retriedOnce = { lastAttempt: 8 }; // 4 attempts, then 3 retries and 1 more
  deepStrictEqual(
    [5, 6, 7, 8].map((attempt) => waitMs(ended("failed", attempt, retriedOnce))),
    [1_000, 2_000, 4_000, null],
  );
  const retriedEarly = { lastAttempt: 6 }; // it had succeeded at its second attempt
  deepStrictEqual(
    [3, 4, 5, 6].map((attempt) => waitMs(ended("failed", attempt, retriedEarly))),
    [1_000, 2_000, 4_000, null],
  );
});

Deno.test("nextStep lets the job's own policy win over the cluster's", () => {
  const own: RetryPolicy = { baseMs: 7, factor: 10, maxMs: 500, jitter: "none" };
  deepStrictEqual(
    [1, 2, 3].map((attempt) => waitMs(ended("failed", attempt, { retry: own }))),
    [7, 70, 500],
  );
});

Deno.test("nextStep adds no delay of its own to the policy's", () => {
  const none: RetryPolicy = { baseMs: 0, factor: 1, maxMs: 0, jitter: "full" };
  strictEqual(waitMs(ended("failed", 1), none), 0);
});

Deno.test("nextStep gives an interrupted attempt back, even the last one", () => {
  for (const attempt of [1, 4]) {
    deepStrictEqual(decide(ended("interrupted", attempt)), {
      status: "HeldOnMaster",
      scheduledAtMs: NOW_MS,
    });
  }
});

Deno.test("nextStep leaves an interrupted job alone for as long as its ending says", () => {
  const run = ended("interrupted", 1);
  strictEqual(waitMs({ ...run, ending: { ...run.ending, delayMs: 30_000 } }), 30_000);
});

Deno.test("nextStep never makes an interrupted job due earlier than it was", () => {
  strictEqual(waitMs(ended("interrupted", 1, { scheduledAtMs: NOW_MS + 5_000 })), 5_000);
});

Deno.test("nextStep keeps a job within its retries and its policy, however attempts end", () => {
  const policies = fc.record({
    baseMs: fc.integer({ min: 0, max: 60_000 }),
    factor: fc.double({ min: 1, max: 10, noNaN: true }),
    maxMs: fc.integer({ min: 0, max: 120_000 }),
    jitter: fc.constantFrom("full" as const, "none" as const),
  });
  const runs = fc.record({
    outcome: fc.constantFrom(...OUTCOMES),
    maxRetries: fc.integer({ min: 0, max: 10 }),
    before: fc.integer({ min: 0, max: 50 }),
    inRound: fc.integer({ min: 1, max: 11 }),
    seed: fc.integer(),
  });
  fc.assert(fc.property(runs, policies, (given, policy) => {
    const { outcome, maxRetries, before, inRound, seed } = given;
    fc.pre(inRound <= maxRetries + 1);
    const job = { maxRetries, lastAttempt: before + maxRetries + 1 };
    const next = nextStep(ended(outcome, before + inRound, job), {
      policy,
      nowMs: NOW_MS,
      random: seededRandom(seed),
    });
    const isFailure = ["failed", "timed_out", "crashed"].includes(outcome);
    strictEqual(next.status === "Failed", isFailure && inRound === maxRetries + 1);
    if (next.status !== "HeldOnMaster") return;
    const wait = next.scheduledAtMs - NOW_MS;
    const longest = Math.min(policy.maxMs, policy.baseMs * policy.factor ** (inRound - 1));
    ok(wait >= 0 && wait <= Math.round(longest), `${wait} > ${longest}`);
  }));
});
