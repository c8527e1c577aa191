/**
 * The buckets.
 *
 * @module
 */

import { type Bucket, isLegalBucketStep } from "../../core/bucket.ts";
import type { BucketId } from "../../core/ids.ts";
import type { BucketStore, NewBucket } from "../port.ts";
import { CLAIMED, PRIORITY, UNCLAIMED } from "../sql/codes.ts";
import type { SqliteConnection } from "./connection.ts";
import { allOf, bucketConditions, condition } from "../sql/filters.ts";
import type { Proofs } from "./proofs.ts";
import { bucketOf, type Fields } from "../sql/rows.ts";
import type { Tables } from "../sql/table_names.ts";

type Input<Method extends keyof BucketStore> = Parameters<BucketStore[Method]>[0];
type Output<Method extends keyof BucketStore> = Awaited<ReturnType<BucketStore[Method]>>;

/** The buckets in SQLite. */
export class SqliteBucketStore implements BucketStore {
  readonly #connection: SqliteConnection;
  readonly #buckets: string;
  readonly #proofs: Proofs;
  readonly #sql: ReturnType<typeof statements>;

  /** Works on `tables`. */
  constructor(connection: SqliteConnection, tables: Tables, proofs: Proofs) {
    this.#connection = connection;
    this.#buckets = tables.buckets;
    this.#proofs = proofs;
    this.#sql = statements(connection, tables);
  }

  /** See {@linkcode BucketStore.create}. */
  create({ clusterId, buckets }: Input<"create">): Promise<Output<"create">> {
    return this.#connection.write(() => {
      const owned = buckets.every(({ workerId, incarnation }) =>
        this.#proofs.isAlive(clusterId, workerId, incarnation)
      );
      if (!owned) return "not_owner";
      const isDraining = ({ agentConnectionId }: NewBucket) =>
        this.#sql.draining.get(clusterId, agentConnectionId) !== undefined;
      if (buckets.some(isDraining)) return "agent_draining";
      return buckets.map((bucket) => this.#create(clusterId, bucket));
    }, buckets.length);
  }

  #create(clusterId: string, bucket: NewBucket): Bucket {
    this.#sql.create.run(
      clusterId,
      bucket.id,
      PRIORITY[bucket.priority],
      bucket.lane,
      bucket.agentConnectionId,
      bucket.workerId,
      bucket.incarnation,
      bucket.color,
      bucket.createdAtMs,
      bucket.createdAtMs,
    );
    return this.#load(clusterId, bucket.id);
  }

  /** See {@linkcode BucketStore.list}. */
  list({ clusterId, filter, limit }: Input<"list">): Promise<readonly Bucket[]> {
    const { sql, values } = allOf([
      condition("cluster_id = ?", clusterId),
      ...bucketConditions(filter),
    ]);
    const text = `SELECT * FROM ${this.#buckets} WHERE ${sql} ORDER BY id LIMIT ?`;
    return this.#connection.read(() =>
      (this.#connection.prepare(text).all(...values, limit) as readonly Fields[]).map(bucketOf)
    );
  }

  /** See {@linkcode BucketStore.find}. */
  find({ clusterId, bucketId }: Input<"find">): Promise<Bucket | null> {
    return this.#connection.read(() => {
      const row = this.#sql.find.get(clusterId, bucketId) as Fields | undefined;
      return row === undefined ? null : bucketOf(row);
    });
  }

  /** See {@linkcode BucketStore.step}. */
  step(input: Input<"step">): Promise<Output<"step">> {
    return this.#connection.write(() => this.#step(input));
  }

  #step(input: Input<"step">): Output<"step"> {
    const { clusterId, bucketId, from, to, owner, nowMs } = input;
    const bucket = this.#proofs.provenBucket(input);
    if (bucket === null) return "not_owner";
    if (bucket.status !== from || !isLegalBucketStep(from, to)) return "conflict";
    if (
      owner !== undefined && !this.#proofs.isAlive(clusterId, owner.workerId, owner.incarnation)
    ) {
      return "not_owner";
    }
    if (to === "Lost" || to === "ReadyToDelete") {
      this.#sql.disown.run(to, nowMs, clusterId, bucketId);
    } else if (owner === undefined) {
      this.#sql.step.run(to, nowMs, clusterId, bucketId);
    } else {
      const { workerId, incarnation } = owner;
      this.#sql.handOver.run(to, nowMs, workerId, incarnation, clusterId, bucketId);
    }
    return this.#load(clusterId, bucketId);
  }

  /** See {@linkcode BucketStore.renewEpoch}. */
  renewEpoch(input: Input<"renewEpoch">): Promise<Output<"renewEpoch">> {
    const { clusterId, bucketId, workerId, incarnation } = input;
    return this.#connection.write(() => {
      const bucket = this.#proofs.provenBucket(input);
      if (bucket?.status !== "Active" || bucket.workerId !== workerId) return "not_owner";
      if (!this.#proofs.isAlive(clusterId, workerId, incarnation)) return "not_owner";
      this.#sql.renew.run(incarnation, clusterId, bucketId);
      return this.#load(clusterId, bucketId);
    });
  }

  /** See {@linkcode BucketStore.remove}. */
  remove({ clusterId, bucketId }: Input<"remove">): Promise<Output<"remove">> {
    return this.#connection.write(() => {
      if (this.#proofs.bucket(clusterId, bucketId)?.status !== "ReadyToDelete") return "conflict";
      if (this.#sql.jobIn.get(clusterId, bucketId) !== undefined) return "not_empty";
      this.#sql.remove.run(clusterId, bucketId);
      return "removed";
    });
  }

  #load(clusterId: string, bucketId: BucketId): Bucket {
    return bucketOf(this.#sql.find.get(clusterId, bucketId) as Fields);
  }
}

function statements(connection: SqliteConnection, { buckets, connections, jobs }: Tables) {
  const one = "WHERE cluster_id = ? AND id = ?";
  const step = `UPDATE ${buckets} SET status = ?, status_changed_at = ?`;
  const jobIn = (index: string, part: string) =>
    `SELECT 1 FROM ${jobs} INDEXED BY ${jobs}_${index}
WHERE cluster_id = ?1 AND bucket_id = ?2 AND ${part}`;
  return {
    create: connection.prepare(
      `INSERT INTO ${buckets} (cluster_id, id, status, priority, lane, agent_connection_id,
  worker_id, incarnation, epoch, color, created_at, status_changed_at)
VALUES (?, ?, 'Active', ?, ?, ?, ?, ?, 1, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ),
    draining: connection.prepareRows(
      `SELECT 1 FROM ${connections} WHERE cluster_id = ? AND name = ? AND draining_at IS NOT NULL`,
    ),
    find: connection.prepare(`SELECT * FROM ${buckets} ${one}`),
    step: connection.prepare(`${step} ${one}`),
    disown: connection.prepare(
      `${step}, worker_id = NULL, incarnation = NULL, epoch = epoch + 1 ${one}`,
    ),
    handOver: connection.prepare(
      `${step}, worker_id = ?, incarnation = ?, epoch = epoch + 1 ${one}`,
    ),
    renew: connection.prepare(
      `UPDATE ${buckets} SET incarnation = ?, epoch = epoch + 1 ${one}`,
    ),
    jobIn: connection.prepareRows(
      `${jobIn("claimed", CLAIMED)} UNION ALL ${jobIn("unclaimed", UNCLAIMED)} LIMIT 1`,
    ),
    remove: connection.prepare(`DELETE FROM ${buckets} ${one}`),
  };
}
