/**
 * What messages on agent connections say, and reading what came.
 *
 * @module
 */

import type { Bucket } from "../core/bucket.ts";
import type { BucketId } from "../core/ids.ts";
import type { Job } from "../core/job.ts";
import { shown } from "../core/names.ts";
import { wrongField } from "../core/received_job.ts";
import type { NewJob } from "../storage/port.ts";
import type { Delivery, NewMessage } from "../transports/port.ts";

/** Version of the form of messages. */
const VERSION = 1;

/** The message that brings a job to the owner of its bucket. The master has the job: losing the message loses no job. */
export function messageOf(job: Job): NewMessage {
  return {
    id: `${job.id}:${job.revision}`,
    bucketId: job.bucketId!,
    dueAtMs: job.scheduledAtMs,
    body: JSON.stringify({ v: VERSION, job }),
  };
}

/** A job for an agent connection to accept. */
export interface Offer {
  /** The job. */
  readonly job: NewJob;
  /** Nobody else can have accepted this job: its id was made for this very offer. */
  readonly sole: boolean;
}

/** The message that brings a job which only the agent connection has yet: it is to be saved whenever it is due. */
export function offerOf({ job, sole }: Offer, { id: bucketId, epoch }: Bucket): NewMessage {
  const content = { v: VERSION, new: { ...job, placement: null }, ...(sole ? { epoch } : {}) };
  return { id: `${job.id}:new`, bucketId, dueAtMs: 0, body: JSON.stringify(content) };
}

/** A bucket that a job is offered to. */
interface Place {
  readonly id: BucketId;
  readonly agentConnectionId: string | null;
}

/** The job as callers see it until it is saved. */
export function pendingJob({ placement: _, ...job }: NewJob, bucket: Place): Job {
  return {
    ...job,
    status: "SavePending",
    result: null,
    error: null,
    progress: null,
    startedAtMs: null,
    finishedAtMs: null,
    attempts: 0,
    lastAttempt: job.maxRetries + 1,
    crashes: 0,
    bucketId: bucket.id,
    agentConnectionId: bucket.agentConnectionId,
    workerId: null,
    cancelRequestedAtMs: null,
    revision: 0,
  };
}

/** A message that could not be used, and why. */
export interface Unreadable {
  /** Names its delivery. */
  readonly receipt: string;
  /** Why, for people. */
  readonly reason: string;
}

/** A message that could be read. */
export interface ReadMessage {
  /** Names its delivery. */
  readonly receipt: string;
  /** The job as the master had it when it was sent. */
  readonly job: Job;
}

/** A message with a job that the master may not have. */
export interface Offered {
  /** Names its delivery. */
  readonly receipt: string;
  /** The job to save. */
  readonly job: NewJob;
  /**
   * The bucket's epoch when the job was offered; it may then run before it is saved. `null` when others may have it:
   * it was received before, or its id is not of the engine's making.
   */
  readonly epoch: number | null;
}

/** The jobs that messages bring to the owner of a bucket, and the messages nobody can use. */
export function readMessages(
  deliveries: readonly Delivery[],
  bucket: { readonly clusterId: string; readonly bucketId: string },
): {
  readonly read: readonly ReadMessage[];
  readonly offered: readonly Offered[];
  readonly unreadable: readonly Unreadable[];
} {
  const read: ReadMessage[] = [];
  const offered: Offered[] = [];
  const unreadable: Unreadable[] = [];
  for (const { receipt, body, deliveries: times } of deliveries) {
    const found = contentOf(body);
    if (typeof found === "string") {
      unreadable.push({ receipt, reason: found });
      continue;
    }
    const { job } = found;
    if (found.kind === "new") {
      const epoch = times === 1 ? found.epoch : null;
      if (job.clusterId === bucket.clusterId) offered.push({ receipt, job: found.job, epoch });
      else unreadable.push({ receipt, reason: `its job is of cluster "${job.clusterId}"` });
    } else if (job.clusterId !== bucket.clusterId || found.job.bucketId !== bucket.bucketId) {
      const reason = `its job is for bucket "${found.job.bucketId}" of cluster "${job.clusterId}"`;
      unreadable.push({ receipt, reason });
    } else read.push({ receipt, job: found.job });
  }
  return { read, offered, unreadable };
}

type Content =
  | { readonly kind: "placed"; readonly job: Job }
  | { readonly kind: "new"; readonly job: NewJob; readonly epoch: number | null };

/** What a body holds, or what is wrong with it. */
function contentOf(body: string): Content | string {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return "it is no JSON";
  }
  if (!isObject(value)) return "it is no object";
  if (value.v !== VERSION) return `its version is ${JSON.stringify(value.v)}, not ${VERSION}`;
  if (isObject(value.new)) {
    const epoch = Number.isSafeInteger(value.epoch) ? value.epoch as number : null;
    return problemOf(value.new) ?? { kind: "new", job: value.new as unknown as NewJob, epoch };
  }
  if (!isObject(value.job)) return "it holds no job";
  const { revision, bucketId } = value.job;
  if (!Number.isSafeInteger(revision) || typeof bucketId !== "string") return "it holds no job";
  return problemOf(value.job) ?? { kind: "placed", job: value.job as unknown as Job };
}

function problemOf(job: Readonly<Record<string, unknown>>): string | null {
  const field = wrongField(job);
  return field === null
    ? null
    : `the ${field} of its job is missing or wrong: ${shown(job[field])}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
