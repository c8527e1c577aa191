/**
 * The workers and the leases.
 *
 * @module
 */

import type { BucketId, WorkerId } from "../../core/ids.ts";
import type { Worker } from "../../core/worker.ts";
import type { WorkerLife, WorkerStore } from "../port.ts";
import type { SqliteConnection } from "./connection.ts";
import type { Proofs } from "./proofs.ts";
import { type Fields, workerOf } from "../sql/rows.ts";
import type { Tables } from "../sql/table_names.ts";

type Input<Method extends keyof WorkerStore> = Parameters<WorkerStore[Method]>[0];
type Output<Method extends keyof WorkerStore> = Awaited<ReturnType<WorkerStore[Method]>>;

/** The workers and the leases in SQLite. */
export class SqliteWorkerStore implements WorkerStore {
  readonly #connection: SqliteConnection;
  readonly #proofs: Proofs;
  readonly #sql: ReturnType<typeof statements>;

  /** Works on `tables`. */
  constructor(connection: SqliteConnection, tables: Tables, proofs: Proofs) {
    this.#connection = connection;
    this.#proofs = proofs;
    this.#sql = statements(connection, tables);
  }

  /** See {@linkcode WorkerStore.register}. */
  register({ worker, leaseMs }: Input<"register">): Promise<Worker> {
    return this.#connection.write(() => {
      const { clusterId } = worker;
      const nowMs = this.#connection.clock.now();
      const issued = this.#sql.issue.get(clusterId) as Fields;
      this.#sql.register.run(
        clusterId,
        worker.id,
        worker.name,
        worker.mode,
        worker.lane,
        worker.agentConnectionId,
        worker.parallelism,
        issued.last as number,
        worker.host,
        worker.processId,
        worker.createdAtMs,
        nowMs,
        nowMs + leaseMs,
      );
      return workerOf(this.#sql.find.get(clusterId, worker.id) as Fields);
    });
  }

  /** See {@linkcode WorkerStore.renew}. */
  renew({ clusterId, workerId, incarnation, leaseMs }: Input<"renew">): Promise<Output<"renew">> {
    return this.#connection.write(() => {
      const nowMs = this.#connection.clock.now();
      const life = [clusterId, workerId, incarnation] as const;
      const { changes } = this.#sql.renew.run(nowMs, nowMs + leaseMs, ...life);
      return changes === 1 ? "renewed" : "lost";
    });
  }

  /** See {@linkcode WorkerStore.stopping}. */
  stopping({ clusterId, workerId, incarnation }: WorkerLife): Promise<"marked" | "lost"> {
    return this.#connection.write(() => {
      const { changes } = this.#sql.stop.run(clusterId, workerId, incarnation);
      return changes === 1 ? "marked" : "lost";
    });
  }

  /** See {@linkcode WorkerStore.remove}. */
  async remove({ clusterId, workerId, incarnation, nowMs }: Input<"remove">): Promise<void> {
    await this.#connection.write(() => {
      const { changes } = this.#sql.remove.run(clusterId, workerId, incarnation);
      if (changes === 1) this.#sql.loseOwned.run(nowMs, clusterId, workerId);
    });
  }

  /** See {@linkcode WorkerStore.expire}. */
  expire(input: Input<"expire">): Promise<Output<"expire">> {
    const { clusterId, lease, forgetAfterMs, nowMs } = input;
    return this.#connection.write(() => {
      if (!this.#proofs.holdsLease(clusterId, lease)) return "lease_lost";
      const clockMs = this.#connection.clock.now();
      const dead = this.#sql.expire.all(clusterId, clockMs) as readonly Fields[];
      const lost = this.#sql.loseOwnerless.all(nowMs, clusterId) as readonly Fields[];
      this.#sql.forget.run(clusterId, clockMs - forgetAfterMs);
      return {
        workers: dead.map(({ id }) => id as WorkerId),
        buckets: lost.map(({ id }) => id as BucketId),
      };
    });
  }

  /** See {@linkcode WorkerStore.list}. */
  list({ clusterId, limit }: Input<"list">): Promise<readonly Worker[]> {
    return this.#connection.read(() =>
      (this.#sql.list.all(clusterId, limit) as readonly Fields[]).map(workerOf)
    );
  }

  /** See {@linkcode WorkerStore.find}. */
  find({ clusterId, workerId }: Input<"find">): Promise<Worker | null> {
    return this.#connection.read(() => {
      const row = this.#sql.find.get(clusterId, workerId) as Fields | undefined;
      return row === undefined ? null : workerOf(row);
    });
  }

  /** See {@linkcode WorkerStore.acquireLease}. */
  acquireLease(input: Input<"acquireLease">): Promise<Output<"acquireLease">> {
    const { clusterId, name, holder, leaseMs } = input;
    return this.#connection.write(() => {
      const nowMs = this.#connection.clock.now();
      const granted = this.#sql.acquire.get({
        clusterId,
        name,
        holder,
        nowMs,
        untilMs: nowMs + leaseMs,
      }) as Fields | undefined;
      return granted === undefined ? null : { term: granted.term as number };
    });
  }

  /** See {@linkcode WorkerStore.releaseLease}. */
  async releaseLease({ clusterId, lease }: Input<"releaseLease">): Promise<void> {
    const { name, holder, term } = lease;
    await this.#connection.write(() => void this.#sql.free.run(clusterId, name, holder, term));
  }
}

