/**
 * How jobs reach their attempts in memory: insert, list, assign, fetch, claim, mark, release.
 *
 * @module
 */

import type { Bucket } from "../../../core/bucket.ts";
import type { JobId, WorkerId } from "../../../core/ids.ts";
import type { Job } from "../../../core/job.ts";
import type {
  Assignment,
  BucketProof,
  InsertedJob,
  InsertResult,
  JobMark,
  JobStore,
  NewJob,
} from "../../../storage/port.ts";
import {
  checkBatch,
  type ClusterRows,
  compareKeys,
  holdsLease,
  type MemoryState,
  provenBucket,
  rowsOf,
  type Synchronous,
} from "./memory_state.ts";

type Flow = Pick<
  JobStore,
  "insert" | "listDue" | "assign" | "fetch" | "claim" | "mark" | "release"
>;

/** The part of the job store that brings jobs to their attempts. */
export function memoryFlow(state: MemoryState): Synchronous<Flow> {
  return {
    insert: (input) => insert(state, input),
    listDue: (input) => {
      const held = [...rowsOf(state, input.clusterId).jobs.values()]
        .filter((job) => job.status === "HeldOnMaster" && job.scheduledAtMs <= input.dueBeforeMs)
        .sort(byDueTime);
      return input.routes.flatMap(({ priority, lane, limit }) =>
        held.filter((job) => job.priority === priority && job.lane === lane).slice(0, limit)
      ).map(({ id, priority, lane, scheduledAtMs, revision }) => (
        { id, priority, lane, scheduledAtMs, revision }
      ));
    },
    assign: (input) => {
      checkBatch(input.assignments, "assignments");
      const rows = rowsOf(state, input.clusterId);
      if (!holdsLease(rows, input.lease)) return "lease_lost";
      return input.assignments.filter((each) => assignOne(rows, each)).map((each) => each.jobId);
    },
    fetch: (input) => {
      const rows = rowsOf(state, input.clusterId);
      if (provenBucket(rows, input) === null) return "not_owner";
      return unclaimedJobs(rows, input.bucketId)
        .filter((job) => job.scheduledAtMs <= input.dueBeforeMs)
        .sort(byDueTime)
        .slice(0, input.limit);
    },
    claim: (input) => claim(state, input),
    mark: (input) => {
      checkBatch(input.marks, "marks");
      const rows = rowsOf(state, input.clusterId);
      if (provenBucket(rows, input) === null) return "not_owner";
      for (const mark of input.marks) markOne(rows, input.bucketId, mark);
      return "marked";
    },
    release: (input) => release(rowsOf(state, input.clusterId), input),
  };
}

function insert(state: MemoryState, input: Parameters<JobStore["insert"]>[0]): InsertResult {
  checkBatch(input.jobs, "jobs");
  const rows = rowsOf(state, input.clusterId);
  if (rows.cluster === null) return { outcome: "cluster_not_found" };
  if (rows.cluster.settings.mode === "Archived") return { outcome: "cluster_archived" };
  const jobs = input.jobs.map((job) => insertOne(rows, job));
  return { outcome: "accepted", jobs };
}

/** Stores it unless another job stands in its way. */
export function insertOne(rows: ClusterRows, newJob: NewJob): InsertedJob {
  const known = storedAs(rows, newJob);
  if (known !== undefined) return { id: newJob.id, created: false, job: known };
  const { placement } = newJob;
  const held = heldJob(rows, newJob);
  const bucket = placement === null ? undefined : rows.buckets.get(placement.bucketId);
  const holds = bucket !== undefined && bucket.status === "Active" &&
    bucket.epoch === placement?.epoch && rows.cluster!.settings.mode === "Active";
  const placed = holds ? placeIn(held, bucket) : held;
  const job = holds && placement?.claim ? grant(rows, placed, bucket.workerId) : placed;
  rows.jobs.set(job.id, job);
  return { id: job.id, created: true, job };
}

/** The job that has its id, its unique key or its occurrence. */
export function storedAs(rows: ClusterRows, newJob: NewJob): Job | undefined {
  return rows.jobs.get(newJob.id) ?? withUniqueKey(rows, newJob) ?? withOccurrence(rows, newJob);
}

/** What becomes of a new job that is held on the master. */
export function heldJob(rows: ClusterRows, { placement: _, ...given }: NewJob): Job {
  return {
    ...given,
    clusterId: rows.cluster!.id,
    status: "HeldOnMaster",
    result: null,
    error: null,
    progress: null,
    startedAtMs: null,
    finishedAtMs: null,
    attempts: 0,
    lastAttempt: given.maxRetries + 1,
    crashes: 0,
    bucketId: null,
    agentConnectionId: null,
    workerId: null,
    cancelRequestedAtMs: null,
    revision: 0,
  };
}

