/**
 * Builders of records for tests: every field has a plain default, a test names only what it is about.
 *
 * @module
 */

import { BUCKET_COLORS } from "../../core/bucket.ts";
import { type ClusterSettings, DEFAULT_CLUSTER_SETTINGS } from "../../core/cluster.ts";
import type { DefinitionDefaults } from "../../core/definition.ts";
import type { FailureRecord } from "../../core/failure.ts";
import type { JobId } from "../../core/ids.ts";
import type { Job } from "../../core/job.ts";
import type { LogEntry } from "../../core/log.ts";
import { DEFAULT_MISFIRE, DEFAULT_OVERLAP, type Schedule } from "../../core/schedule.ts";
import type {
  NewBucket,
  NewJob,
  NewWorker,
  OccurrenceJob,
  SchedulePlanWrite,
  Settlement,
} from "../../storage/port.ts";

/** The instant around which test data lies, in epoch milliseconds. */
export const AT_MS = 1_800_000_000_000;

/** A UUID that sorts by `number`. */
export function jobId(number: number): JobId {
  return `01900000-0000-7000-8000-${number.toString(16).padStart(12, "0")}`;
}

/** A UUID of a log entry that sorts by `number`. */
export function logId(number: number): string {
  return `01900000-0000-7000-9000-${number.toString(16).padStart(12, "0")}`;
}

/** A job to store: held on the master, due at {@linkcode AT_MS}. */
export function newJob(given: Partial<NewJob> = {}): NewJob {
  return {
    id: jobId(1),
    clusterId: "c-1",
    definitionId: "mail.send",
    priority: "Medium",
    lane: "",
    data: "null",
    metadata: {},
    triggerSource: "Once",
    scheduleId: null,
    occurrenceAtMs: null,
    uniqueKey: null,
    originalScheduledAtMs: given.scheduledAtMs ?? AT_MS,
    scheduledAtMs: AT_MS,
    createdAtMs: AT_MS - 1_000,
    maxRetries: 3,
    timeoutMs: 60_000,
    retry: null,
    placement: null,
    ...given,
  };
}

/** `count` jobs to store, with ascending ids from `given.id` or 1. */
export function newJobs(count: number, given: Partial<NewJob> = {}): readonly NewJob[] {
  return Array.from({ length: count }, (_, i) => newJob({ ...given, id: jobId(i + 1) }));
}

/** A job as the master stores it; by default what {@linkcode newJob} becomes. */
export function aJob(given: Partial<Job> = {}): Job {
  const { placement: _, ...fields } = newJob();
  return {
    ...fields,
    status: "HeldOnMaster",
    result: null,
    error: null,
    progress: null,
    startedAtMs: null,
    finishedAtMs: null,
    attempts: 0,
    lastAttempt: (given.maxRetries ?? fields.maxRetries) + 1,
    crashes: 0,
    bucketId: null,
    agentConnectionId: null,
    workerId: null,
    cancelRequestedAtMs: null,
    revision: 0,
    ...given,
  };
}

/** What `newJob` becomes when it is held on the master. */
export function heldJob(newJob: NewJob): Job {
  const { placement: _, ...fields } = newJob;
  return aJob(fields);
}

/** A worker to register. */
export function aWorker(given: Partial<NewWorker> = {}): NewWorker {
  return {
    id: "w-1",
    clusterId: "c-1",
    name: "w",
    mode: "Full",
    lane: "",
    agentConnectionId: "agent-1",
    parallelism: 1,
    host: "host-1",
    processId: 4_711,
    createdAtMs: AT_MS - 60_000,
    ...given,
  };
}

/** A bucket to make, owned by the first life of `w-1`. */
export function aBucket(given: Partial<NewBucket> = {}): NewBucket {
  return {
    id: "b-1",
    clusterId: "c-1",
    priority: "Medium",
    lane: "",
    agentConnectionId: "agent-1",
    workerId: "w-1",
    color: BUCKET_COLORS.Teal!,
    createdAtMs: AT_MS - 30_000,
    incarnation: 1,
    ...given,
  };
}

/** Why an attempt failed, with a cause. */
export function aFailure(given: Partial<FailureRecord> = {}): FailureRecord {
  return {
    code: "handler_error",
    name: "TypeError",
    message: "The mailbox is full",
    stack: "TypeError: The mailbox is full\n    at send (mail.ts:1:1)",
    cause: {
      code: "handler_error",
      name: "Error",
      message: "452",
      stack: null,
      cause: null,
    },
    ...given,
  };
}

