/**
 * What becomes of an attempt whose owner is gone.
 *
 * @module
 */

import type { FailureRecord } from "../../core/failure.ts";
import type { JobId } from "../../core/ids.ts";
import type { Execution, JobStatus } from "../../core/job.ts";
import { type Row, statusOf } from "./rows.ts";

/** What has to be known of a claimed job. */
export interface ClaimedJob {
  /** The job. */
  readonly id: JobId;
  /** `Queued` or `Processing`. */
  readonly status: JobStatus;
  /** The granted attempt. */
  readonly attempts: number;
  /** The last one it may have. */
  readonly lastAttempt: number;
  /** How often its owner was lost. */
  readonly crashes: number;
  /** Whether its cancellation was requested. */
  readonly cancelling: boolean;
  /** When the attempt was said to have started. */
  readonly startedAtMs: number | null;
  /** When it was granted. */
  readonly claimedAtMs: number;
  /** To whom. */
  readonly workerId: string | null;
}

/** What {@linkcode claimedJobOf} reads, in its order. */
export const CLAIMED_JOB_COLUMNS = `id, status, attempts, last_attempt, crashes,
  cancel_requested_at, started_at, claimed_at, worker_id`;

/** The claimed job in a row of {@linkcode CLAIMED_JOB_COLUMNS}. */
export function claimedJobOf(row: Row): ClaimedJob {
  return {
    id: row[0] as string,
    status: statusOf(row[1]),
    attempts: row[2] as number,
    lastAttempt: row[3] as number,
    crashes: row[4] as number,
    cancelling: row[5] !== null,
    startedAtMs: row[6] as number | null,
    claimedAtMs: row[7] as number,
    workerId: row[8] as string | null,
  };
}

/** A job that has crashed before is marked as started before it starts: without the mark it had not. */
export function hasCrashed(job: ClaimedJob): boolean {
  return job.status === "Processing" || job.crashes === 0;
}

/** What a job becomes whose attempt crashed. */
export function statusAfterCrash(job: ClaimedJob): "Failed" | "Cancelled" | "HeldOnMaster" {
  if (job.attempts >= job.lastAttempt) return "Failed";
  return job.cancelling ? "Cancelled" : "HeldOnMaster";
}

/** The crashed attempt, for the record. */
export function crashOf(
  job: ClaimedJob,
  { nowMs, error }: { readonly nowMs: number; readonly error: FailureRecord },
): Execution {
  const started = job.status === "Processing" ? job.startedAtMs : null;
  return {
    jobId: job.id,
    attempt: job.attempts,
    outcome: "crashed",
    startedAtMs: started ?? job.claimedAtMs,
    finishedAtMs: nowMs,
    workerId: job.workerId,
    error,
  };
}
