/**
 * What a job is, where it may be in its life, and which steps are legal.
 *
 * @module
 */

import { invariant } from "./errors.ts";
import type { FailureRecord } from "./failure.ts";
import type { BucketId, JobId, ScheduleId, WorkerId } from "./ids.ts";
import type { RetryPolicy } from "./retry.ts";

/** Every job status, in the order of a job's life. */
export const JOB_STATUSES = [
  "SavePending",
  "HeldOnMaster",
  "AssignedToBucket",
  "Onboarded",
  "Queued",
  "Processing",
  "Succeeded",
  "Failed",
  "Cancelled",
] as const;

/** Where a job is in its life. */
export type JobStatus = typeof JOB_STATUSES[number];

/** A status nothing leaves but an explicit retry. */
export type FinalStatus = "Succeeded" | "Failed" | "Cancelled";

/** The statuses nothing leaves but an explicit retry. */
export const FINAL_STATUSES: readonly FinalStatus[] = ["Succeeded", "Failed", "Cancelled"];

/** The statuses in which an attempt has been granted to a bucket's owner. */
export const CLAIMED_STATUSES: readonly JobStatus[] = ["Queued", "Processing"];

/** The statuses in which nothing has been granted yet: the job may be moved or cancelled at once. */
export const WAITING_STATUSES: readonly JobStatus[] = [
  "SavePending",
  "HeldOnMaster",
  "AssignedToBucket",
  "Onboarded",
];

/**
 * Every legal step. A step to the same status is never legal.
 *
 * A final status is left only by an explicit retry, which starts a new execution.
 */
export const JOB_TRANSITIONS: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  SavePending: ["HeldOnMaster", "AssignedToBucket", "Succeeded", "Failed", "Cancelled"],
  HeldOnMaster: ["AssignedToBucket", "Cancelled"],
  AssignedToBucket: ["Onboarded", "Queued", "HeldOnMaster", "Cancelled"],
  Onboarded: ["Queued", "HeldOnMaster", "Cancelled"],
  Queued: ["Processing", "HeldOnMaster", "Succeeded", "Failed", "Cancelled"],
  Processing: ["Succeeded", "Failed", "Cancelled", "HeldOnMaster"],
  Succeeded: ["HeldOnMaster"],
  Failed: ["HeldOnMaster"],
  Cancelled: ["HeldOnMaster"],
};

/** Whether a job may step from `from` to `to`. */
export function isLegalJobStep(from: JobStatus, to: JobStatus): boolean {
  return JOB_TRANSITIONS[from].includes(to);
}

/** Whether `status` is final. */
export function isFinal(status: JobStatus): status is FinalStatus {
  return (FINAL_STATUSES as readonly JobStatus[]).includes(status);
}

/** Every priority, lowest first. */
export const PRIORITIES = ["VeryLow", "Low", "Medium", "High", "Critical"] as const;

/** How urgent a job is. Each bucket serves exactly one priority. */
export type Priority = typeof PRIORITIES[number];

/** What made a job. */
export type TriggerSource = "Once" | "StaticRecurring" | "DynamicRecurring";

/** Every trigger source. */
export const TRIGGER_SOURCES: readonly TriggerSource[] = [
  "Once",
  "StaticRecurring",
  "DynamicRecurring",
];

/** A metadata value. */
export type MetadataValue = string | number | boolean;

/** Tags of a job: filterable, shown to the handler, never interpreted. */
export type Metadata = Readonly<Record<string, MetadataValue>>;

/** How far a running handler says it is. */
export interface Progress {
  /** 0 to 100. */
  readonly percent: number;
  /** What the handler is doing, at most 500 characters. */
  readonly note: string | null;
}

