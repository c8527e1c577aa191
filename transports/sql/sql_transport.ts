/**
 * An agent connection in tables of a database server.
 *
 * A received message stays where it is, invisible until its lease ends; it is deleted once it is acknowledged.
 *
 * @module
 */

import { batch, batches, byId, type Item } from "../../storage/sql/batches.ts";
import type {
  Row,
  Session,
  SqlServer,
  SqlValue,
  Statement,
  Transaction,
} from "../../storage/sql/session.ts";
import { checkBatch, fitting, MAX_BATCH, MAX_BODY_BYTES } from "../batch_limit.ts";
import type {
  Delivery,
  ParkedMessage,
  QueueDepth,
  Transport,
  TransportCapabilities,
  TransportReach,
} from "../port.ts";
import { readReceipt, receiptOf } from "../receipts.ts";
import { discardParked, listParked, requeueParked } from "./parked_messages.ts";
import { messageStatements } from "./statements.ts";
import { asTransport } from "../failures.ts";
import type { MessageTables } from "./tables.ts";

type Input<Method extends keyof Transport> = Transport[Method] extends
  (input: infer Given) => unknown ? Given : never;

/** What a transport on a server is made of. */
export interface SqlTransportParts {
  /** The server; closed with the transport. */
  readonly server: SqlServer;
  /** Its tables. */
  readonly tables: MessageTables;
  /** Which store it is. */
  readonly fingerprint: string;
  /** Its address, for people. */
  readonly label: string;
}

/** An agent connection on a database server. */
export class SqlTransport implements Transport {
  readonly capabilities: TransportCapabilities = {
    acceptance: "durable",
    maxBatch: MAX_BATCH,
    maxBodyBytes: MAX_BODY_BYTES,
    ordersByDueTime: true,
  };
  readonly product: string;
  readonly #parts: SqlTransportParts;
  readonly #sql: ReturnType<typeof messageStatements>;

  /** Works on the tables, which are there. */
  constructor(parts: SqlTransportParts) {
    this.product = parts.server.product;
    this.#parts = parts;
    this.#sql = messageStatements(parts.server.dialect, parts.tables);
  }

  /** See {@linkcode Transport.fingerprint}. */
  fingerprint(): Promise<string> {
    return Promise.resolve(this.#parts.fingerprint);
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
    const items = byId(fit).map(({ id, bucketId, dueAtMs, body }) => ({
      id,
      bucket_id: bucketId,
      due_at: dueAtMs,
      body,
    }));
    if (items.length > 0) {
      await this.#write(async (tx) => {
        for (const given of batches(items)) await tx.run(this.#sql.push, [clusterId, given]);
      });
    }
    return { oversize };
  }

