/**
 * Waits until a job has ended, by asking the API again and again.
 *
 * @module
 */

import type { Clock } from "../core/clock.ts";
import { JobMasterError } from "../core/errors.ts";
import { FINAL_STATUSES } from "../core/job.ts";
import { formatDuration } from "../core/time.ts";
import type { Api, JobDocument } from "./api.ts";
import { pause } from "./context.ts";

const FIRST_PAUSE_MS = 50;
const LAST_PAUSE_MS = 1_000;

/** Options of {@linkcode waitForJob}. */
export interface WaitOptions {
  /** Time. */
  readonly clock: Clock;
  /** Until when to wait, as a reading of `clock.monotonic()`. */
  readonly deadlineMs: number;
  /** The whole wait, for the error text, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Resolves with the job once its status is final, whichever it is.
 *
 * @throws {JobMasterError} `wait_timeout`.
 */
export async function waitForJob(
  api: Api,
  id: string,
  { clock, deadlineMs, timeoutMs }: WaitOptions,
): Promise<JobDocument> {
  for (let pauseMs = FIRST_PAUSE_MS;; pauseMs = Math.min(pauseMs * 1.5, LAST_PAUSE_MS)) {
    const job = await api.inCluster<JobDocument>({ path: ["jobs", id] });
    if ((FINAL_STATUSES as readonly string[]).includes(job.status)) return job;
    const leftMs = deadlineMs - clock.monotonic();
    if (leftMs <= 0) {
      throw new JobMasterError(
        "wait_timeout",
        `Cannot wait longer for job "${id}": it is ${job.status} after ${
          formatDuration(timeoutMs)
        } (see jobs why ${id})`,
      );
    }
    await pause(clock, Math.min(pauseMs, leftMs));
  }
}
