/**
 * An agent connection in tables of a SQLite file. Calls of one process share transactions.
 *
 * @module
 */

import type { SqliteConnection } from "../../storage/sqlite/connection.ts";
import { storable } from "../../storage/sql/dialect.ts";
import { checkBatch, fitting, MAX_BATCH, MAX_BODY_BYTES } from "../batch_limit.ts";
import { asTransport } from "../failures.ts";
import type {
  Delivery,
  ParkedMessage,
  QueueDepth,
  Transport,
  TransportCapabilities,
} from "../port.ts";
import { readReceipt, receiptOf } from "../receipts.ts";
import {
  discardParked,
  listParked,
  type ParkedStatements,
  parkedStatements,
  requeueParked,
} from "./parked_messages.ts";
import type { MessageTables } from "./tables.ts";

type Input<Method extends keyof Transport> = Transport[Method] extends
  (input: infer Given) => unknown ? Given : never;

/** Which store a file is, and its address for people. */
interface Identity {
  readonly fingerprint: string;
  readonly label: string;
}

/** An agent connection in a SQLite file. */
export class SqliteTransport implements Transport {
  readonly capabilities: TransportCapabilities = {
    acceptance: "durable",
    maxBatch: MAX_BATCH,
    maxBodyBytes: MAX_BODY_BYTES,
    ordersByDueTime: true,
  };
  readonly product = "SQLite";
  readonly #connection: SqliteConnection;
  readonly #identity: Identity;
  readonly #sql: ReturnType<typeof statements>;
  readonly #parked: ParkedStatements;

  /** Works on the tables, which are there. */
  constructor(connection: SqliteConnection, tables: MessageTables, identity: Identity) {
    this.#connection = connection;
    this.#identity = identity;
    this.#sql = statements(connection, tables);
    this.#parked = parkedStatements(connection, tables);
  }