  /** See {@linkcode Transport.receive}. */
  async receive(input: Input<"receive">): Promise<readonly Delivery[]> {
    const { clusterId, bucketId, limit, dueBeforeMs, leaseMs } = input;
    return await this.#write(async (tx) => {
      const values = [clusterId, bucketId, dueBeforeMs, Math.min(limit, MAX_BATCH)];
      const rows = await tx.rows(this.#sql.take, values);
      if (rows.length === 0) return [];
      const ids = rows.map((row) => ({ id: row[0] as string, lease_ms: leaseMs }));
      tx.last(this.#sql.lease, [batch(byId(ids)), clusterId]);
      return rows.map((row): Delivery => {
        const id = row[0] as string;
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
  async extend({ clusterId, bucketId, receipts, leaseMs }: Input<"extend">): Promise<void> {
    const items = itemsOf(receipts).map((item) => ({ ...item, lease_ms: leaseMs }));
    await this.#change(this.#sql.extend, items, [clusterId, bucketId]);
  }

  /** See {@linkcode Transport.ack}. */
  async ack({ clusterId, bucketId, receipts }: Input<"ack">): Promise<void> {
    await this.#change(this.#sql.ack, itemsOf(receipts), [clusterId, bucketId]);
  }

  /** See {@linkcode Transport.release}. */
  async release({ clusterId, bucketId, receipts, delayMs }: Input<"release">): Promise<void> {
    const items = itemsOf(receipts).map((item) => ({ ...item, lease_ms: delayMs }));
    await this.#change(this.#sql.extend, items, [clusterId, bucketId]);
  }

  /** See {@linkcode Transport.park}. */
  async park({ clusterId, bucketId, parked }: Input<"park">): Promise<void> {
    checkBatch(parked, "messages");
    if (parked.length === 0) return;
    const wanted = new Map(
      parked.map(({ receipt, reason }) => [readReceipt(receipt).id, { receipt, reason }]),
    );
    const ids = byId([...wanted.keys()].map((id) => ({ id })));
    await this.#write(async (tx) => {
      const rows = await tx.rows(this.#sql.lock, [batch(ids), clusterId]);
      const items = rows.flatMap(([id, bucket, deliveries, body]) => {
        const { receipt, reason } = wanted.get(id as string)!;
        const named = readReceipt(receipt);
        if (bucket !== bucketId || named.deliveries !== deliveries) return [];
        return [{ id: named.id, bucket_id: bucketId, reason, body: body as string }];
      });
      for (const given of batches(items)) tx.last(this.#sql.park, [clusterId, given]);
      if (items.length === 0) return;
      tx.last(this.#sql.drop, [batch(items.map(({ id }) => ({ id }))), clusterId]);
    });
  }

  /** See {@linkcode Transport.listParked}. */
  async listParked(input: Input<"listParked">): Promise<readonly ParkedMessage[]> {
    return await this.#session((session) => listParked(session, this.#sql, input));
  }

  /** See {@linkcode Transport.countParked}. */
  async countParked({ clusterId }: Input<"countParked">): Promise<number> {
    const [row] = await this.#read(this.#sql.countParked, [clusterId]);
    return Number(row?.[0] ?? 0);
  }

  /** See {@linkcode Transport.requeueParked}. */
  async requeueParked(input: Input<"requeueParked">): Promise<readonly string[]> {
    checkBatch(input.messageIds, "messages");
    return await this.#write((tx) => requeueParked(tx, this.#sql, input));
  }

  /** See {@linkcode Transport.discardParked}. */
  async discardParked(input: Input<"discardParked">): Promise<readonly string[]> {
    checkBatch(input.messageIds, "messages");
    return await this.#write((tx) => discardParked(tx, this.#sql, input));
  }

  /** See {@linkcode Transport.depths}. */
  async depths({ clusterId, bucketIds }: Input<"depths">): Promise<readonly QueueDepth[]> {
    checkBatch(bucketIds, "buckets");
    const values = [batch(bucketIds.map((id) => ({ id }))), clusterId];
    const [counts, parked] = await Promise.all([
      this.#read(this.#sql.counts, values),
      this.#read(this.#sql.parkedCounts, values),
    ]);
    const byBucket = new Map(counts.map((row) => [row[0], row]));
    const aside = new Map(parked.map((row) => [row[0], row[1]]));
    return bucketIds.map((bucketId) => ({
      bucketId,
      waiting: Number(byBucket.get(bucketId)?.[1] ?? 0),
      leased: Number(byBucket.get(bucketId)?.[2] ?? 0),
      parked: Number(aside.get(bucketId) ?? 0),
    }));
  }

  /** See {@linkcode Transport.queues}. */
  async queues({ clusterId, limit }: Input<"queues">): Promise<readonly string[]> {
    const rows = await this.#read(this.#sql.queues, [clusterId, Math.min(limit, MAX_BATCH)]);
    return rows.map(([bucketId]) => bucketId as string);
  }

  /** See {@linkcode Transport.close}. A queue without messages is not there. */
  async close(_queue: Input<"close">): Promise<void> {}

  /** See {@linkcode Transport.watchReach}. */
  watchReach(tell: (reach: TransportReach) => void): Disposable {
    return this.#parts.server.watchReach(tell);
  }

  /** Closes the connections. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#parts.server[Symbol.asyncDispose]() as Promise<void>;
  }

  async #change(
    statement: Statement,
    items: readonly Item[],
    values: readonly SqlValue[],
  ): Promise<void> {
    checkBatch(items, "receipts");
    if (items.length === 0) return;
    await this.#write(async (tx) => void await tx.run(statement, [batch(items), ...values]));
  }

  #read(statement: Statement, values: readonly SqlValue[]): Promise<readonly Row[]> {
    return this.#session((session) => session.rows(statement, values));
  }

  #session<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const { server, label } = this.#parts;
    return asTransport(label, () => server.read(work));
  }

  #write<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const { server, label } = this.#parts;
    return asTransport(label, () => server.write(work));
  }
}

/** What receipts name, as a batch in the order in which rows are locked. */
function itemsOf(receipts: readonly string[]): readonly (Item & { readonly id: string })[] {
  return byId(receipts.map(readReceipt).map(({ id, deliveries }) => ({ id, deliveries })));
}