function withOccurrence(rows: ClusterRows, newJob: NewJob): Job | undefined {
  if (newJob.scheduleId === null || newJob.occurrenceAtMs === null) return undefined;
  return [...rows.jobs.values()].find((job) =>
    job.scheduleId === newJob.scheduleId && job.occurrenceAtMs === newJob.occurrenceAtMs
  );
}

function withUniqueKey(rows: ClusterRows, newJob: NewJob): Job | undefined {
  if (newJob.uniqueKey === null) return undefined;
  return [...rows.jobs.values()].find((job) =>
    job.definitionId === newJob.definitionId && job.uniqueKey === newJob.uniqueKey
  );
}

function placeIn(job: Job, bucket: Bucket): Job {
  return {
    ...job,
    status: "AssignedToBucket",
    bucketId: bucket.id,
    agentConnectionId: bucket.agentConnectionId,
    workerId: bucket.workerId,
    revision: job.revision + 1,
  };
}

function grant(rows: ClusterRows, job: Job, owner: WorkerId | null): Job {
  rows.grantedAtMs.set(job.id, rows.clock.now());
  return { ...job, status: "Queued", attempts: job.attempts + 1, workerId: owner };
}

function assignOne(rows: ClusterRows, { jobId, revision, bucketId, epoch }: Assignment): boolean {
  const job = rows.jobs.get(jobId);
  const bucket = rows.buckets.get(bucketId);
  if (job?.status !== "HeldOnMaster" || job.revision !== revision) return false;
  if (bucket?.status !== "Active" || bucket.epoch !== epoch) return false;
  rows.jobs.set(jobId, placeIn(job, bucket));
  return true;
}

function claim(
  state: MemoryState,
  input: Parameters<JobStore["claim"]>[0],
): Awaited<ReturnType<JobStore["claim"]>> {
  checkBatch(input.items, "jobs");
  const rows = rowsOf(state, input.clusterId);
  const bucket = provenBucket(rows, input);
  if (bucket === null || !["Active", "Completing"].includes(bucket.status)) return "not_owner";
  if (rows.cluster?.settings.mode !== "Active") return "cluster_not_active";
  const granted: { jobId: JobId; attempt: number }[] = [];
  for (const { jobId, revision } of input.items) {
    const job = rows.jobs.get(jobId);
    if (job === undefined || !isUnclaimedIn(job, bucket.id) || job.revision !== revision) continue;
    const claimed = grant(rows, job, bucket.workerId);
    rows.jobs.set(jobId, claimed);
    granted.push({ jobId, attempt: claimed.attempts });
  }
  return granted;
}

function markOne(rows: ClusterRows, bucketId: string, mark: JobMark): void {
  const job = rows.jobs.get(mark.jobId);
  if (job === undefined || job.bucketId !== bucketId) return;
  const fits = mark.status === "Onboarded"
    ? job.status === "AssignedToBucket" && job.revision === mark.fence
    : (job.status === "Queued" || job.status === "Processing") && job.attempts === mark.fence;
  if (!fits) return;
  rows.jobs.set(job.id, {
    ...job,
    status: mark.status,
    startedAtMs: mark.startedAtMs ?? job.startedAtMs,
    progress: mark.progress ?? job.progress,
  });
}

function release(
  rows: ClusterRows,
  input: BucketProof & { readonly jobIds: readonly JobId[] },
): number | "not_owner" {
  checkBatch(input.jobIds, "jobs");
  if (provenBucket(rows, input) === null) return "not_owner";
  const released = unclaimedJobs(rows, input.bucketId)
    .filter((job) => input.jobIds.includes(job.id));
  for (const job of released) rows.jobs.set(job.id, unplaced(job));
  return released.length;
}

/** The job back on the master, in no bucket and with no owner, under the next revision. */
export function unplaced(job: Job): Job {
  return {
    ...job,
    status: "HeldOnMaster",
    bucketId: null,
    agentConnectionId: null,
    workerId: null,
    revision: job.revision + 1,
  };
}

/** The jobs of a bucket of which no attempt is granted. */
export function unclaimedJobs(rows: ClusterRows, bucketId: string): readonly Job[] {
  return [...rows.jobs.values()].filter((job) => isUnclaimedIn(job, bucketId));
}

function isUnclaimedIn(job: Job, bucketId: string): boolean {
  return job.bucketId === bucketId &&
    (job.status === "AssignedToBucket" || job.status === "Onboarded");
}

function byDueTime(a: Job, b: Job): number {
  return compareKeys([a.scheduledAtMs, a.id], [b.scheduledAtMs, b.id]);
}
