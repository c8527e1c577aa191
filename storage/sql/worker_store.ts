/**
 * The workers and the leases.
 *
 * Heartbeats and leases have a connection of their own: a busy pool must not cost a node its lease.
 *
 * @module
 */

import type { WorkerId } from "../../core/ids.ts";
import type { Worker } from "../../core/worker.ts";
import type { NewWorker, WorkerLife, WorkerStore } from "../port.ts";
import { BucketLosing } from "./bucket_losing.ts";
import { jsonBatch } from "./dialect.ts";
import { named } from "./fields.ts";
import type { Proofs } from "./proofs.ts";
import { workerOf } from "./rows.ts";
import type { Row, SqlServer, SqlValue, Statement, Transaction } from "./session.ts";
import type { Tables } from "./table_names.ts";
import { WORKER_COLUMNS, workerStatements } from "./worker_statements.ts";

type Input<Method extends keyof WorkerStore> = Parameters<WorkerStore[Method]>[0];
type Output<Method extends keyof WorkerStore> = Awaited<ReturnType<WorkerStore[Method]>>;

const fieldsOf = named(WORKER_COLUMNS);

/** The workers and the leases on a server. */
export class SqlWorkerStore implements WorkerStore {
  readonly #server: SqlServer;
  readonly #proofs: Proofs;
  readonly #losing: BucketLosing;
  readonly #sql: ReturnType<typeof workerStatements>;

  /** Works on `tables`. */
  constructor(server: SqlServer, tables: Tables, proofs: Proofs) {
    this.#server = server;
    this.#proofs = proofs;
    this.#losing = new BucketLosing(tables, server.dialect);
    this.#sql = workerStatements(tables, server.dialect);
  }

  /** See {@linkcode WorkerStore.register}. */
  register({ worker, leaseMs }: Input<"register">): Promise<Worker> {
    return this.#server.write(async (tx) => {
      const [, [issued]] = await Promise.all([
        tx.run(this.#sql.issue, [worker.clusterId]),
        tx.rows(this.#sql.issued, [worker.clusterId]),
      ]);
      const [incarnation, nowMs] = issued as readonly [number, number];
      const life = { ...worker, incarnation, status: "Active", heartbeatAtMs: nowMs } as const;
      tx.last(this.#sql.register, workerValues(life, nowMs + leaseMs));
      return { ...life, leaseUntilMs: nowMs + leaseMs };
    });
  }

  /** See {@linkcode WorkerStore.renew}. */
  renew({ leaseMs, ...life }: Input<"renew">): Promise<Output<"renew">> {
    return this.#server.reserved.write(async (tx) =>
      await this.#changeLife(tx, life, [this.#sql.renew, [leaseMs]]) ? "renewed" : "lost"
    );
  }

