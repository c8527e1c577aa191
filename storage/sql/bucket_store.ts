/**
 * The buckets.
 *
 * Whoever steps or deletes a bucket holds it alone until the commit, whoever places jobs in it holds it in share mode:
 * what a step has been decided on does not change under it. Lives are locked before buckets.
 *
 * @module
 */

import { type Bucket, isLegalBucketStep } from "../../core/bucket.ts";
import type { BucketId } from "../../core/ids.ts";
import type { BucketStore, NewBucket } from "../port.ts";
import { columnsOf } from "./batches.ts";
import { PRIORITY } from "./codes.ts";
import { BUCKETS } from "./columns.ts";
import { type Dialect, jsonBatch } from "./dialect.ts";
import { named } from "./fields.ts";
import { allOf, bucketConditions, condition } from "./filters.ts";
import type { Proofs } from "./proofs.ts";
import { bucketOf } from "./rows.ts";
import { liveParts } from "./schema.ts";
import { composed, fixed, type Row, type SqlDatabase, type Transaction } from "./session.ts";
import type { Tables } from "./table_names.ts";
import { compareText } from "./text_order.ts";

type Input<Method extends keyof BucketStore> = Parameters<BucketStore[Method]>[0];
type Output<Method extends keyof BucketStore> = Awaited<ReturnType<BucketStore[Method]>>;

const COLUMNS = Object.keys(BUCKETS);
const fieldsOf = named(COLUMNS);

/** What is given of a new bucket. */
const GIVEN = [
  "id",
  "priority",
  "lane",
  "agent_connection_id",
  "worker_id",
  "incarnation",
  "color",
  "created_at",
] as const;

/** The buckets on a server. */
export class SqlBucketStore implements BucketStore {
  readonly #database: SqlDatabase;
  readonly #proofs: Proofs;
  readonly #select: string;
  readonly #sql: ReturnType<typeof statements>;

  /** Works on `tables`. */
  constructor(database: SqlDatabase, tables: Tables, proofs: Proofs) {
    this.#database = database;
    this.#proofs = proofs;
    this.#select = `SELECT ${COLUMNS.join(", ")} FROM ${tables.buckets}`;
    this.#sql = statements(tables, database.dialect);
  }

