/**
 * What messages on agent connections say, and reading what came.
 *
 * @module
 */

import type { Job } from "../core/job.ts";
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

/** The jobs that messages bring to the owner of a bucket, and the messages nobody can use. */
export function readMessages(
  deliveries: readonly Delivery[],
  bucket: { readonly clusterId: string; readonly bucketId: string },
): { readonly read: readonly ReadMessage[]; readonly unreadable: readonly Unreadable[] } {
  const read: ReadMessage[] = [];
  const unreadable: Unreadable[] = [];
  for (const { receipt, body } of deliveries) {
    const job = jobIn(body);
    if (typeof job === "string") unreadable.push({ receipt, reason: job });
    else if (job.clusterId !== bucket.clusterId || job.bucketId !== bucket.bucketId) {
      const reason = `its job is for bucket "${job.bucketId}" of cluster "${job.clusterId}"`;
      unreadable.push({ receipt, reason });
    } else read.push({ receipt, job });
  }
  return { read, unreadable };
}

/** The job in a body, or what is wrong with it. */
function jobIn(body: string): Job | string {
  let value: { readonly v?: unknown; readonly job?: Partial<Job> } | null;
  try {
    value = JSON.parse(body);
  } catch {
    return "it is no JSON";
  }
  if (typeof value !== "object" || value === null) return "it is no object";
  if (value.v !== VERSION) return `its version is ${JSON.stringify(value.v)}, not ${VERSION}`;
  const { job } = value;
  const isJob = typeof job === "object" && job !== null && typeof job.id === "string" &&
    typeof job.revision === "number" && typeof job.scheduledAtMs === "number" &&
    typeof job.definitionId === "string" && typeof job.data === "string";
  return isJob ? job as Job : "it holds no job";
}