  /** See {@linkcode WorkerStore.stopping}. */
  stopping(life: WorkerLife): Promise<"marked" | "lost"> {
    return this.#server.reserved.write(async (tx) =>
      await this.#changeLife(tx, life, [this.#sql.stop, []]) ? "marked" : "lost"
    );
  }

  /** See {@linkcode WorkerStore.remove}. */
  async remove({ nowMs, ...life }: Input<"remove">): Promise<void> {
    const { clusterId, workerId, incarnation } = life;
    await this.#server.write(async (tx) => {
      const removed = await tx.run(this.#sql.remove, [clusterId, workerId, incarnation]);
      if (removed === 1) await this.#losing.owned(tx, { clusterId, workerId, nowMs });
    });
  }

  /** See {@linkcode WorkerStore.expire}. */
  expire(input: Input<"expire">): Promise<Output<"expire">> {
    const { clusterId, lease, nowMs } = input;
    return this.#server.write(async (tx) => {
      const [held, candidates] = await Promise.all([
        this.#proofs.holdsLease(tx, clusterId, lease),
        tx.rows(this.#sql.expired, [clusterId, input.forgetAfterMs]),
      ]);
      if (!held) return "lease_lost";
      const workers = await this.#bury(tx, input, candidates);
      return { workers, buckets: await this.#losing.ownerless(tx, clusterId, nowMs) };
    });
  }

  /** Marks candidates `Dead` and deletes those to forget, if they are as they were seen; answers the marked ones, by id. */
  async #bury(
    tx: Transaction,
    { clusterId, forgetAfterMs }: Input<"expire">,
    candidates: readonly Row[],
  ): Promise<readonly WorkerId[]> {
    if (candidates.length === 0) return [];
    const batch = (ids: readonly SqlValue[]) => jsonBatch(ids.map((id) => ({ id })));
    const ids = batch(candidates.map(([id]) => id!));
    const locked = await tx.rows(this.#sql.lock, [forgetAfterMs, ids, clusterId]);
    const dead = locked.filter(([, status]) => status !== "Dead").map(([id]) => id!);
    const forgotten = locked.filter(([, , forget]) => forget === 1).map(([id]) => id!);
    if (dead.length > 0) await tx.run(this.#sql.bury, [batch(dead), clusterId]);
    if (forgotten.length > 0) await tx.run(this.#sql.forget, [batch(forgotten), clusterId]);
    return dead as readonly WorkerId[];
  }

  /** See {@linkcode WorkerStore.list}. */
  list({ clusterId, limit }: Input<"list">): Promise<readonly Worker[]> {
    return this.#server.read(async (session) =>
      (await session.rows(this.#sql.list, [clusterId, limit])).map(workerIn)
    );
  }

  /** See {@linkcode WorkerStore.find}. */
  find({ clusterId, workerId }: Input<"find">): Promise<Worker | null> {
    return this.#server.read(async (session) => {
      const [row] = await session.rows(this.#sql.find, [clusterId, workerId]);
      return row === undefined ? null : workerIn(row);
    });
  }

  /** See {@linkcode WorkerStore.acquireLease}. */
  acquireLease(input: Input<"acquireLease">): Promise<Output<"acquireLease">> {
    const { clusterId, name, holder, leaseMs } = input;
    return this.#server.reserved.write(async (tx) => {
      const held = await this.#lockLease(tx, clusterId, name);
      const own = held.holder === holder && held.valid;
      if (held.holder !== null && held.holder !== holder && held.valid) return null;
      const term = own ? held.term : held.term + 1;
      tx.last(this.#sql.grant, [holder, term, leaseMs, clusterId, name]);
      return { term };
    });
  }

  /** The lease, locked; made when there is none. Term 0: never granted. */
  async #lockLease(tx: Transaction, clusterId: string, name: string): Promise<HeldLease> {
    const lock = () => tx.rows(this.#sql.lockLease, [clusterId, name]);
    let [row] = await lock();
    if (row === undefined) {
      const [, made] = await Promise.all([
        tx.run(this.#sql.makeLease, [clusterId, name]),
        lock(),
      ]);
      row = made[0]!;
    }
    return { holder: row[0] as string | null, term: row[1] as number, valid: row[2] === 1 };
  }

  /** See {@linkcode WorkerStore.releaseLease}. */
  async releaseLease({ clusterId, lease }: Input<"releaseLease">): Promise<void> {
    const { name, holder, term } = lease;
    await this.#server.reserved.write((tx) => {
      tx.last(this.#sql.free, [clusterId, name, holder, term]);
      return Promise.resolve();
    });
  }

  /** Whether it is a living life. MySQL counts what changes: nothing, when it is repeated within a millisecond. */
  async #changeLife(
    tx: Transaction,
    life: WorkerLife,
    [statement, values]: readonly [Statement, readonly SqlValue[]],
  ): Promise<boolean> {
    const { clusterId, workerId, incarnation } = life;
    const changed = await tx.run(statement, [...values, clusterId, workerId, incarnation]);
    return changed === 1 || await this.#proofs.isAlive(tx, clusterId, life);
  }
}

/** A lease as it is under its lock. */
interface HeldLease {
  readonly holder: string | null;
  readonly term: number;
  /** Whether it has not run out. */
  readonly valid: boolean;
}

function workerIn(row: Row): Worker {
  return workerOf(fieldsOf(row));
}

/** The values of a worker, in the order of its columns. */
function workerValues(
  worker: NewWorker & Pick<Worker, "incarnation" | "status" | "heartbeatAtMs">,
  leaseUntilMs: number,
): readonly SqlValue[] {
  return [
    worker.clusterId,
    worker.id,
    worker.name,
    worker.mode,
    worker.lane,
    worker.agentConnectionId,
    worker.parallelism,
    worker.incarnation,
    worker.status,
    worker.host,
    worker.processId,
    worker.createdAtMs,
    worker.heartbeatAtMs,
    leaseUntilMs,
  ];
}
