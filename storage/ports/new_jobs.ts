/**
 * Jobs on their way into the master, and what becomes of them.
 *
 * @module
 */

import type { BucketId, JobId } from "../../core/ids.ts";
import type { Job, JobStatus } from "../../core/job.ts";
import type { Settlement } from "./settlement.ts";

/** Where a new job is put. `null` holds it on the master. */
export interface Placement {
  /** The bucket. */
  readonly bucketId: BucketId;
  /** The epoch under which the bucket was seen; an older one holds the job on the master instead. */
  readonly epoch: number;
  /** Grants attempt 1 at once: the caller is the owner and has a place for it. The job becomes `Queued`. */
  readonly claim: boolean;
}

/** A job to store. What the engine decides later is left out. */
export interface NewJob extends
  Omit<
    Job,
    | "status"
    | "result"
    | "error"
    | "progress"
    | "startedAtMs"
    | "finishedAtMs"
    | "attempts"
    | "lastAttempt"
    | "crashes"
    | "bucketId"
    | "agentConnectionId"
    | "workerId"
    | "cancelRequestedAtMs"
    | "revision"
  > {
  /** Where to put it. */
  readonly placement: Placement | null;
}

/** What became of one {@linkcode NewJob}. */
export interface InsertedJob {
  /** The id that was asked for. */
  readonly id: JobId;
  /** Whether a row was made. `false`: `job` is the one in its way, by id, else by unique key, else by occurrence. */
  readonly created: boolean;
  /** The stored job. */
  readonly job: Job;
}

/** What became of an insert. */
export type InsertResult =
  | { readonly outcome: "accepted"; readonly jobs: readonly InsertedJob[] }
  | { readonly outcome: "cluster_archived" }
  | { readonly outcome: "cluster_not_found" };

/** A job whose first attempt ran before the job was stored: only an agent connection had it. */
export interface RanJob {
  /** The job. Its placement is not looked at: where it ran is in the settlement. */
  readonly job: NewJob;
  /** How its attempt 1 ended, and what becomes of the job. */
  readonly settlement: Settlement;
}

/** What became of a {@linkcode RanJob}. */
export type RecordedJob =
  /** It is stored, as it is after the attempt. */
  | { readonly outcome: "recorded"; readonly jobId: JobId; readonly status: JobStatus }
  /** A job with its id, unique key or occurrence is stored already, and was left as it is: this one. */
  | { readonly outcome: "known"; readonly jobId: JobId; readonly job: Job }
  /** The bucket has another epoch: nothing was stored. */
  | { readonly outcome: "stale"; readonly jobId: JobId };