/** One unit of work, as the master stores it. */
export interface Job {
  /** Made by the client that scheduled it. */
  readonly id: JobId;
  /** The cluster it belongs to. */
  readonly clusterId: string;
  /** Names the handler. */
  readonly definitionId: string;
  /** Where the job is in its life. */
  readonly status: JobStatus;
  /** How urgent it is; fixed when it is made. */
  readonly priority: Priority;
  /** The lane it runs in; `""` is the default lane. */
  readonly lane: string;
  /** The payload as JSON text; `"null"` when none was given. */
  readonly data: string;
  /** Its tags. */
  readonly metadata: Metadata;
  /** What the handler returned, as JSON text; `null` until it succeeds. */
  readonly result: string | null;
  /** Why the last failed attempt failed; `null` when none has, or the job succeeded. */
  readonly error: FailureRecord | null;
  /** What the handler last said about how far it is. */
  readonly progress: Progress | null;
  /** What made it. */
  readonly triggerSource: TriggerSource;
  /** The recurring schedule it belongs to. */
  readonly scheduleId: ScheduleId | null;
  /** Which occurrence of that schedule it is, in epoch milliseconds; `null` for any other job. Unique per schedule. */
  readonly occurrenceAtMs: number | null;
  /** Accepts one job per cluster, definition and key. */
  readonly uniqueKey: string | null;
  /** When it was first meant to run, in epoch milliseconds. Never changes. */
  readonly originalScheduledAtMs: number;
  /** When it is due, in epoch milliseconds. Moved by retries and rescheduling. */
  readonly scheduledAtMs: number;
  /** When it was accepted, in epoch milliseconds. */
  readonly createdAtMs: number;
  /** When its latest attempt started, in epoch milliseconds. */
  readonly startedAtMs: number | null;
  /** When it reached a final status, in epoch milliseconds. */
  readonly finishedAtMs: number | null;
  /** Attempts granted so far, crashes included; fences the latest one. 0 before the first. */
  readonly attempts: number;
  /** The attempt after which a failure is final: `maxRetries + 1`, moved up by an explicit retry. */
  readonly lastAttempt: number;
  /** Attempts that ended because their process died. */
  readonly crashes: number;
  /** Failed attempts that are followed by another one. 0 to 10. */
  readonly maxRetries: number;
  /** How long one attempt may take, in milliseconds. */
  readonly timeoutMs: number;
  /** How long to wait between attempts; `null` uses the cluster's policy. */
  readonly retry: RetryPolicy | null;
  /** The bucket that holds it. */
  readonly bucketId: BucketId | null;
  /** The agent connection of that bucket. */
  readonly agentConnectionId: string | null;
  /** The worker that owns that bucket, or ran the job last. */
  readonly workerId: WorkerId | null;
  /** When somebody asked for its running attempt to be cancelled, in epoch milliseconds. */
  readonly cancelRequestedAtMs: number | null;
  /** Counts placements and moves, so that a stale copy in some memory is recognised. */
  readonly revision: number;
}

/** Every way one attempt can end. */
export const OUTCOMES = [
  "succeeded",
  "failed",
  "timed_out",
  "cancelled",
  "crashed",
  "interrupted",
] as const;

/** How one attempt ended. Only `succeeded`, `failed`, `timed_out`, `cancelled` and `crashed` are recorded as executions. */
export type OutcomeKind = typeof OUTCOMES[number];

/** One attempt of a job, kept as history. */
export interface Execution {
  /** The job. */
  readonly jobId: JobId;
  /** Which attempt, from 1. */
  readonly attempt: number;
  /** How it ended; `null` while it runs. */
  readonly outcome: OutcomeKind | null;
  /** When it started, in epoch milliseconds. For a crash before the start was recorded: when it was granted. */
  readonly startedAtMs: number;
  /** When it ended, in epoch milliseconds; `null` while it runs. */
  readonly finishedAtMs: number | null;
  /** The worker that ran it. */
  readonly workerId: WorkerId | null;
  /** Why it failed. */
  readonly error: FailureRecord | null;
}

/** Throws `invariant_violated` unless the step is legal. */
export function assertJobStep(from: JobStatus, to: JobStatus): void {
  invariant(isLegalJobStep(from, to), `Cannot move a job from "${from}" to "${to}"`);
}
