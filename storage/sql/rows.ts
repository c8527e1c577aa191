/**
 * Rows ↔ records.
 *
 * @module
 */

import type { Bucket, BucketStatus } from "../../core/bucket.ts";
import type { Cluster } from "../../core/cluster.ts";
import type { FailureRecord } from "../../core/failure.ts";
import type { Job, Metadata } from "../../core/job.ts";
import type { Worker, WorkerMode, WorkerStatus } from "../../core/worker.ts";
import type { SqlValue } from "./session.ts";
import { PRIORITY, STATUS, TRIGGER, wordsOf } from "./codes.ts";

/** A row as an array, in the order of its columns. */
export type Row = readonly unknown[];

/** A row as an object, by the names of its columns. */
export type Fields = Readonly<Record<string, unknown>>;

const STATUSES = wordsOf(STATUS);
const PRIORITY_WORDS = wordsOf(PRIORITY);
const TRIGGERS = wordsOf(TRIGGER);

/** The status that `code` stands for. */
export function statusOf(code: unknown): Job["status"] {
  return STATUSES[code as number]!;
}

/** The priority that `code` stands for. */
export function priorityOf(code: unknown): Job["priority"] {
  return PRIORITY_WORDS[code as number]!;
}

/** A value as JSON text; `null` stays `null`. */
export function jsonOf(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}

/** What JSON text says; `null` stays `null`. */
export function parsed<T>(text: unknown): T {
  return text === null ? null as T : JSON.parse(text as string) as T;
}

/** What {@linkcode jobOf} reads, in its order. */
export const JOB_COLUMNS = `id, definition_id, status, priority, lane, trigger_source,
  original_scheduled_at, scheduled_at, created_at, started_at, finished_at,
  attempts, last_attempt, crashes, max_retries, timeout_ms, cancel_requested_at, revision,
  bucket_id, agent_connection_id, worker_id, schedule_id, unique_key,
  occurrence_at, retry, progress, metadata, error, result, data`;

/** The job in a row of {@linkcode JOB_COLUMNS}. */
export function jobOf(clusterId: string, row: Row): Job {
  return {
    id: row[0] as string,
    clusterId,
    definitionId: row[1] as string,
    status: statusOf(row[2]),
    priority: priorityOf(row[3]),
    lane: row[4] as string,
    triggerSource: TRIGGERS[row[5] as number]!,
    originalScheduledAtMs: row[6] as number,
    scheduledAtMs: row[7] as number,
    createdAtMs: row[8] as number,
    startedAtMs: row[9] as number | null,
    finishedAtMs: row[10] as number | null,
    attempts: row[11] as number,
    lastAttempt: row[12] as number,
    crashes: row[13] as number,
    maxRetries: row[14] as number,
    timeoutMs: row[15] as number,
    cancelRequestedAtMs: row[16] as number | null,
    revision: row[17] as number,
    bucketId: row[18] as string | null,
    agentConnectionId: row[19] as string | null,
    workerId: row[20] as string | null,
    scheduleId: row[21] as string | null,
    uniqueKey: row[22] as string | null,
    occurrenceAtMs: row[23] as number | null,
    retry: parsed(row[24]),
    progress: parsed(row[25]),
    metadata: metadataOf(row[26]),
    error: parsed(row[27]),
    result: row[28] as string | null,
    data: row[29] as string,
  };
}

/** A tag as servers store it: a row of a JSON table, with its value in the field of its type. */
type Tag =
  & { readonly k: string }
  & (
    | { readonly s: string }
    | { readonly n: number }
    | { readonly b: number }
  );

/** Tags as servers store them: JSON's own tables can then look for keys of any text. */
export function tagsOf(metadata: Metadata): readonly Tag[] {
  return Object.entries(metadata).map(([k, value]) => {
    if (typeof value === "string") return { k, s: value };
    return typeof value === "number" ? { k, n: value } : { k, b: value ? 1 : 0 };
  });
}

/** The tags in a column: an object as the file has it, or a list as servers have it. */
function metadataOf(text: unknown): Metadata {
  const stored = parsed<Metadata | readonly Tag[]>(text);
  if (!Array.isArray(stored)) return stored as Metadata;
  return Object.fromEntries((stored as readonly Tag[]).map((tag) => {
    if ("s" in tag) return [tag.k, tag.s];
    return [tag.k, "n" in tag ? tag.n : tag.b === 1];
  }));
}

