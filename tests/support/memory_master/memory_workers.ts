/**
 * The workers and the leases in memory.
 *
 * @module
 */

import type { BucketId } from "../../../core/ids.ts";
import type { Worker } from "../../../core/worker.ts";
import type { WorkerLife, WorkerStore } from "../../../storage/port.ts";
import {
  type ClusterRows,
  compareText,
  holdsLease,
  isAlive,
  loseBucket,
  type MemoryState,
  rowsOf,
  type Synchronous,
} from "./memory_state.ts";

/** The workers and the leases. */
export function memoryWorkers(state: MemoryState): Synchronous<WorkerStore> {
  return {
    register: (input) => register(state, input),
    renew: (input) => {
      const nowMs = state.clock.now();
      const lease = { heartbeatAtMs: nowMs, leaseUntilMs: nowMs + input.leaseMs };
      return updateLife(rowsOf(state, input.clusterId), input, lease) ? "renewed" : "lost";
    },
    stopping: (input) =>
      updateLife(rowsOf(state, input.clusterId), input, { status: "Stopping" }) ? "marked" : "lost",
    remove: (input) => remove(rowsOf(state, input.clusterId), input),
    expire: (input) => expire(state, input),
    list: ({ clusterId, limit }) =>
      [...rowsOf(state, clusterId).workers.values()]
        .sort((a, b) => compareText(a.id, b.id))
        .slice(0, limit),
    find: ({ clusterId, workerId }) => rowsOf(state, clusterId).workers.get(workerId) ?? null,
    acquireLease: (input) => acquireLease(state, input),
    releaseLease: ({ clusterId, lease }) => {
      const { leases } = rowsOf(state, clusterId);
      const row = leases.get(lease.name);
      if (row === undefined || row.holder !== lease.holder || row.term !== lease.term) return;
      leases.set(lease.name, { ...row, holder: null });
    },
  };
}

function register(
  state: MemoryState,
  { worker, leaseMs }: Parameters<WorkerStore["register"]>[0],
): Worker {
  const rows = rowsOf(state, worker.clusterId);
  const nowMs = state.clock.now();
  rows.lastIncarnation++;
  const registered: Worker = {
    ...worker,
    incarnation: rows.lastIncarnation,
    status: "Active",
    heartbeatAtMs: nowMs,
    leaseUntilMs: nowMs + leaseMs,
  };
  rows.workers.set(worker.id, registered);
  return registered;
}

function updateLife(rows: ClusterRows, life: WorkerLife, change: Partial<Worker>): boolean {
  if (!isAlive(rows, life.workerId, life.incarnation)) return false;
  rows.workers.set(life.workerId, { ...rows.workers.get(life.workerId)!, ...change });
  return true;
}

function remove(rows: ClusterRows, input: WorkerLife & { readonly nowMs: number }): void {
  if (rows.workers.get(input.workerId)?.incarnation !== input.incarnation) return;
  rows.workers.delete(input.workerId);
  for (const bucket of [...rows.buckets.values()]) {
    if (bucket.workerId === input.workerId) loseBucket(rows, bucket, input.nowMs);
  }
}

function expire(
  state: MemoryState,
  input: Parameters<WorkerStore["expire"]>[0],
): Awaited<ReturnType<WorkerStore["expire"]>> {
  const rows = rowsOf(state, input.clusterId);
  if (!holdsLease(rows, input.lease)) return "lease_lost";
  const clockMs = state.clock.now();
  const dead = [...rows.workers.values()]
    .filter((worker) => worker.status !== "Dead" && worker.leaseUntilMs <= clockMs);
  for (const worker of dead) rows.workers.set(worker.id, { ...worker, status: "Dead" });
  const buckets = loseOwnerless(rows, input.nowMs);
  for (const worker of [...rows.workers.values()]) {
    const forgotten = worker.leaseUntilMs + input.forgetAfterMs <= clockMs;
    if (worker.status === "Dead" && forgotten) rows.workers.delete(worker.id);
  }
  return { workers: dead.map((worker) => worker.id), buckets };
}

function loseOwnerless(rows: ClusterRows, nowMs: number): readonly BucketId[] {
  const lost = [...rows.buckets.values()]
    .filter((bucket) => bucket.status !== "Lost" && bucket.status !== "ReadyToDelete")
    .filter((bucket) => !isAlive(rows, bucket.workerId, rows.owners.get(bucket.id)));
  for (const bucket of lost) loseBucket(rows, bucket, nowMs);
  return lost.map((bucket) => bucket.id);
}

function acquireLease(
  state: MemoryState,
  { clusterId, name, holder, leaseMs }: Parameters<WorkerStore["acquireLease"]>[0],
): { readonly term: number } | null {
  const { leases } = rowsOf(state, clusterId);
  const nowMs = state.clock.now();
  const row = leases.get(name) ?? { holder: null, term: 0, untilMs: 0 };
  const isHeld = row.holder !== null && row.untilMs > nowMs;
  if (isHeld && row.holder !== holder) return null;
  const term = isHeld ? row.term : row.term + 1;
  leases.set(name, { holder, term, untilMs: nowMs + leaseMs });
  return { term };
}
