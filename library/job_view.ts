/**
 * A job as an application reads it: payload and result as values, not as JSON text.
 *
 * @module
 */

import type { Job } from "../core/job.ts";

/** A job with its payload and its result as values. */
export interface JobView extends Omit<Job, "data" | "result"> {
  /** The payload. */
  readonly data: unknown;
  /** What the handler returned; `null` until it succeeds. */
  readonly result: unknown;
}

/** Reads the JSON texts of a job. */
export function viewJob(job: Job): JobView {
  return {
    ...job,
    data: JSON.parse(job.data),
    result: job.result === null ? null : JSON.parse(job.result),
  };
}