/** What filters of servers look for in an error: its name and message, ASCII letters in lower case. */
export function errorTextOf(error: FailureRecord | null): string | null {
  if (error === null) return null;
  return asciiLower(`${error.name}\u0001${error.message}`);
}

/** Lower case of ASCII letters, of those alone. */
export function asciiLower(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Columns that {@linkcode jobValues} fills, in its order. */
export const NEW_JOB_COLUMNS: readonly string[] = [
  "cluster_id",
  "id",
  "definition_id",
  "status",
  "priority",
  "lane",
  "trigger_source",
  "original_scheduled_at",
  "scheduled_at",
  "created_at",
  "claimed_at",
  "finished_at",
  "attempts",
  "last_attempt",
  "max_retries",
  "timeout_ms",
  "revision",
  "bucket_id",
  "agent_connection_id",
  "worker_id",
  "schedule_id",
  "occurrence_at",
  "unique_key",
  "retry",
  "metadata",
  "error",
  "data",
];

/** The values of a new job, in the order of {@linkcode NEW_JOB_COLUMNS}. */
export function jobValues(job: Job, claimedAtMs: number | null): readonly SqlValue[] {
  return [
    job.clusterId,
    job.id,
    job.definitionId,
    STATUS[job.status],
    PRIORITY[job.priority],
    job.lane,
    TRIGGER[job.triggerSource],
    job.originalScheduledAtMs,
    job.scheduledAtMs,
    job.createdAtMs,
    claimedAtMs,
    job.finishedAtMs,
    job.attempts,
    job.lastAttempt,
    job.maxRetries,
    job.timeoutMs,
    job.revision,
    job.bucketId,
    job.agentConnectionId,
    job.workerId,
    job.scheduleId,
    job.occurrenceAtMs,
    job.uniqueKey,
    jsonOf(job.retry),
    JSON.stringify(job.metadata),
    jsonOf(job.error),
    job.data,
  ];
}

/** Columns that {@linkcode ranJobValues} fills, in its order. */
export const RAN_JOB_COLUMNS: readonly string[] = [
  ...NEW_JOB_COLUMNS,
  "started_at",
  "crashes",
  "progress",
  "result",
];

/** The values of a job that ran before it was stored, in the order of {@linkcode RAN_JOB_COLUMNS}. */
export function ranJobValues(job: Job): readonly SqlValue[] {
  return [
    ...jobValues(job, null),
    job.startedAtMs,
    job.crashes,
    jsonOf(job.progress),
    job.result,
  ];
}

/** The bucket in a row. */
export function bucketOf(row: Fields): Bucket {
  return {
    id: row.id as string,
    clusterId: row.cluster_id as string,
    status: row.status as BucketStatus,
    priority: priorityOf(row.priority),
    lane: row.lane as string,
    agentConnectionId: row.agent_connection_id as string,
    workerId: row.worker_id as string | null,
    epoch: row.epoch as number,
    color: row.color as string,
    createdAtMs: row.created_at as number,
    statusChangedAtMs: row.status_changed_at as number,
  };
}

/** The worker in a row. */
export function workerOf(row: Fields): Worker {
  return {
    id: row.id as string,
    clusterId: row.cluster_id as string,
    name: row.name as string,
    mode: row.mode as WorkerMode,
    lane: row.lane as string,
    agentConnectionId: row.agent_connection_id as string,
    parallelism: row.parallelism as number,
    incarnation: row.incarnation as number,
    status: row.status as WorkerStatus,
    host: row.host as string,
    processId: row.process_id as number,
    createdAtMs: row.created_at as number,
    heartbeatAtMs: row.heartbeat_at as number,
    leaseUntilMs: row.lease_until as number,
  };
}

/** The cluster in a row. */
export function clusterOf(row: Fields): Cluster {
  return {
    id: row.id as string,
    settings: parsed(row.settings),
    version: row.version as number,
    createdAtMs: row.created_at as number,
    updatedAtMs: row.updated_at as number,
  };
}
