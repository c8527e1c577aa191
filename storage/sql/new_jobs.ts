/**
 * What is stored of a new job: where it goes, and the record it becomes.
 *
 * @module
 */

import type { BucketStatus } from "../../core/bucket.ts";
import type { ClusterMode } from "../../core/cluster.ts";
import type { FailureRecord } from "../../core/failure.ts";
import type { BucketId, WorkerId } from "../../core/ids.ts";
import type { Job } from "../../core/job.ts";
import type { NewJob, RanJob } from "../port.ts";

/** What a bucket lends to the jobs placed in it, and what fences them. */
export interface BucketHolder {
  /** Where it is in its life. */
  readonly status: BucketStatus;
  /** Its epoch. */
  readonly epoch: number;
  /** Its owner. */
  readonly workerId: WorkerId | null;
  /** Its agent connection. */
  readonly agentConnectionId: string;
}

/** The bucket a new job goes to; `null` holds it on the master. */
export type Placing = (job: Pick<NewJob, "placement">) => BucketHolder | null;

/** Puts jobs into the buckets they ask for, if the cluster is `Active` and the bucket is, under the epoch that was seen. */
export function placingBy(
  mode: ClusterMode | null,
  bucketOf: (bucketId: BucketId) => BucketHolder | null,
): Placing {
  if (mode !== "Active") return () => null;
  return ({ placement }) => {
    if (placement === null) return null;
    const bucket = bucketOf(placement.bucketId);
    return bucket?.status === "Active" && bucket.epoch === placement.epoch ? bucket : null;
  };
}

/** The record of a new job in `bucket`, or held on the master. */
export function storedJob(clusterId: string, newJob: NewJob, bucket: BucketHolder | null): Job {
  const { placement, ...given } = newJob;
  const claimed = bucket !== null && placement?.claim === true;
  return {
    ...given,
    clusterId,
    status: bucket === null ? "HeldOnMaster" : claimed ? "Queued" : "AssignedToBucket",
    result: null,
    error: null,
    progress: null,
    startedAtMs: null,
    finishedAtMs: null,
    attempts: claimed ? 1 : 0,
    lastAttempt: newJob.maxRetries + 1,
    crashes: 0,
    bucketId: bucket === null ? null : placement?.bucketId ?? null,
    agentConnectionId: bucket?.agentConnectionId ?? null,
    workerId: bucket?.workerId ?? null,
    cancelRequestedAtMs: null,
    revision: bucket === null ? 0 : 1,
  };
}

/** The record of a job that is skipped: cancelled at `atMs` because of `error`. */
export function skippedJob(
  clusterId: string,
  newJob: NewJob,
  { error, atMs }: { readonly error: FailureRecord; readonly atMs: number },
): Job {
  const job = storedJob(clusterId, newJob, null);
  return { ...job, status: "Cancelled", error, finishedAtMs: atMs };
}

/** The record of a job that ran before it was stored. */
export function ranJob(clusterId: string, { job: newJob, settlement }: RanJob): Job {
  const { attempt, outcome, next, error, finishedAtMs } = settlement;
  const held = next.status === "HeldOnMaster";
  return {
    ...storedJob(clusterId, newJob, null),
    status: next.status,
    result: settlement.result,
    error: next.status === "Succeeded" ? null : error,
    progress: settlement.progress,
    startedAtMs: settlement.startedAtMs,
    finishedAtMs: held ? null : finishedAtMs,
    scheduledAtMs: held ? next.scheduledAtMs : newJob.scheduledAtMs,
    attempts: outcome === "interrupted" ? attempt - 1 : attempt,
    crashes: outcome === "crashed" ? 1 : 0,
    workerId: settlement.workerId,
    revision: 2, // one for its placement, one for its end
  };
}