  /** See {@linkcode BucketStore.create}. */
  async create({ clusterId, buckets }: Input<"create">): Promise<Output<"create">> {
    if (buckets.length === 0) return [];
    const batch = jsonBatch(
      distinct(buckets).map((bucket) => ({
        id: bucket.id,
        priority: PRIORITY[bucket.priority],
        lane: bucket.lane,
        agent_connection_id: bucket.agentConnectionId,
        worker_id: bucket.workerId,
        incarnation: bucket.incarnation,
        color: bucket.color,
        created_at: bucket.createdAtMs,
      })),
    );
    return await this.#database.write(async (tx) => {
      if (!await this.#areAlive(tx, clusterId, buckets)) return "not_owner";
      if (await this.#isDraining(tx, clusterId, buckets)) return "agent_draining";
      const [, rows] = await Promise.all([
        tx.run(this.#sql.create, [clusterId, batch]),
        tx.rows(this.#sql.created, [batch, clusterId]),
      ]);
      const stored = new Map(rows.map(bucketIn).map((bucket) => [bucket.id, bucket]));
      return buckets.map(({ id }) => stored.get(id)!);
    });
  }

  /** Asks once per life. */
  async #areAlive(
    tx: Transaction,
    clusterId: string,
    buckets: readonly NewBucket[],
  ): Promise<boolean> {
    const lives = new Map(
      buckets.map(({ workerId, incarnation }) => [
        JSON.stringify([workerId, incarnation]),
        { workerId, incarnation },
      ]),
    );
    const sorted = [...lives].sort(([a], [b]) => compareText(a, b));
    const alive = await Promise.all(
      sorted.map(([, life]) => this.#proofs.isAlive(tx, clusterId, life)),
    );
    return alive.every((each) => each);
  }

  /** Whether one of their agent connections drains; each is locked in share mode, so none begins to until the commit. */
  async #isDraining(
    tx: Transaction,
    clusterId: string,
    buckets: readonly NewBucket[],
  ): Promise<boolean> {
    const names = new Set(buckets.map(({ agentConnectionId }) => agentConnectionId));
    const rows = await Promise.all(
      [...names].sort(compareText).map((name) => tx.rows(this.#sql.agent, [clusterId, name])),
    );
    return rows.some(([row]) => (row?.[0] ?? null) !== null);
  }

  /** See {@linkcode BucketStore.list}. */
  async list({ clusterId, filter, limit }: Input<"list">): Promise<readonly Bucket[]> {
    if (filter.statuses?.length === 0) return [];
    const { sql, values } = allOf([
      condition("cluster_id = ?", clusterId),
      ...bucketConditions(filter),
    ]);
    const statement = composed(`${this.#select} WHERE ${sql} ORDER BY id LIMIT ?`);
    return await this.#database.read(async (session) =>
      (await session.rows(statement, [...values, limit])).map(bucketIn)
    );
  }

  /** See {@linkcode BucketStore.find}. */
  find({ clusterId, bucketId }: Input<"find">): Promise<Bucket | null> {
    return this.#database.read(async (session) => {
      const [row] = await session.rows(this.#sql.find, [clusterId, bucketId]);
      return row === undefined ? null : bucketIn(row);
    });
  }

  /** See {@linkcode BucketStore.step}. */
  step(input: Input<"step">): Promise<Output<"step">> {
    const { clusterId, bucketId, epoch, from, to, owner, nowMs } = input;
    return this.#database.write(async (tx) => {
      const [alive, held] = await Promise.all([
        owner === undefined ? true : this.#proofs.isAlive(tx, clusterId, owner),
        this.#lock(tx, clusterId, bucketId),
      ]);
      if (held?.bucket.epoch !== epoch) return "not_owner";
      if (held.bucket.status !== from || !isLegalBucketStep(from, to)) return "conflict";
      if (!alive) return "not_owner";
      const changed = { ...held.bucket, status: to, statusChangedAtMs: nowMs };
      const next = { ...changed, epoch: epoch + 1 };
      if (to === "Lost" || to === "ReadyToDelete") {
        return this.#save(tx, { ...next, workerId: null }, null);
      }
      return owner === undefined
        ? this.#save(tx, changed, held.incarnation)
        : this.#save(tx, { ...next, workerId: owner.workerId }, owner.incarnation);
    });
  }

  /** See {@linkcode BucketStore.renewEpoch}. */
  renewEpoch(input: Input<"renewEpoch">): Promise<Output<"renewEpoch">> {
    const { clusterId, bucketId, epoch, workerId, incarnation } = input;
    return this.#database.write(async (tx) => {
      const [alive, held] = await Promise.all([
        this.#proofs.isAlive(tx, clusterId, input),
        this.#lock(tx, clusterId, bucketId),
      ]);
      const owned = held?.bucket.epoch === epoch && held.bucket.workerId === workerId;
      if (!owned || held.bucket.status !== "Active" || !alive) return "not_owner";
      return this.#save(tx, { ...held.bucket, epoch: epoch + 1 }, incarnation);
    });
  }

  /** See {@linkcode BucketStore.remove}. */
  remove({ clusterId, bucketId }: Input<"remove">): Promise<Output<"remove">> {
    return this.#database.write(async (tx) => {
      const [held, [occupied]] = await Promise.all([
        this.#lock(tx, clusterId, bucketId),
        tx.rows(this.#sql.occupied, [clusterId, bucketId, clusterId, bucketId]),
      ]);
      if (held?.bucket.status !== "ReadyToDelete") return "conflict";
      if (occupied![0] === 1) return "not_empty";
      tx.last(this.#sql.remove, [clusterId, bucketId]);
      return "removed";
    });
  }

  /** The bucket and its owner's life, held alone until the commit. */
  async #lock(tx: Transaction, clusterId: string, bucketId: BucketId): Promise<HeldBucket | null> {
    const [row] = await tx.rows(this.#sql.lock, [clusterId, bucketId]);
    if (row === undefined) return null;
    const fields = fieldsOf(row);
    return { bucket: bucketOf(fields), incarnation: fields.incarnation as number | null };
  }

  /** Writes what a locked bucket becomes. */
  #save(tx: Transaction, bucket: Bucket, incarnation: number | null): Bucket {
    const { status, workerId, epoch, statusChangedAtMs, clusterId, id } = bucket;
    tx.last(this.#sql.save, [
      ...[status, workerId, incarnation, epoch, statusChangedAtMs],
      ...[clusterId, id],
    ]);
    return bucket;
  }
}

