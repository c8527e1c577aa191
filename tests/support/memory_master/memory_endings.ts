/**
 * How attempts and jobs end in memory: settle, reclaim, change.
 *
 * @module
 */

import { CLAIMED_STATUSES, isFinal, type Job, type JobStatus } from "../../../core/job.ts";
import type { FailureRecord } from "../../../core/failure.ts";
import type { JobId } from "../../../core/ids.ts";
import type {
  ChangeResult,
  JobChange,
  JobStore,
  RanJob,
  RecordedJob,
  Settlement,
} from "../../../storage/port.ts";
import { heldJob, storedAs, unclaimedJobs, unplaced } from "./memory_flow.ts";
import {
  checkBatch,
  type ClusterRows,
  compareText,
  type MemoryState,
  provenBucket,
  rowsOf,
  type Synchronous,
} from "./memory_state.ts";

type Endings = Pick<JobStore, "settle" | "record" | "reclaim" | "change">;

/** The part of the job store that ends attempts and jobs. */
export function memoryEndings(state: MemoryState): Synchronous<Endings> {
  return {
    settle: (input) => {
      checkBatch(input.settlements, "settlements");
      const rows = rowsOf(state, input.clusterId);
      const applied: { jobId: JobId; status: JobStatus }[] = [];
      const stale: JobId[] = [];
      for (const settlement of input.settlements) {
        const status = settleOne(rows, settlement);
        if (status === null) stale.push(settlement.jobId);
        else applied.push({ jobId: settlement.jobId, status });
      }
      return { applied, stale };
    },
    record: (input) => {
      checkBatch(input.jobs, "jobs");
      const rows = rowsOf(state, input.clusterId);
      return input.jobs.map((each) => recordOne(rows, each));
    },
    reclaim: (input) => reclaim(rowsOf(state, input.clusterId), input),
    change: (input) => change(rowsOf(state, input.clusterId), input),
  };
}

function settleOne(rows: ClusterRows, settlement: Settlement): JobStatus | null {
  const job = rows.jobs.get(settlement.jobId);
  const bucket = rows.buckets.get(settlement.bucketId);
  if (job === undefined || job.bucketId !== settlement.bucketId) return null;
  if (bucket?.epoch !== settlement.epoch || job.attempts !== settlement.attempt) return null;
  if (!CLAIMED_STATUSES.includes(job.status)) return null;

  const interrupted = settlement.outcome === "interrupted";
  if (!interrupted) recordExecution(rows, settlement);
  const ended = settledJob(job, settlement);
  rows.jobs.set(job.id, interrupted ? { ...ended, attempts: job.attempts - 1 } : ended);
  return ended.status;
}

/** Stores it as if it were claimed, and settles that. */
function recordOne(rows: ClusterRows, { job, settlement }: RanJob): RecordedJob {
  const { bucketId, epoch, attempt } = settlement;
  const bucket = rows.buckets.get(bucketId);
  if (bucket?.epoch !== epoch) return { outcome: "stale", jobId: job.id };
  const known = storedAs(rows, job);
  if (known !== undefined) return { outcome: "known", jobId: job.id, job: known };
  const held = heldJob(rows, job);
  rows.jobs.set(job.id, { ...held, status: "Queued", bucketId, attempts: attempt, revision: 1 });
  return { outcome: "recorded", jobId: job.id, status: settleOne(rows, settlement)! };
}

function settledJob(job: Job, settlement: Settlement): Job {
  const { next } = settlement;
  const cancelled = next.status === "HeldOnMaster" && job.cancelRequestedAtMs !== null;
  const status = cancelled ? "Cancelled" : next.status;
  return {
    ...unplaced(job),
    status,
    workerId: settlement.workerId,
    result: settlement.result,
    error: status === "Succeeded" ? null : settlement.error ?? job.error,
    progress: settlement.progress ?? job.progress,
    crashes: job.crashes + (settlement.outcome === "crashed" ? 1 : 0),
    startedAtMs: settlement.startedAtMs,
    finishedAtMs: isFinal(status) ? settlement.finishedAtMs : null,
    scheduledAtMs: next.status === "HeldOnMaster" && !cancelled
      ? next.scheduledAtMs
      : job.scheduledAtMs,
  };
}

function recordExecution(rows: ClusterRows, settlement: Settlement): void {
  const { jobId, attempt, outcome, startedAtMs, finishedAtMs, workerId, error } = settlement;
  rows.executions.push({ jobId, attempt, outcome, startedAtMs, finishedAtMs, workerId, error });
}

