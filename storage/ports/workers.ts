/**
 * The workers and the leases.
 *
 * @module
 */

import type { BucketId, WorkerId } from "../../core/ids.ts";
import type { Worker } from "../../core/worker.ts";
import type { LeaseProof } from "./jobs.ts";

/** A worker to register. */
export type NewWorker = Omit<Worker, "incarnation" | "status" | "heartbeatAtMs" | "leaseUntilMs">;

/** Names one life of a worker. */
export interface WorkerLife {
  /** The cluster. */
  readonly clusterId: string;
  /** The worker. */
  readonly workerId: WorkerId;
  /** Which life. */
  readonly incarnation: number;
}

/**
 * The workers and the leases. Leases are judged on the database's clock.
 *
 * A life is alive while it is registered, not declared dead, and not replaced; a lease that ran out unnoticed can still
 * be renewed. Buckets belong to a life: after a new registration the old ones count as without a living owner, until
 * they are adopted.
 */
export interface WorkerStore {
  /** Registers a worker with a lease and a new incarnation. */
  register(input: {
    readonly worker: NewWorker;
    readonly leaseMs: number;
  }): Promise<Worker>;
  /** Renews the lease of a life. `"lost"`: it was declared dead, replaced or removed. */
  renew(input: WorkerLife & { readonly leaseMs: number }): Promise<"renewed" | "lost">;
  /** Marks a life as `Stopping`. */
  stopping(input: WorkerLife): Promise<"marked" | "lost">;
  /** Removes a life that ended in order. Buckets that still name it become `Lost`. */
  remove(input: WorkerLife & { readonly nowMs: number }): Promise<void>;
  /**
   * Marks workers whose lease has run out `Dead`, and every bucket without a living owner `Lost` (epoch + 1, no
   * owner) unless it is `Lost` or `ReadyToDelete`. A missing owner is a dead owner. Deletes workers that have
   * been dead for `forgetAfterMs`.
   */
  expire(input: {
    readonly clusterId: string;
    readonly lease: LeaseProof;
    readonly forgetAfterMs: number;
    readonly nowMs: number;
  }): Promise<
    { readonly workers: readonly WorkerId[]; readonly buckets: readonly BucketId[] } | "lease_lost"
  >;
  /** Every registered worker, by id; at most `limit`. */
  list(input: { readonly clusterId: string; readonly limit: number }): Promise<readonly Worker[]>;
  /** The worker, if there is one. */
  find(input: {
    readonly clusterId: string;
    readonly workerId: WorkerId;
  }): Promise<Worker | null>;
  /** Takes a free or expired lease under a new term, or renews one's own; `null` when another holds it. */
  acquireLease(input: {
    readonly clusterId: string;
    readonly name: string;
    readonly holder: string;
    readonly leaseMs: number;
  }): Promise<{ readonly term: number } | null>;
  /** Gives a lease back. One that is not held any more is no error. */
  releaseLease(input: { readonly clusterId: string; readonly lease: LeaseProof }): Promise<void>;
}
