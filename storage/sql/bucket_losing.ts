/**
 * Taking buckets away from owners that are gone.
 *
 * Found without a lock first: mostly there are none, and a scan would wait for everything that works with a bucket. A
 * life that has ended never comes back, so a bucket that is found again under its lock is to be lost.
 *
 * @module
 */

import type { BucketId } from "../../core/ids.ts";
import { type Dialect, jsonBatch } from "./dialect.ts";
import { fixed, type SqlValue, type Statement, type Transaction } from "./session.ts";
import type { Tables } from "./table_names.ts";

/** Makes buckets `Lost`: epoch + 1, no owner. Those that are `Lost` or `ReadyToDelete` stay as they are. */
export class BucketLosing {
  readonly #sql: ReturnType<typeof statements>;

  /** Works on `tables`. */
  constructor(tables: Tables, dialect: Dialect) {
    this.#sql = statements(tables, dialect);
  }

  /** Takes away those whose owner's life is not registered or was declared dead; answers which, by id. */
  ownerless(tx: Transaction, clusterId: string, nowMs: number): Promise<readonly BucketId[]> {
    return this.#lose(tx, this.#sql.ownerless, { values: [clusterId], nowMs });
  }

  /** Takes away those that name the worker, under whatever life. */
  async owned(
    tx: Transaction,
    { clusterId, workerId, nowMs }: {
      readonly clusterId: string;
      readonly workerId: string;
      readonly nowMs: number;
    },
  ): Promise<void> {
    await this.#lose(tx, this.#sql.owned, { values: [clusterId, workerId], nowMs });
  }

  async #lose(
    tx: Transaction,
    find: Statement,
    { values, nowMs }: { readonly values: readonly SqlValue[]; readonly nowMs: number },
  ): Promise<readonly BucketId[]> {
    const clusterId = values[0]!;
    const seen = await tx.rows(find, values);
    if (seen.length === 0) return [];
    const candidates = jsonBatch(seen.map(([id]) => ({ id: id! })));
    const [locked, found] = await Promise.all([
      tx.rows(this.#sql.lock, [candidates, clusterId]),
      tx.rows(find, values),
    ]);
    const ours = new Set(locked.map(([id]) => id));
    const lost = found.map(([id]) => id as BucketId).filter((id) => ours.has(id));
    if (lost.length === 0) return [];
    const changes = jsonBatch(lost.map((id) => ({ id, at: nowMs })));
    await tx.run(this.#sql.lose, [changes, clusterId]);
    return lost;
  }
}

function statements({ buckets, workers }: Tables, dialect: Dialect) {
  const losable = `SELECT b.id FROM ${buckets} AS b
WHERE b.cluster_id = ? AND b.status NOT IN ('Lost', 'ReadyToDelete')`;
  const given = dialect.jsonTable("?", "given", { id: "text" });
  return {
    owned: fixed(`${losable} AND b.worker_id = ? ORDER BY b.id`),
    ownerless: fixed(
      `${losable} AND NOT EXISTS (
  SELECT 1 FROM ${workers} AS w WHERE w.cluster_id = b.cluster_id AND w.id = b.worker_id
    AND w.incarnation = b.incarnation AND w.status <> 'Dead'
) ORDER BY b.id`,
    ),
    lock: fixed(
      `SELECT b.id FROM ${given} ${dialect.join} ${buckets} AS b
  ON b.cluster_id = ? AND b.id = given.id ORDER BY b.id ${dialect.forUpdate("b")}`,
    ),
    lose: fixed(dialect.update({
      table: buckets,
      alias: "b",
      from: dialect.jsonTable("?", "given", { id: "text", at: "whole" }),
      where: "b.cluster_id = ? AND b.id = given.id",
      set: {
        status: "'Lost'",
        worker_id: "NULL",
        incarnation: "NULL",
        epoch: "b.epoch + 1",
        status_changed_at: "given.at",
      },
    })),
  };
}
