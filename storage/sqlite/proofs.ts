/**
 * What a call may act on: the mode of its cluster, its bucket, its lease, a life of a worker.
 *
 * Looked up once per call and distinct bucket, inside the call's transaction.
 *
 * @module
 */

import type { BucketStatus } from "../../core/bucket.ts";
import type { ClusterMode } from "../../core/cluster.ts";
import type { BucketId, WorkerId } from "../../core/ids.ts";
import type { BucketProof, LeaseProof } from "../port.ts";
import type { BucketHolder } from "../sql/new_jobs.ts";
import type { Preparing, RowStatement } from "./connection.ts";
import type { Tables } from "../sql/table_names.ts";

/** Looks up what calls have to prove. */
export class Proofs {
  readonly #connection: Preparing;
  readonly #mode: RowStatement;
  readonly #bucket: RowStatement;
  readonly #lease: RowStatement;
  readonly #life: RowStatement;

  /** Looks up in `tables`. */
  constructor(connection: Preparing, tables: Tables) {
    this.#connection = connection;
    this.#mode = connection.prepareRows(
      `SELECT settings ->> 'mode' FROM ${tables.clusters} WHERE id = ?`,
    );
    this.#bucket = connection.prepareRows(
      `SELECT status, epoch, worker_id, agent_connection_id
FROM ${tables.buckets} WHERE cluster_id = ? AND id = ?`,
    );
    this.#lease = connection.prepareRows(
      `SELECT 1 FROM ${tables.leases}
WHERE cluster_id = ? AND name = ? AND holder = ? AND term = ? AND lease_until > ?`,
    );
    this.#life = connection.prepareRows(
      `SELECT 1 FROM ${tables.workers}
WHERE cluster_id = ? AND id = ? AND incarnation = ? AND status <> 'Dead'`,
    );
  }

  /** The mode of the cluster; `null` when there is no such cluster. */
  modeOf(clusterId: string): ClusterMode | null {
    const row = this.#mode.get(clusterId);
    return row === undefined ? null : row[0] as ClusterMode;
  }

  /** The bucket, if there is one. */
  bucket(clusterId: string, bucketId: BucketId): BucketHolder | null {
    const row = this.#bucket.get(clusterId, bucketId);
    if (row === undefined) return null;
    return {
      status: row[0] as BucketStatus,
      epoch: row[1] as number,
      workerId: row[2] as WorkerId | null,
      agentConnectionId: row[3] as string,
    };
  }

  /** The bucket, if the proof holds. */
  provenBucket(proof: BucketProof): BucketHolder | null {
    const bucket = this.bucket(proof.clusterId, proof.bucketId);
    return bucket?.epoch === proof.epoch ? bucket : null;
  }

  /** A lookup of buckets that asks the database once per bucket. */
  bucketsOf(clusterId: string): (bucketId: BucketId) => BucketHolder | null {
    const known = new Map<BucketId, BucketHolder | null>();
    return (bucketId) => {
      const seen = known.get(bucketId);
      if (seen !== undefined) return seen;
      const bucket = this.bucket(clusterId, bucketId);
      known.set(bucketId, bucket);
      return bucket;
    };
  }

  /** Whether the lease is held as the proof says and has not run out. */
  holdsLease(clusterId: string, { name, holder, term }: LeaseProof): boolean {
    const nowMs = this.#connection.clock.now();
    return this.#lease.get(clusterId, name, holder, term, nowMs) !== undefined;
  }

  /** Whether this life of the worker is registered and was not declared dead. */
  isAlive(clusterId: string, workerId: WorkerId | null, incarnation: number): boolean {
    return workerId !== null && this.#life.get(clusterId, workerId, incarnation) !== undefined;
  }
}
