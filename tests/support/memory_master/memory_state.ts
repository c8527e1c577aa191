/**
 * What the memory master keeps: plain Maps and arrays, one set per cluster.
 *
 * @module
 */

import type { AgentConnection } from "../../../core/agent.ts";
import type { Bucket } from "../../../core/bucket.ts";
import type { Clock } from "../../../core/clock.ts";
import type { Cluster } from "../../../core/cluster.ts";
import type { DefinitionDefaults } from "../../../core/definition.ts";
import { JobMasterError } from "../../../core/errors.ts";
import type { BucketId, JobId, ScheduleId, WorkerId } from "../../../core/ids.ts";
import type { Execution, Job } from "../../../core/job.ts";
import type { LogEntry } from "../../../core/log.ts";
import type { Schedule } from "../../../core/schedule.ts";
import type { Worker } from "../../../core/worker.ts";
import type { BucketProof, LeaseProof, Page } from "../../../storage/port.ts";

/** Most items one call takes. */
export const MAX_BATCH = 1_000;

/** A named lease. `holder` is `null` while it is free; the term outlives its holders. */
export interface LeaseRow {
  /** Who holds it. */
  readonly holder: string | null;
  /** The term it was last granted under. */
  readonly term: number;
  /** When it runs out, in epoch milliseconds. */
  readonly untilMs: number;
}

/** Everything of one cluster. */
export interface ClusterRows {
  /** The database's clock. */
  readonly clock: Pick<Clock, "now">;
  /** The cluster itself; `null` until it is made. */
  cluster: Cluster | null;
  /** Jobs by id. */
  readonly jobs: Map<JobId, Job>;
  /** When the latest attempt of a job was granted, in epoch milliseconds. */
  readonly grantedAtMs: Map<JobId, number>;
  /** Ended attempts. */
  readonly executions: Execution[];
  /** Log entries by id. */
  readonly logs: Map<string, LogEntry>;
  /** Recurring schedules by id. */
  readonly schedules: Map<ScheduleId, Schedule>;
  /** Buckets by id. */
  readonly buckets: Map<BucketId, Bucket>;
  /** Which life of its owner each bucket belongs to. */
  readonly owners: Map<BucketId, number>;
  /** Workers by id. */
  readonly workers: Map<WorkerId, Worker>;
  /** Leases by name. */
  readonly leases: Map<string, LeaseRow>;
  /** Definitions by id. */
  readonly definitions: Map<string, DefinitionDefaults>;
  /** Agent connections by name. */
  readonly agents: Map<string, AgentConnection>;
  /** The incarnation that was issued last. */
  lastIncarnation: number;
}

/** Everything of every cluster, and the clock that judges leases. */
export interface MemoryState {
  /** The database's clock. */
  readonly clock: Pick<Clock, "now">;
  /** Clusters by id. */
  readonly clusters: Map<string, ClusterRows>;
}

/** A store whose methods answer at once: each of them is atomic because nothing else can run. */
export type Synchronous<T> = {
  readonly [K in keyof T]: T[K] extends () => Promise<infer R> ? () => R
    : T[K] extends (input: infer I) => Promise<infer R> ? (input: I) => R
    : never;
};

/** The rows of a cluster, empty ones when nothing was stored yet. */
export function rowsOf(state: MemoryState, clusterId: string): ClusterRows {
  const known = state.clusters.get(clusterId);
  if (known !== undefined) return known;
  const rows: ClusterRows = {
    clock: state.clock,
    cluster: null,
    jobs: new Map(),
    grantedAtMs: new Map(),
    executions: [],
    logs: new Map(),
    schedules: new Map(),
    buckets: new Map(),
    owners: new Map(),
    workers: new Map(),
    leases: new Map(),
    definitions: new Map(),
    agents: new Map(),
    lastIncarnation: 0,
  };
  state.clusters.set(clusterId, rows);
  return rows;
}

/** The bucket, if the proof still holds. */
export function provenBucket(rows: ClusterRows, proof: BucketProof): Bucket | null {
  const bucket = rows.buckets.get(proof.bucketId);
  return bucket !== undefined && bucket.epoch === proof.epoch ? bucket : null;
}

/** Whether the lease is held as the proof says and has not run out. */
export function holdsLease(rows: ClusterRows, proof: LeaseProof): boolean {
  const lease = rows.leases.get(proof.name);
  return lease !== undefined && lease.holder === proof.holder && lease.term === proof.term &&
    lease.untilMs > rows.clock.now();
}

/** Whether that life of the worker is registered and was not declared dead. */
export function isAlive(
  rows: ClusterRows,
  workerId: WorkerId | null,
  incarnation: number | undefined,
): boolean {
  const worker = workerId === null ? undefined : rows.workers.get(workerId);
  return worker !== undefined && worker.status !== "Dead" && worker.incarnation === incarnation;
}

/** Takes a bucket's owner away: it becomes `Lost` under the next epoch. */
export function loseBucket(rows: ClusterRows, bucket: Bucket, nowMs: number): void {
  rows.owners.delete(bucket.id);
  rows.buckets.set(bucket.id, {
    ...bucket,
    status: "Lost",
    workerId: null,
    epoch: bucket.epoch + 1,
    statusChangedAtMs: nowMs,
  });
}

/** Refuses a call that carries more than {@linkcode MAX_BATCH} items. */
export function checkBatch(items: readonly unknown[], what: string): void {
  checkCount(items.length, what);
}

/** Refuses a call with `count` items when those are more than {@linkcode MAX_BATCH}. */
export function checkCount(count: number, what: string): void {
  if (count <= MAX_BATCH) return;
  throw new JobMasterError(
    "invalid_request",
    `Cannot take ${count} ${what}: one call takes at most ${MAX_BATCH}`,
  );
}

/** Compares two texts by code point. */
export function compareText(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Where an item stands in a sorted list: a number, then its id. */
export type SortKey = readonly [number, string];

/** Compares two places, ascending. */
export function compareKeys(a: SortKey, b: SortKey): number {
  return a[0] - b[0] || compareText(a[1], b[1]);
}

/** How a list is cut into pages. */
export interface PageRequest<T> {
  /** Where an item stands. */
  readonly keyOf: (item: T) => SortKey;
  /** Which way. */
  readonly direction: "asc" | "desc";
  /** The cursor of the page before. */
  readonly cursor: string | null;
  /** Most items. */
  readonly limit: number;
}

function readCursor(cursor: string): SortKey {
  try {
    return JSON.parse(cursor) as SortKey;
  } catch (cause) {
    throw new JobMasterError("invalid_request", "Cannot continue at a cursor of no list", {
      cause,
    });
  }
}

/** One page of `items`. */
export function pageOf<T>(items: readonly T[], request: PageRequest<T>): Page<T> {
  const { keyOf, cursor, limit } = request;
  const sign = request.direction === "asc" ? 1 : -1;
  const after = cursor === null ? null : readCursor(cursor);
  const rest = items
    .filter((item) => after === null || sign * compareKeys(keyOf(item), after) > 0)
    .sort((a, b) => sign * compareKeys(keyOf(a), keyOf(b)));
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  const nextCursor = rest.length > limit && last !== undefined ? JSON.stringify(keyOf(last)) : null;
  return { items: page, nextCursor };
}
