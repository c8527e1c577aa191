/**
 * Reading jobs in memory.
 *
 * @module
 */

import {
  CLAIMED_STATUSES,
  FINAL_STATUSES,
  isFinal,
  type Job,
  JOB_STATUSES,
  WAITING_STATUSES,
} from "../../../core/job.ts";
import type { JobQueries, JobStatistics, Percentiles } from "../../../storage/port.ts";
import { matchesJob } from "./memory_filter.ts";
import {
  checkBatch,
  compareKeys,
  compareText,
  type MemoryState,
  pageOf,
  rowsOf,
  type Synchronous,
} from "./memory_state.ts";

/** Most finished jobs the percentiles are taken from. */
const MAX_SAMPLE = 10_000;

const SORT_FIELDS = {
  createdAt: "createdAtMs",
  scheduledAt: "scheduledAtMs",
  finishedAt: "finishedAtMs",
} as const;

/** Reads jobs. */
export function memoryQueries(state: MemoryState): Synchronous<JobQueries> {
  const jobsOf = (clusterId: string) => [...rowsOf(state, clusterId).jobs.values()];
  return {
    find: (input) => rowsOf(state, input.clusterId).jobs.get(input.jobId) ?? null,
    findMany: ({ clusterId, jobIds }) => {
      checkBatch(jobIds, "jobs");
      return [...new Set(jobIds)].sort(compareText)
        .flatMap((id) => rowsOf(state, clusterId).jobs.get(id) ?? []);
    },
    list: ({ clusterId, filter, sort, cursor, limit }) => {
      const field = SORT_FIELDS[sort.by];
      const matching = jobsOf(clusterId)
        .filter((job) => matchesJob(job, filter) && job[field] !== null);
      const keyOf = (job: Job) => [job[field]!, job.id] as const;
      return pageOf(matching, { keyOf, direction: sort.direction, cursor, limit });
    },
    count: ({ clusterId, filter }) =>
      jobsOf(clusterId).filter((job) => matchesJob(job, filter)).length,
    listClaimed: ({ clusterId, bucketId, cancelRequestedOnly, limit }) =>
      jobsOf(clusterId)
        .filter((job) => job.bucketId === bucketId && CLAIMED_STATUSES.includes(job.status))
        .filter((job) => !cancelRequestedOnly || job.cancelRequestedAtMs !== null)
        .sort((a, b) => compareText(a.id, b.id))
        .slice(0, limit)
        .map(({ id, attempts, cancelRequestedAtMs }) => (
          { jobId: id, attempt: attempts, cancelRequestedAtMs }
        )),
    statistics: ({ clusterId, sinceMs, nowMs }) => statistics(jobsOf(clusterId), sinceMs, nowMs),
  };
}

function statistics(jobs: readonly Job[], sinceMs: number, nowMs: number): JobStatistics {
  const due = jobs.filter((job) =>
    WAITING_STATUSES.includes(job.status) && job.scheduledAtMs <= nowMs
  );
  const finished = jobs.filter((job) => isFinal(job.status) && job.finishedAtMs! >= sinceMs);
  const sample = finished
    .filter((job) => job.startedAtMs !== null)
    .sort((a, b) => compareKeys([b.finishedAtMs!, b.id], [a.finishedAtMs!, a.id]))
    .slice(0, MAX_SAMPLE);
  return {
    counts: countBy(jobs, JOB_STATUSES),
    due: due.length,
    oldestDueAtMs: due.length === 0 ? null : Math.min(...due.map((job) => job.scheduledAtMs)),
    finished: countBy(finished, FINAL_STATUSES),
    waitMs: percentiles(sample.map((job) => job.startedAtMs! - job.scheduledAtMs)),
    runMs: percentiles(sample.map((job) => job.finishedAtMs! - job.startedAtMs!)),
  };
}

function countBy<S extends Job["status"]>(
  jobs: readonly Job[],
  statuses: readonly S[],
): Record<S, number> {
  const count = (status: S) => jobs.filter((job) => job.status === status).length;
  return Object.fromEntries(statuses.map((status) => [status, count(status)])) as Record<S, number>;
}

function percentiles(sample: readonly number[]): Percentiles {
  const sorted = [...sample].sort((a, b) => a - b);
  const rank = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? null;
  return { p50: rank(0.5), p95: rank(0.95), p99: rank(0.99) };
}
