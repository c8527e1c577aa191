/**
 * What the API shows of a job and of its executions.
 *
 * @module
 */

import type { FailureRecord } from "../../core/failure.ts";
import type {
  Execution,
  Job,
  JobStatus,
  Metadata,
  OutcomeKind,
  Priority,
  Progress,
  TriggerSource,
} from "../../core/job.ts";
import type { RetryPolicy } from "../../core/retry.ts";
import { formatDuration, formatInstant } from "../../core/time.ts";
import { instantOrNull, laneOrNull } from "./nullable.ts";

/** A job. */
export interface JobResource {
  /** Its id, a UUID. */
  readonly id: string;
  /** The cluster it belongs to. */
  readonly clusterId: string;
  /** Names the handler. */
  readonly definitionId: string;
  /** Where it is in its life. */
  readonly status: JobStatus;
  /** How urgent it is. */
  readonly priority: Priority;
  /** The lane it runs in; `null` is the default lane. */
  readonly lane: string | null;
  /** The payload. */
  readonly data: unknown;
  /** Its tags. */
  readonly metadata: Metadata;
  /** What the handler returned; `null` until it succeeds. */
  readonly result: unknown;
  /** Why the last failed attempt failed. */
  readonly error: ErrorResource | null;
  /** What the handler last said about how far it is. */
  readonly progress: Progress | null;
  /** What made it. */
  readonly triggerSource: TriggerSource;
  /** The recurring schedule it belongs to. */
  readonly scheduleId: string | null;
  /** Which occurrence of that schedule it is; `null` for any other job. */
  readonly occurrenceAt: string | null;
  /** Accepts one job per cluster, definition and key. */
  readonly uniqueKey: string | null;
  /** When it was first meant to run. */
  readonly originalScheduledAt: string;
  /** When it is due. */
  readonly scheduledAt: string;
  /** When it was accepted. */
  readonly createdAt: string;
  /** When its latest attempt started. */
  readonly startedAt: string | null;
  /** When it reached a final status. */
  readonly finishedAt: string | null;
  /** Attempts so far, crashes included. */
  readonly attempts: number;
  /** Attempts that ended because their process died. */
  readonly crashes: number;
  /** Failed attempts that are followed by another one. */
  readonly maxRetries: number;
  /** How long one attempt may take, ISO-8601. */
  readonly timeout: string;
  /** How long to wait between attempts; `null` uses the cluster's policy. */
  readonly retry: RetryResource | null;
  /** The bucket that holds it. */
  readonly bucketId: string | null;
  /** The agent connection of that bucket. */
  readonly agentConnectionId: string | null;
  /** The worker that owns that bucket, or ran the job last. */
  readonly workerId: string | null;
  /** When somebody asked for its running attempt to be cancelled. */
  readonly cancelRequestedAt: string | null;
}

/** Why an attempt failed. */
export interface ErrorResource {
  /** The engine's reason, or `handler_error`. */
  readonly code: string;
  /** Name of what was thrown. */
  readonly name: string;
  /** Its text. */
  readonly message: string;
  /** Its stack. */
  readonly stack: string | null;
  /** What caused it. */
  readonly cause: ErrorResource | null;
}

/** How long to wait between attempts. */
export interface RetryResource {
  /** Longest wait after the first failure, ISO-8601. */
  readonly base: string;
  /** Growth per further failure. */
  readonly factor: number;
  /** Longest wait ever, ISO-8601. */
  readonly max: string;
  /** Whether the wait is spread. */
  readonly jitter: "full" | "none";
}

/** One attempt of a job. */
export interface ExecutionResource {
  /** The job. */
  readonly jobId: string;
  /** Which attempt, from 1. */
  readonly attempt: number;
  /** How it ended; `null` while it runs. */
  readonly outcome: OutcomeKind | null;
  /** When it started. */
  readonly startedAt: string;
  /** When it ended. */
  readonly finishedAt: string | null;
  /** The worker that ran it. */
  readonly workerId: string | null;
  /** Why it failed. */
  readonly error: ErrorResource | null;
}

/** What the API shows of a job. */
export function toJobResource(job: Job): JobResource {
  return {
    id: job.id,
    clusterId: job.clusterId,
    definitionId: job.definitionId,
    status: job.status,
    priority: job.priority,
    lane: laneOrNull(job.lane),
    data: JSON.parse(job.data),
    metadata: job.metadata,
    result: job.result === null ? null : JSON.parse(job.result),
    error: toErrorResource(job.error),
    progress: job.progress === null
      ? null
      : { percent: job.progress.percent, note: job.progress.note },
    triggerSource: job.triggerSource,
    scheduleId: job.scheduleId,
    occurrenceAt: instantOrNull(job.occurrenceAtMs),
    uniqueKey: job.uniqueKey,
    originalScheduledAt: formatInstant(job.originalScheduledAtMs),
    scheduledAt: formatInstant(job.scheduledAtMs),
    createdAt: formatInstant(job.createdAtMs),
    startedAt: instantOrNull(job.startedAtMs),
    finishedAt: instantOrNull(job.finishedAtMs),
    attempts: job.attempts,
    crashes: job.crashes,
    maxRetries: job.maxRetries,
    timeout: formatDuration(job.timeoutMs),
    retry: job.retry === null ? null : toRetryResource(job.retry),
    bucketId: job.bucketId,
    agentConnectionId: job.agentConnectionId,
    workerId: job.workerId,
    cancelRequestedAt: instantOrNull(job.cancelRequestedAtMs),
  };
}

/** What the API shows of one attempt. */
export function toExecutionResource(execution: Execution): ExecutionResource {
  return {
    jobId: execution.jobId,
    attempt: execution.attempt,
    outcome: execution.outcome,
    startedAt: formatInstant(execution.startedAtMs),
    finishedAt: instantOrNull(execution.finishedAtMs),
    workerId: execution.workerId,
    error: toErrorResource(execution.error),
  };
}

/** What the API shows of a failure. */
export function toErrorResource(failure: FailureRecord | null): ErrorResource | null {
  if (failure === null) return null;
  const { code, name, message, stack, cause } = failure;
  return { code, name, message, stack, cause: toErrorResource(cause) };
}

/** What the API shows of a retry policy. */
export function toRetryResource(policy: RetryPolicy): RetryResource {
  return {
    base: formatDuration(policy.baseMs),
    factor: policy.factor,
    max: formatDuration(policy.maxMs),
    jitter: policy.jitter,
  };
}
