/**
 * Reading jobs.
 *
 * @module
 */

import type { JobFilter, JobSort } from "../../core/filter.ts";
import type { BucketId, JobId } from "../../core/ids.ts";
import type { FinalStatus, Job, JobStatus } from "../../core/job.ts";

/** A page of a list. */
export interface Page<T> {
  /** At most `limit` items. */
  readonly items: readonly T[];
  /** Where the next page starts; `null` at the end. Opaque. */
  readonly nextCursor: string | null;
}

/** A claimed job, as the master sees it. */
export interface ClaimedJob {
  /** The job. */
  readonly jobId: JobId;
  /** The granted attempt. */
  readonly attempt: number;
  /** When its cancellation was requested, in epoch milliseconds. */
  readonly cancelRequestedAtMs: number | null;
}

/** What happened in a window, and what there is now. */
export interface JobStatistics {
  /** Jobs per status, now. */
  readonly counts: Readonly<Record<JobStatus, number>>;
  /** Unclaimed jobs that are due, now. */
  readonly due: number;
  /** Since when the oldest of them is due, in epoch milliseconds. */
  readonly oldestDueAtMs: number | null;
  /** Jobs that finished in the window, per final status. */
  readonly finished: Readonly<Record<FinalStatus, number>>;
  /** Milliseconds from due to start, of the last (at most 10,000) jobs finished in the window. */
  readonly waitMs: Percentiles;
  /** Milliseconds from start to finish, of the same jobs. */
  readonly runMs: Percentiles;
}

/** Percentiles of a sample, nearest-rank; `null` when it is empty. */
export interface Percentiles {
  /** Median. */
  readonly p50: number | null;
  /** 95th percentile. */
  readonly p95: number | null;
  /** 99th percentile. */
  readonly p99: number | null;
}

/** Reading jobs. */
export interface JobQueries {
  /** The job, if there is one. */
  find(input: { readonly clusterId: string; readonly jobId: JobId }): Promise<Job | null>;
  /** Those of these jobs that are stored, by id, each once; at most `capabilities.maxBatch` ids. */
  findMany(input: {
    readonly clusterId: string;
    readonly jobIds: readonly JobId[];
  }): Promise<readonly Job[]>;
  /** One page of the jobs that match every part of `filter`; exact page sizes. */
  list(input: {
    readonly clusterId: string;
    readonly filter: JobFilter;
    readonly sort: JobSort;
    readonly cursor: string | null;
    readonly limit: number;
  }): Promise<Page<Job>>;
  /** How many jobs match. */
  count(input: { readonly clusterId: string; readonly filter: JobFilter }): Promise<number>;
  /** Claimed jobs of a bucket, by id: for reconciliation and for requests to cancel. */
  listClaimed(input: {
    readonly clusterId: string;
    readonly bucketId: BucketId;
    readonly cancelRequestedOnly: boolean;
    readonly limit: number;
  }): Promise<readonly ClaimedJob[]>;
  /** What happened since `sinceMs`, and what there is at `nowMs`. */
  statistics(input: {
    readonly clusterId: string;
    readonly sinceMs: number;
    readonly nowMs: number;
  }): Promise<JobStatistics>;
}
