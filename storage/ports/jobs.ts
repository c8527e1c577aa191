/**
 * The flow of jobs: stored, placed, claimed, settled, changed.
 *
 * @module
 */

import type { FailureRecord } from "../../core/failure.ts";
import type { BucketId, JobId } from "../../core/ids.ts";
import type { Job, JobStatus, Priority, Progress } from "../../core/job.ts";
import type { InsertResult, NewJob, RanJob, RecordedJob } from "./new_jobs.ts";
import type { Settlement } from "./settlement.ts";

/** Which held jobs a coordinator asks for: one entry per live (lane, priority). */
export interface DueRoute {
  /** Jobs of this priority. */
  readonly priority: Priority;
  /** Jobs of this lane. */
  readonly lane: string;
  /** At most this many. */
  readonly limit: number;
}

/** A held job that is due soon. */
export interface DueJob {
  /** The job. */
  readonly id: JobId;
  /** Its priority. */
  readonly priority: Priority;
  /** Its lane. */
  readonly lane: string;
  /** When it is due, in epoch milliseconds. */
  readonly scheduledAtMs: number;
  /** The revision that was read. */
  readonly revision: number;
}

/** A held job and the bucket it goes to. */
export interface Assignment {
  /** The job. */
  readonly jobId: JobId;
  /** The revision that was read; another one leaves the job alone. */
  readonly revision: number;
  /** Where it goes. */
  readonly bucketId: BucketId;
  /** The epoch under which the bucket was seen; another one leaves the job alone. */
  readonly epoch: number;
}

/** Proof of holding a lease by name. Another holder or term makes the call answer `"lease_lost"`. */
export interface LeaseProof {
  /** Name of the lease, e.g. `"coordinator"`. */
  readonly name: string;
  /** Who holds it. */
  readonly holder: string;
  /** The term it was granted under. */
  readonly term: number;
}

/** Names a bucket and proves its ownership. Another epoch makes the call answer `"not_owner"`. */
export interface BucketProof {
  /** The cluster. */
  readonly clusterId: string;
  /** The bucket. */
  readonly bucketId: BucketId;
  /** The epoch the owner acts under. */
  readonly epoch: number;
}

/** A coalesced status write: what is still true when the batch leaves. */
export interface JobMark {
  /** The job. */
  readonly jobId: JobId;
  /** `Onboarded`: from `AssignedToBucket`. `Processing`: from `Queued` or `Processing`. */
  readonly status: "Onboarded" | "Processing";
  /** For `Onboarded` the revision, for `Processing` the attempt; another one leaves the row alone. */
  readonly fence: number;
  /** When the attempt started, in epoch milliseconds. Kept as it is when `null`. */
  readonly startedAtMs: number | null;
  /** What the handler last said. Kept as it is when `null`. */
  readonly progress: Progress | null;
}

/** A change of one job from outside. */
export type JobChange =
  /** Ends a waiting job at once; asks the owner of a claimed one to abort it (`requested`). */
  | { readonly type: "cancel" }
  /** Moves a waiting job to another time: it becomes `HeldOnMaster`, unplaced. */
  | { readonly type: "reschedule"; readonly scheduledAtMs: number }
  /**
   * Starts a new execution of a final job: it becomes `HeldOnMaster`, due at `scheduledAtMs`, with
   * `lastAttempt = attempts + maxRetries + 1`; result, error, progress, start, finish, crashes and the request to
   * cancel are cleared.
   */
  | { readonly type: "retry"; readonly scheduledAtMs: number }
  /** Deletes a final job with its executions and logs. */
  | { readonly type: "remove" };

/** What became of a {@linkcode JobChange}. */
export type ChangeResult =
  /** Done; `job` as it is now (for `remove`: as it was). */
  | { readonly outcome: "changed"; readonly job: Job }
  /** The owner of the running attempt has to act; `job` as it is now. */
  | { readonly outcome: "requested"; readonly job: Job }
  /** The status does not allow it; nothing changed. */
  | { readonly outcome: "conflict"; readonly job: Job }
  /** Nothing changed. */
  | { readonly outcome: "not_found" }
  /** The cluster refuses `reschedule` and `retry`; nothing changed. */
  | { readonly outcome: "cluster_archived" };

/**
 * The flow of jobs.
 *
 * `revision` starts at 0 for a held job and counts every placement and every move out of a bucket or back to the
 * master; granting, marking and a request to cancel leave it. A final job is in no bucket; its `workerId` is the one
 * that settled it, a crash or a retry keeps it, and any other unplacing clears it.
 */
