/**
 * Looking at a job until it is where somebody waits for it to be.
 *
 * @module
 */

import type { Clock } from "../core/clock.ts";
import { JobMasterError } from "../core/errors.ts";
import { isFinal, type Job } from "../core/job.ts";

const FIRST_LOOK_MS = 5;
const LAST_LOOK_MS = 250;

/** How long somebody waits for a job to be saved that only an agent connection has, in milliseconds. */
const SAVED_WITHIN_MS = 10_000;

/** What is used of the clock. */
type LookClock = Pick<Clock, "monotonic" | "schedule">;

/** Looks until the job has ended. @throws {JobMasterError} `wait_timeout`, and what `find` and `signal` throw. */
export async function untilFinal(
  clock: LookClock,
  find: () => Promise<Job>,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<Job> {
  const until = clock.monotonic() + timeoutMs;
  for (let pauseMs = FIRST_LOOK_MS;; pauseMs = Math.min(LAST_LOOK_MS, pauseMs * 2)) {
    const job = await find();
    if (isFinal(job.status)) return job;
    signal?.throwIfAborted();
    const leftMs = until - clock.monotonic();
    if (leftMs <= 0) {
      throw new JobMasterError(
        "wait_timeout",
        `Cannot wait longer for job "${job.id}": it is ${job.status} after ${timeoutMs} ms`,
        { retryable: true },
      );
    }
    await passed(clock, Math.min(pauseMs, leftMs));
  }
}

/** Looks until the master has the job; answers it as it is when that takes too long. */
export async function untilSaved(clock: LookClock, find: () => Promise<Job>): Promise<Job> {
  const until = clock.monotonic() + SAVED_WITHIN_MS;
  for (;;) {
    const job = await find();
    if (job.status !== "SavePending" || clock.monotonic() >= until) return job;
    await passed(clock, LAST_LOOK_MS);
  }
}

function passed(clock: LookClock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.schedule(ms, resolve));
}
