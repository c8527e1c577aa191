/**
 * How attempts end.
 *
 * @module
 */

import type { FailureRecord } from "../../core/failure.ts";
import type { BucketId, JobId, WorkerId } from "../../core/ids.ts";
import type { FinalStatus, OutcomeKind, Progress } from "../../core/job.ts";

/** How one attempt ended, and what becomes of its job. */
export interface Settlement {
  /** The bucket it ran in. */
  readonly bucketId: BucketId;
  /** The epoch it ran under; another one changes nothing. */
  readonly epoch: number;
  /** The job. */
  readonly jobId: JobId;
  /** The attempt; another one changes nothing. */
  readonly attempt: number;
  /** How it ended. `interrupted` records no execution and gives the attempt back. */
  readonly outcome: OutcomeKind;
  /** When it started, in epoch milliseconds. */
  readonly startedAtMs: number;
  /** When it ended, in epoch milliseconds. */
  readonly finishedAtMs: number;
  /** The worker that ran it. */
  readonly workerId: WorkerId;
  /** What the handler returned, as JSON text. */
  readonly result: string | null;
  /** Why it failed. Stored on the job and on the execution. */
  readonly error: FailureRecord | null;
  /** What the handler last said. Kept as it is when `null`. */
  readonly progress: Progress | null;
  /** What becomes of the job. `HeldOnMaster` becomes `Cancelled` when its cancellation was requested. */
  readonly next:
    | { readonly status: FinalStatus }
    | { readonly status: "HeldOnMaster"; readonly scheduledAtMs: number };
}