/** How the attempt of `job` ended: by default with success, 2 s after it was due. */
export function aSettlement(job: Job, given: Partial<Settlement> = {}): Settlement {
  return {
    bucketId: job.bucketId ?? "b-1",
    epoch: 1,
    jobId: job.id,
    attempt: job.attempts,
    outcome: "succeeded",
    startedAtMs: AT_MS + 1_000,
    finishedAtMs: AT_MS + 2_000,
    workerId: "w-1",
    result: null,
    error: null,
    progress: null,
    next: { status: "Succeeded" },
    ...given,
  };
}

/** A log entry about job 1. */
export function aLogEntry(given: Partial<LogEntry> = {}): LogEntry {
  return {
    id: logId(1),
    level: "Info",
    message: "Sent",
    subjectType: "Job",
    subjectId: jobId(1),
    attempt: 1,
    fields: null,
    host: "host-1",
    writtenAtMs: AT_MS,
    ...given,
  };
}

/** Settings of a cluster. */
export function settings(given: Partial<ClusterSettings> = {}): ClusterSettings {
  return { ...DEFAULT_CLUSTER_SETTINGS, ...given };
}

/** Defaults of a definition. */
export function aDefinition(given: Partial<DefinitionDefaults> = {}): DefinitionDefaults {
  return {
    id: "mail.send",
    timeoutMs: null,
    maxRetries: null,
    retry: null,
    priority: "Medium",
    lane: "",
    metadata: {},
    ...given,
  };
}

/** A schedule as the master stores it: dynamic, active, an occurrence an hour from {@linkcode AT_MS}, due at once. */
export function aSchedule(given: Partial<Schedule> = {}): Schedule {
  return {
    id: "s-1",
    clusterId: "c-1",
    type: "Dynamic",
    status: "Active",
    profileId: null,
    code: null,
    ensuredAtMs: null,
    idleAtMs: null,
    definitionId: "mail.send",
    recurrence: { type: "interval", text: "PT1H" },
    timeZone: null,
    data: "null",
    metadata: {},
    priority: null,
    lane: null,
    timeoutMs: null,
    maxRetries: null,
    retry: null,
    startAfterMs: null,
    endBeforeMs: null,
    misfire: DEFAULT_MISFIRE,
    overlap: DEFAULT_OVERLAP,
    jitterMs: 0,
    cursorAtMs: AT_MS,
    checkpointAtMs: AT_MS,
    nextAtMs: AT_MS + 3_600_000,
    planAtMs: AT_MS,
    skippedCount: 0,
    error: null,
    createdAtMs: AT_MS - 1_000,
    updatedAtMs: AT_MS - 1_000,
    terminatedAtMs: null,
    revision: 0,
    ...given,
  };
}

/** A job of `schedule` to store: of its occurrence at `occurrenceAtMs`, due then. */
export function anOccurrence(
  schedule: Pick<Schedule, "id" | "definitionId">,
  occurrenceAtMs: number,
  given: Partial<OccurrenceJob> = {},
): OccurrenceJob {
  const { id: scheduleId, definitionId } = schedule;
  return {
    ...newJob({
      triggerSource: "DynamicRecurring",
      scheduledAtMs: occurrenceAtMs,
      ...{ scheduleId, definitionId, occurrenceAtMs },
    }),
    skipped: null,
    ...given,
  };
}

/** What a planner decided for `schedule`: by default to go on to its next occurrence, an hour at a time, without jobs. */
export function aPlan(
  schedule: Schedule,
  given: Partial<SchedulePlanWrite> = {},
): SchedulePlanWrite {
  const nextAtMs = schedule.nextAtMs ?? schedule.cursorAtMs;
  return {
    scheduleId: schedule.id,
    revision: schedule.revision,
    status: schedule.status,
    cursorAtMs: nextAtMs,
    checkpointAtMs: schedule.checkpointAtMs,
    nextAtMs: nextAtMs + 3_600_000,
    planAtMs: nextAtMs,
    terminatedAtMs: null,
    skipped: 0,
    error: null,
    jobs: [],
    ...given,
  };
}
