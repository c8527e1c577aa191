/**
 * What a call may act on: the mode of its cluster, its buckets, its lease, a life of a worker.
 *
 * Transactions see what others commit meanwhile, so what a call relies on is locked in share mode until its commit:
 * whoever takes it away waits. Leases are locked before lives, those before buckets, always.
 *
 * @module
 */

import type { BucketStatus } from "../../core/bucket.ts";
import type { ClusterMode } from "../../core/cluster.ts";
import type { BucketId, WorkerId } from "../../core/ids.ts";
import type { BucketProof, LeaseProof } from "../port.ts";
import { type Dialect, jsonBatch } from "./dialect.ts";
import type { BucketHolder } from "./new_jobs.ts";
import { fixed, type Row, type Session, type Statement, type Transaction } from "./session.ts";
import type { Tables } from "./table_names.ts";
import { compareText } from "./text_order.ts";

/** Looks up what calls have to prove. */
export class Proofs {
  readonly #sql: ReturnType<typeof statements>;

  /** Looks up in `tables`. */
  constructor(tables: Tables, dialect: Dialect) {
    this.#sql = statements(tables, dialect);
  }

  /** The mode of the cluster; `null` when there is no such cluster. Not locked. */
  async modeOf(session: Session, clusterId: string): Promise<ClusterMode | null> {
    const [row] = await session.rows(this.#sql.mode, [clusterId]);
    return row === undefined ? null : row[0] as ClusterMode;
  }

  /** Those of the buckets that exist, by id; locked in share mode, one after the other by id. One statement, or none. */
  async bucketsOf(
    transaction: Transaction,
    clusterId: string,
    ids: Iterable<BucketId>,
  ): Promise<ReadonlyMap<BucketId, BucketHolder>> {
    const distinct = [...new Set(ids)].sort(compareText);
    if (distinct.length === 0) return new Map();
    const batch = jsonBatch(distinct.map((id) => ({ id })));
    const rows = await transaction.rows(this.#sql.buckets, [batch, clusterId]);
    return new Map(rows.map((row) => [row[4] as BucketId, holderOf(row)]));
  }

  /** The bucket, locked in share mode, if the proof holds. */
  provenBucket(transaction: Transaction, proof: BucketProof): Promise<BucketHolder | null> {
    return this.#bucket(transaction, this.#sql.lockedBucket, proof);
  }

  /** The bucket, if the proof holds at this moment; not locked, for reads. */
  seenBucket(session: Session, proof: BucketProof): Promise<BucketHolder | null> {
    return this.#bucket(session, this.#sql.bucket, proof);
  }

  async #bucket(
    session: Session,
    statement: Statement,
    { clusterId, bucketId, epoch }: BucketProof,
  ): Promise<BucketHolder | null> {
    const [row] = await session.rows(statement, [clusterId, bucketId]);
    const bucket = row === undefined ? null : holderOf(row);
    return bucket?.epoch === epoch ? bucket : null;
  }

  /** Whether the lease is held as the proof says and has not run out; locked in share mode. */
  async holdsLease(
    transaction: Transaction,
    clusterId: string,
    { name, holder, term }: LeaseProof,
  ): Promise<boolean> {
    const rows = await transaction.rows(this.#sql.lease, [clusterId, name, holder, term]);
    return rows.length === 1;
  }

  /** Whether this life of the worker is registered and was not declared dead; locked in share mode. */
  async isAlive(
    transaction: Transaction,
    clusterId: string,
    { workerId, incarnation }: { readonly workerId: WorkerId | null; readonly incarnation: number },
  ): Promise<boolean> {
    if (workerId === null) return false;
    const rows = await transaction.rows(this.#sql.life, [clusterId, workerId, incarnation]);
    return rows.length === 1;
  }
}

function holderOf(row: Row): BucketHolder {
  return {
    status: row[0] as BucketStatus,
    epoch: row[1] as number,
    workerId: row[2] as WorkerId | null,
    agentConnectionId: row[3] as string,
  };
}

function statements({ clusters, buckets, leases, workers }: Tables, dialect: Dialect) {
  const { forShare, clockMs } = dialect;
  const bucket = `SELECT status, epoch, worker_id, agent_connection_id
FROM ${buckets} WHERE cluster_id = ? AND id = ?`;
  return {
    mode: fixed(`SELECT mode FROM ${clusters} WHERE id = ?`),
    bucket: fixed(bucket),
    lockedBucket: fixed(`${bucket} ${forShare}`),
    buckets: fixed(dialect.selectListed({
      table: buckets,
      batch: { id: "text" },
      columns: "t.status, t.epoch, t.worker_id, t.agent_connection_id, t.id",
      lock: "share",
    })),
    // Nobody else can take a locked lease, so one that runs out during the transaction does no harm.
    lease: fixed(
      `SELECT 1 FROM ${leases}
WHERE cluster_id = ? AND name = ? AND holder = ? AND term = ? AND lease_until > ${clockMs}
${forShare}`,
    ),
    life: fixed(
      `SELECT 1 FROM ${workers}
WHERE cluster_id = ? AND id = ? AND incarnation = ? AND status <> 'Dead' ${forShare}`,
    ),
  };
}