function reclaim(
  rows: ClusterRows,
  input: Parameters<JobStore["reclaim"]>[0],
): Awaited<ReturnType<JobStore["reclaim"]>> {
  if (provenBucket(rows, input) === null) return "not_owner";
  const byId = (a: Job, b: Job) => compareText(a.id, b.id);
  const claimed = [...rows.jobs.values()]
    .filter((job) => job.bucketId === input.bucketId && CLAIMED_STATUSES.includes(job.status))
    .sort(byId);
  const unclaimed = [...unclaimedJobs(rows, input.bucketId)].sort(byId);
  const taken = [...claimed, ...unclaimed].slice(0, input.limit);
  let crashed = 0;
  for (const job of taken) {
    if (!CLAIMED_STATUSES.includes(job.status)) rows.jobs.set(job.id, unplaced(job));
    else if (job.status === "Queued" && job.crashes > 0) giveBack(rows, job, input.nowMs);
    else {
      crash(rows, job, input);
      crashed++;
    }
  }
  return { moved: taken.length, crashed };
}

function giveBack(rows: ClusterRows, job: Job, nowMs: number): void {
  const held = { ...unplaced(job), attempts: job.attempts - 1 };
  const cancelled = job.cancelRequestedAtMs !== null;
  rows.jobs.set(
    job.id,
    cancelled ? { ...held, status: "Cancelled", finishedAtMs: nowMs } : held,
  );
}

function crash(
  rows: ClusterRows,
  job: Job,
  { nowMs, error }: { readonly nowMs: number; readonly error: FailureRecord },
): void {
  const started = job.status === "Processing" ? job.startedAtMs : null;
  rows.executions.push({
    jobId: job.id,
    attempt: job.attempts,
    outcome: "crashed",
    startedAtMs: started ?? rows.grantedAtMs.get(job.id)!,
    finishedAtMs: nowMs,
    workerId: job.workerId,
    error,
  });
  const status = statusAfterCrash(job);
  rows.jobs.set(job.id, {
    ...unplaced(job),
    status,
    workerId: job.workerId,
    error,
    crashes: job.crashes + 1,
    finishedAtMs: isFinal(status) ? nowMs : null,
  });
}

function statusAfterCrash(job: Job): JobStatus {
  if (job.attempts >= job.lastAttempt) return "Failed";
  return job.cancelRequestedAtMs !== null ? "Cancelled" : "HeldOnMaster";
}

function change(
  rows: ClusterRows,
  input: Parameters<JobStore["change"]>[0],
): ChangeResult {
  const job = rows.jobs.get(input.jobId);
  if (job === undefined) return { outcome: "not_found" };
  const { type } = input.change;
  const refused = type === "reschedule" || type === "retry";
  if (refused && rows.cluster?.settings.mode === "Archived") return { outcome: "cluster_archived" };
  const needsFinal = type === "retry" || type === "remove";
  const claimed = CLAIMED_STATUSES.includes(job.status);
  if (type === "cancel" && claimed) return requestCancel(rows, job, input.nowMs);
  if (needsFinal !== isFinal(job.status) || claimed) return { outcome: "conflict", job };
  return { outcome: "changed", job: changed(rows, job, input) };
}

function requestCancel(rows: ClusterRows, job: Job, nowMs: number): ChangeResult {
  const requested = { ...job, cancelRequestedAtMs: job.cancelRequestedAtMs ?? nowMs };
  rows.jobs.set(job.id, requested);
  return { outcome: "requested", job: requested };
}

function changed(
  rows: ClusterRows,
  job: Job,
  { nowMs, change }: { readonly nowMs: number; readonly change: JobChange },
): Job {
  if (change.type === "remove") {
    forgetJob(rows, job.id);
    return job;
  }
  const next = changedJob(job, change, nowMs);
  rows.jobs.set(job.id, next);
  return next;
}

function changedJob(job: Job, change: Exclude<JobChange, { type: "remove" }>, nowMs: number): Job {
  switch (change.type) {
    case "cancel":
      return { ...unplaced(job), status: "Cancelled", finishedAtMs: nowMs };
    case "reschedule":
      return { ...unplaced(job), scheduledAtMs: change.scheduledAtMs };
    case "retry":
      return {
        ...unplaced(job),
        workerId: job.workerId,
        scheduledAtMs: change.scheduledAtMs,
        lastAttempt: job.attempts + job.maxRetries + 1,
        result: null,
        error: null,
        progress: null,
        startedAtMs: null,
        finishedAtMs: null,
        crashes: 0,
        cancelRequestedAtMs: null,
      };
  }
}

/** Deletes a job with its executions and logs. */
export function forgetJob(rows: ClusterRows, jobId: JobId): void {
  rows.jobs.delete(jobId);
  rows.grantedAtMs.delete(jobId);
  const kept = rows.executions.filter((execution) => execution.jobId !== jobId);
  rows.executions.splice(0, rows.executions.length, ...kept);
  for (const entry of [...rows.logs.values()]) {
    if (entry.subjectType === "Job" && entry.subjectId === jobId) rows.logs.delete(entry.id);
  }
}