export interface JobStore {
  /**
   * Stores new jobs, all in one commit. A job whose id, or whose definition and unique key, or whose schedule and
   * occurrence, is already stored (or stands earlier in the same call) is left as it is. A placement holds only while the cluster is `Active` and
   * the bucket is `Active` under that epoch; otherwise the job is held on the master. `lastAttempt` is
   * `maxRetries + 1`.
   */
  insert(input: {
    readonly clusterId: string;
    readonly jobs: readonly NewJob[];
  }): Promise<InsertResult>;

  /** Held jobs due at or before `dueBeforeMs`, per route the earliest first (due time, then id). */
  listDue(input: {
    readonly clusterId: string;
    readonly dueBeforeMs: number;
    readonly routes: readonly DueRoute[];
  }): Promise<readonly DueJob[]>;

  /** Moves held jobs into buckets, those whose revision and bucket still hold; answers which were moved. */
  assign(input: {
    readonly clusterId: string;
    readonly lease: LeaseProof;
    readonly assignments: readonly Assignment[];
  }): Promise<readonly JobId[] | "lease_lost">;

  /** The bucket's unclaimed jobs due at or before `dueBeforeMs`, earliest first (due time, then id). Reads only. */
  fetch(
    input: BucketProof & { readonly dueBeforeMs: number; readonly limit: number },
  ): Promise<readonly Job[] | "not_owner">;

  /**
   * Grants the owner one attempt of each unclaimed job whose revision still holds: `Queued`, `attempts + 1`.
   * Answers the granted ones with their attempt number. Only while the cluster is `Active` and the bucket
   * `Active` or `Completing`; a lost bucket is told before a cluster that is not active. The bucket's present owner
   * becomes the job's `workerId`.
   */
  claim(
    input: BucketProof & {
      readonly items: readonly { readonly jobId: JobId; readonly revision: number }[];
    },
  ): Promise<
    | readonly { readonly jobId: JobId; readonly attempt: number }[]
    | "not_owner"
    | "cluster_not_active"
  >;

  /** Writes statuses and progress that are still true. A mark that no longer fits changes nothing. */
  mark(
    input: BucketProof & { readonly marks: readonly JobMark[] },
  ): Promise<"marked" | "not_owner">;

  /**
   * Ends attempts. Each settlement that is still fenced in (bucket, epoch, attempt, claimed status) is applied and
   * recorded as an execution (but for `interrupted`). Answers the statuses of the applied ones and the ids of the
   * stale ones, which changed nothing. A success clears the job's `error`; another ending without one keeps it; `crashed`
   * counts one of its `crashes`. Of two settlements of one attempt in one call the first counts.
   */
  settle(input: {
    readonly clusterId: string;
    readonly settlements: readonly Settlement[];
  }): Promise<{
    readonly applied: readonly { readonly jobId: JobId; readonly status: JobStatus }[];
    readonly stale: readonly JobId[];
  }>;

  /**
   * Stores jobs that ran already: one row each, as if it had been inserted, claimed and settled, and its execution (but
   * for `interrupted`), all in one commit. Answers what became of each, in order. Only the bucket's epoch is asked for: what ran
   * is put on record whatever the cluster's mode is by now.
   */
  record(input: {
    readonly clusterId: string;
    readonly jobs: readonly RanJob[];
  }): Promise<readonly RecordedJob[]>;

  /** Hands unclaimed jobs of the bucket back to the master: `HeldOnMaster`, unplaced, revision + 1. Answers how many. */
  release(
    input: BucketProof & { readonly jobIds: readonly JobId[] },
  ): Promise<number | "not_owner">;

  /**
   * Takes up to `limit` jobs out of a bucket whose former owner lost them, claimed ones first, by id.
   * Unclaimed → `HeldOnMaster`. Claimed: a `Processing` job, or a `Queued` one with `crashes = 0`, counts as a
   * crashed attempt (`crashes + 1`, an execution with outcome `crashed` and `error`), and becomes `Failed` with
   * that error when `attempts >= lastAttempt`, `Cancelled` when its cancellation was requested, else `HeldOnMaster`.
   * A `Queued` one with `crashes > 0` had not started (its start would have been marked first): `HeldOnMaster`
   * (or `Cancelled`), its attempt given back. A crash sets the job's `error`, and its last attempt makes it `Failed`
   * even if its cancellation was requested. All are unplaced with revision + 1; a moved job keeps its due time.
   */
  reclaim(
    input: BucketProof & {
      readonly nowMs: number;
      readonly limit: number;
      readonly error: FailureRecord;
    },
  ): Promise<{ readonly moved: number; readonly crashed: number } | "not_owner">;

  /**
   * Changes one job from outside. An unknown job is told before an archived cluster, that before a conflict. A second
   * request to cancel keeps the time of the first.
   */
  change(input: {
    readonly clusterId: string;
    readonly jobId: JobId;
    readonly nowMs: number;
    readonly change: JobChange;
  }): Promise<ChangeResult>;
}