/** A locked bucket. */
interface HeldBucket {
  readonly bucket: Bucket;
  /** Its owner's life. */
  readonly incarnation: number | null;
}

function bucketIn(row: Row): Bucket {
  return bucketOf(fieldsOf(row));
}

/** The first of each id, by id: the order in which rows are made, so that two calls never wait for each other. */
function distinct(buckets: readonly NewBucket[]): readonly NewBucket[] {
  const firstById = new Map(buckets.toReversed().map((bucket) => [bucket.id, bucket]));
  return [...firstById.values()].sort((a, b) => compareText(a.id, b.id));
}

function statements({ buckets, connections, jobs }: Tables, dialect: Dialect) {
  const one = "WHERE cluster_id = ? AND id = ?";
  const columns = (alias: string) => COLUMNS.map((column) => `${alias}.${column}`).join(", ");
  const { claimed, unclaimed } = liveParts(dialect);
  const jobIn = ({ index, key, condition }: typeof claimed) =>
    `EXISTS (
  SELECT 1 FROM ${jobs} ${dialect.byIndex(`${jobs}_${index}`)}
  WHERE cluster_id = ? AND ${key} = ? AND ${condition}
)`;
  const given = (names: readonly string[]) =>
    dialect.jsonTable("?", "given", columnsOf(BUCKETS, names));
  return {
    create: fixed(
      `INSERT INTO ${buckets} (cluster_id, id, status, priority, lane, agent_connection_id,
  worker_id, incarnation, epoch, color, created_at, status_changed_at)
SELECT ?, given.id, 'Active', given.priority, given.lane, given.agent_connection_id,
  given.worker_id, given.incarnation, 1, given.color, given.created_at, given.created_at
FROM ${given(GIVEN)} WHERE 1 = 1 ${dialect.orIgnore(buckets)}`,
    ),
    created: fixed(
      `SELECT ${columns("b")} FROM ${given(["id"])}
${dialect.join} ${buckets} AS b ON b.cluster_id = ? AND b.id = given.id`,
    ),
    agent: fixed(
      `SELECT draining_at FROM ${connections} WHERE cluster_id = ? AND name = ? ${dialect.forShare}`,
    ),
    find: fixed(`SELECT ${COLUMNS.join(", ")} FROM ${buckets} ${one}`),
    lock: fixed(
      `SELECT ${columns("b")} FROM ${buckets} AS b
WHERE b.cluster_id = ? AND b.id = ? ${dialect.forUpdate("b")}`,
    ),
    save: fixed(
      `UPDATE ${buckets} SET status = ?, worker_id = ?, incarnation = ?, epoch = ?,
  status_changed_at = ? ${one}`,
    ),
    occupied: fixed(
      `SELECT CASE WHEN ${jobIn(claimed)} OR ${jobIn(unclaimed)} THEN 1 ELSE 0 END`,
    ),
    remove: fixed(`DELETE FROM ${buckets} ${one}`),
  };
}