function statements(connection: SqliteConnection, tables: Tables) {
  return { ...lifeStatements(connection, tables), ...leaseStatements(connection, tables) };
}

function lifeStatements(connection: SqliteConnection, tables: Tables) {
  const { workers, incarnations, buckets } = tables;
  const life = "WHERE cluster_id = ? AND id = ? AND incarnation = ?";
  const lose = `UPDATE ${buckets} SET status = 'Lost', worker_id = NULL, incarnation = NULL,
  epoch = epoch + 1, status_changed_at = ?
WHERE cluster_id = ? AND status NOT IN ('Lost', 'ReadyToDelete')`;
  return {
    issue: connection.prepare(
      `INSERT INTO ${incarnations} (cluster_id, last) VALUES (?, 1)
ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last`,
    ),
    register: connection.prepare(
      `INSERT OR REPLACE INTO ${workers} (cluster_id, id, name, mode, lane, agent_connection_id,
  parallelism, incarnation, status, host, process_id, created_at, heartbeat_at, lease_until)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'Active', ?, ?, ?, ?, ?)`,
    ),
    renew: connection.prepare(
      `UPDATE ${workers} SET heartbeat_at = ?, lease_until = ? ${life} AND status <> 'Dead'`,
    ),
    stop: connection.prepare(
      `UPDATE ${workers} SET status = 'Stopping' ${life} AND status <> 'Dead'`,
    ),
    remove: connection.prepare(`DELETE FROM ${workers} ${life}`),
    loseOwned: connection.prepare(`${lose} AND worker_id = ?`),
    expire: connection.prepare(
      `UPDATE ${workers} SET status = 'Dead'
WHERE cluster_id = ? AND status <> 'Dead' AND lease_until <= ? RETURNING id`,
    ),
    loseOwnerless: connection.prepare(
      `${lose} AND NOT EXISTS (
  SELECT 1 FROM ${workers} AS w
  WHERE w.cluster_id = ${buckets}.cluster_id AND w.id = ${buckets}.worker_id
    AND w.incarnation = ${buckets}.incarnation AND w.status <> 'Dead'
) RETURNING id`,
    ),
    forget: connection.prepare(
      `DELETE FROM ${workers} WHERE cluster_id = ? AND status = 'Dead' AND lease_until <= ?`,
    ),
    list: connection.prepare(
      `SELECT * FROM ${workers} WHERE cluster_id = ? ORDER BY id LIMIT ?`,
    ),
    find: connection.prepare(`SELECT * FROM ${workers} WHERE cluster_id = ? AND id = ?`),
  };
}

function leaseStatements(connection: SqliteConnection, { leases }: Tables) {
  return {
    acquire: connection.prepare(
      `INSERT INTO ${leases} AS held (cluster_id, name, holder, term, lease_until)
VALUES (:clusterId, :name, :holder, 1, :untilMs)
ON CONFLICT DO UPDATE SET
  term = iif(held.holder = :holder AND held.lease_until > :nowMs, held.term, held.term + 1),
  holder = :holder,
  lease_until = :untilMs
WHERE held.holder IS NULL OR held.holder = :holder OR held.lease_until <= :nowMs
RETURNING term`,
    ),
    free: connection.prepare(
      `UPDATE ${leases} SET holder = NULL
WHERE cluster_id = ? AND name = ? AND holder = ? AND term = ?`,
    ),
  };
}