  /** See {@linkcode Transport.fingerprint}. */
  fingerprint(): Promise<string> {
    return Promise.resolve(this.#identity.fingerprint);
  }

  /** See {@linkcode Transport.open}. A queue is there when it has messages. */
  // deno-lint-ignore require-await -- a refused batch rejects
  async open({ bucketIds }: Input<"open">): Promise<void> {
    checkBatch(bucketIds, "buckets");
  }

  /** See {@linkcode Transport.push}. */
  async push({ clusterId, messages }: Input<"push">): ReturnType<Transport["push"]> {
    checkBatch(messages, "messages");
    const { fit, oversize } = fitting(messages, MAX_BODY_BYTES);
    await this.#write(fit.length, () => {
      const nowMs = this.#connection.clock.now();
      for (const { id, bucketId, dueAtMs, body } of fit) {
        this.#sql.push.run(clusterId, storable(id), bucketId, dueAtMs, nowMs, storable(body));
      }
    });
    return { oversize };
  }

  /** See {@linkcode Transport.receive}. Looks first: an empty queue costs no transaction. */
  async receive(input: Input<"receive">): Promise<readonly Delivery[]> {
    const { clusterId, bucketId, limit, dueBeforeMs, leaseMs } = input;
    const take = () =>
      this.#sql.take.all(
        ...[clusterId, bucketId, dueBeforeMs, this.#connection.clock.now()],
        Math.min(limit, MAX_BATCH),
      );
    if ((await this.#read(take)).length === 0) return [];
    return await this.#write(limit, () => {
      const untilMs = this.#connection.clock.now() + leaseMs;
      return take().map((row): Delivery => {
        const id = row[0] as string;
        this.#sql.lease.run(untilMs, clusterId, id);
        const deliveries = row[3] as number + 1;
        return {
          messageId: id,
          dueAtMs: row[1] as number,
          body: row[2] as string,
          deliveries,
          receipt: receiptOf({ id, deliveries }),
        };
      });
    });
  }

  /** See {@linkcode Transport.extend}. */
  async extend({ leaseMs, ...received }: Input<"extend">): Promise<void> {
    await this.#setVisible(received, leaseMs);
  }

  /** See {@linkcode Transport.release}. */
  async release({ delayMs, ...received }: Input<"release">): Promise<void> {
    await this.#setVisible(received, delayMs);
  }

  async #setVisible(
    { clusterId, bucketId, receipts }: Input<"ack">,
    inMs: number,
  ): Promise<void> {
    checkBatch(receipts, "receipts");
    const received = receipts.map(readReceipt);
    await this.#write(received.length, () => {
      const untilMs = this.#connection.clock.now() + inMs;
      for (const { id, deliveries } of received) {
        this.#sql.extend.run(untilMs, clusterId, bucketId, id, deliveries);
      }
    });
  }

  /** See {@linkcode Transport.ack}. */
  async ack({ clusterId, bucketId, receipts }: Input<"ack">): Promise<void> {
    checkBatch(receipts, "receipts");
    const received = receipts.map(readReceipt);
    await this.#write(received.length, () => {
      for (const { id, deliveries } of received) {
        this.#sql.ack.run(clusterId, bucketId, id, deliveries);
      }
    });
  }

  /** See {@linkcode Transport.park}. */
  async park({ clusterId, bucketId, parked }: Input<"park">): Promise<void> {
    checkBatch(parked, "messages");
    const received = parked.map(({ receipt, reason }) => ({ ...readReceipt(receipt), reason }));
    await this.#write(received.length, () => {
      const nowMs = this.#connection.clock.now();
      for (const { id, deliveries, reason } of received) {
        this.#sql.park.run(storable(reason), nowMs, clusterId, bucketId, id, deliveries);
        this.#sql.ack.run(clusterId, bucketId, id, deliveries);
      }
    });
  }

  /** See {@linkcode Transport.listParked}. */
  async listParked(input: Input<"listParked">): Promise<readonly ParkedMessage[]> {
    return await this.#read(() => listParked(this.#parked, input));
  }

  /** See {@linkcode Transport.countParked}. */
  async countParked({ clusterId }: Input<"countParked">): Promise<number> {
    return await this.#read(() => Number(this.#parked.countAll.get(clusterId)![0]));
  }

  /** See {@linkcode Transport.requeueParked}. */
  async requeueParked(input: Input<"requeueParked">): Promise<readonly string[]> {
    const { messageIds } = input;
    checkBatch(messageIds, "messages");
    return await this.#write(
      messageIds.length,
      () => requeueParked(this.#parked, input, this.#connection.clock.now()),
    );
  }

  /** See {@linkcode Transport.discardParked}. */
  async discardParked(input: Input<"discardParked">): Promise<readonly string[]> {
    const { messageIds } = input;
    checkBatch(messageIds, "messages");
    return await this.#write(messageIds.length, () => discardParked(this.#parked, input));
  }

  /** See {@linkcode Transport.depths}. */
  async depths({ clusterId, bucketIds }: Input<"depths">): Promise<readonly QueueDepth[]> {
    checkBatch(bucketIds, "buckets");
    return await this.#read(() => {
      const nowMs = this.#connection.clock.now();
      return bucketIds.map((bucketId): QueueDepth => {
        const [waiting, leased] = this.#sql.count.get(nowMs, nowMs, clusterId, bucketId)!;
        const [parked] = this.#sql.countParked.get(clusterId, bucketId)!;
        return {
          bucketId,
          waiting: Number(waiting),
          leased: Number(leased),
          parked: Number(parked),
        };
      });
    });
  }

  /** See {@linkcode Transport.queues}. */
  async queues({ clusterId, limit }: Input<"queues">): Promise<readonly string[]> {
    const rows = await this.#read(() =>
      this.#sql.queues.all(clusterId, Math.min(limit, MAX_BATCH))
    );
    return rows.map(([bucketId]) => bucketId as string);
  }

  /** See {@linkcode Transport.close}. A queue without messages is not there. */
  async close(_queue: Input<"close">): Promise<void> {}

  /** See {@linkcode Transport.watchReach}. A file is there or it is not. */
  watchReach(): Disposable {
    return { [Symbol.dispose]() {} };
  }

  /** Closes the file. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection.close();
  }

  #read<T>(work: () => T): Promise<T> {
    return asTransport(this.#identity.label, () => this.#connection.read(work));
  }

  #write<T>(rows: number, work: () => T): Promise<T> {
    return asTransport(
      this.#identity.label,
      () => this.#connection.write(work, Math.max(1, rows)),
    );
  }
}

function statements(connection: SqliteConnection, { messages, parked }: MessageTables) {
  const received = "cluster_id = ? AND bucket_id = ? AND id = ? AND deliveries = ?";
  const due = `INDEXED BY ${messages}_due`;
  return {
    push: connection.prepare(
      `INSERT INTO ${messages} (cluster_id, id, bucket_id, due_at, visible_at, deliveries, pushed_at, body)
VALUES (?, ?, ?, ?, 0, 0, ?, ?) ON CONFLICT DO NOTHING`,
    ),
    take: connection.prepareRows(
      `SELECT id, due_at, body, deliveries FROM ${messages} ${due}
WHERE cluster_id = ? AND bucket_id = ? AND due_at <= ? AND visible_at <= ? ORDER BY due_at, id LIMIT ?`,
    ),
    lease: connection.prepare(
      `UPDATE ${messages} SET visible_at = ?, deliveries = deliveries + 1 WHERE cluster_id = ? AND id = ?`,
    ),
    extend: connection.prepare(`UPDATE ${messages} SET visible_at = ? WHERE ${received}`),
    ack: connection.prepare(`DELETE FROM ${messages} WHERE ${received}`),
    park: connection.prepare(
      `INSERT OR REPLACE INTO ${parked} (cluster_id, id, bucket_id, reason, parked_at, body)
SELECT cluster_id, id, bucket_id, ?, ?, body FROM ${messages} WHERE ${received}`,
    ),
    count: connection.prepareRows(
      `SELECT count(CASE WHEN visible_at <= ? THEN 1 END), count(CASE WHEN visible_at > ? THEN 1 END)
FROM ${messages} ${due} WHERE cluster_id = ? AND bucket_id = ?`,
    ),
    countParked: connection.prepareRows(
      `SELECT count(*) FROM ${parked} INDEXED BY ${parked}_by_bucket WHERE cluster_id = ? AND bucket_id = ?`,
    ),
    queues: connection.prepareRows(
      `SELECT DISTINCT bucket_id FROM ${messages} ${due} WHERE cluster_id = ? ORDER BY bucket_id LIMIT ?`,
    ),
  };
}
