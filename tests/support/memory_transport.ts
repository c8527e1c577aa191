/**
 * An agent connection in memory: a model of the transport port, and a double for tests on virtual time.
 *
 * Every call runs in one go; what goes in and out is copied.
 *
 * @module
 */

import type { Clock } from "../../core/clock.ts";
import { checkBatch, fitting, MAX_BATCH, MAX_BODY_BYTES } from "../../transports/batch_limit.ts";
import { parkedCursor, readParkedCursor } from "../../transports/parked_cursor.ts";
import type {
  Delivery,
  NewMessage,
  ParkedMessage,
  QueueName,
  Transport,
} from "../../transports/port.ts";
import { readReceipt, receiptOf } from "../../transports/receipts.ts";

interface Message extends NewMessage {
  readonly visibleAtMs: number;
  readonly deliveries: number;
}

interface Parked extends Pick<NewMessage, "id" | "bucketId" | "body"> {
  readonly reason: string;
  readonly parkedAtMs: number;
}

/** What a memory transport is made with. */
export interface MemoryTransportOptions {
  /** The store's clock. */
  readonly clock: Pick<Clock, "now">;
  /** Whether a receipt holds for its own delivery only, as with tables; else for any of its message, as with NATS. */
  readonly fences: boolean;
  /** See `TransportCapabilities.acceptance`. */
  readonly acceptance: "durable" | "acknowledged";
}

/** An agent connection in memory. All who call it share its messages. */
export class MemoryTransport implements Transport {
  readonly capabilities: Transport["capabilities"];
  readonly product = "memory";
  readonly #options: MemoryTransportOptions;
  readonly #messages = new Map<string, Message>();
  readonly #parked = new Map<string, Parked>();

  /** An empty one. */
  constructor(options: MemoryTransportOptions) {
    this.#options = options;
    this.capabilities = {
      acceptance: options.acceptance,
      maxBatch: MAX_BATCH,
      maxBodyBytes: MAX_BODY_BYTES,
      ordersByDueTime: true,
    };
  }

  /** Messages it holds, parked ones aside. */
  get size(): number {
    return this.#messages.size;
  }

  /** Loses everything it holds, as a server does whose disk is wiped. */
  wipe(): void {
    this.#messages.clear();
    this.#parked.clear();
  }

  /** See {@linkcode Transport.fingerprint}. */
  fingerprint(): Promise<string> {
    return Promise.resolve("memory-of-one-process");
  }

  /** See {@linkcode Transport.open}. */
  // deno-lint-ignore require-await -- a refused batch rejects
  async open({ bucketIds }: Parameters<Transport["open"]>[0]): Promise<void> {
    checkBatch(bucketIds, "buckets");
  }

  /** See {@linkcode Transport.push}. */
  // deno-lint-ignore require-await -- a refused batch rejects
  async push(
    { clusterId, messages }: Parameters<Transport["push"]>[0],
  ): ReturnType<Transport["push"]> {
    checkBatch(messages, "messages");
    const { fit, oversize } = fitting(messages, MAX_BODY_BYTES);
    for (const message of fit) {
      const key = keyOf(clusterId, message.id);
      if (this.#messages.has(key)) continue;
      this.#messages.set(key, { ...message, visibleAtMs: 0, deliveries: 0 });
    }
    return { oversize };
  }

  /** See {@linkcode Transport.receive}. */
  receive(input: Parameters<Transport["receive"]>[0]): Promise<readonly Delivery[]> {
    const nowMs = this.#options.clock.now();
    const taken = this.#queue(input)
      .filter(([, { dueAtMs, visibleAtMs }]) =>
        dueAtMs <= input.dueBeforeMs && visibleAtMs <= nowMs
      )
      .sort(([, a], [, b]) => a.dueAtMs - b.dueAtMs || (a.id < b.id ? -1 : 1))
      .slice(0, Math.min(input.limit, MAX_BATCH));
    return Promise.resolve(taken.map(([key, message]): Delivery => {
      const deliveries = message.deliveries + 1;
      this.#messages.set(key, { ...message, deliveries, visibleAtMs: nowMs + input.leaseMs });
      const { id, dueAtMs, body } = message;
      return { messageId: id, dueAtMs, body, deliveries, receipt: receiptOf({ id, deliveries }) };
    }));
  }

  /** See {@linkcode Transport.extend}. */
  async extend({ leaseMs, ...received }: Parameters<Transport["extend"]>[0]): Promise<void> {
    await this.#setVisible(received, leaseMs);
  }

  /** See {@linkcode Transport.release}. */
  async release({ delayMs, ...received }: Parameters<Transport["release"]>[0]): Promise<void> {
    await this.#setVisible(received, delayMs);
  }

  /** See {@linkcode Transport.ack}. */
  // deno-lint-ignore require-await -- a refused batch rejects
  async ack({ receipts, ...queue }: Parameters<Transport["ack"]>[0]): Promise<void> {
    checkBatch(receipts, "receipts");
    for (const receipt of receipts) {
      const held = this.#held(queue, receipt);
      if (held !== undefined) this.#messages.delete(held[0]);
    }
  }

  /** See {@linkcode Transport.park}. */
  // deno-lint-ignore require-await -- a refused batch rejects
  async park({ parked, ...queue }: Parameters<Transport["park"]>[0]): Promise<void> {
    checkBatch(parked, "messages");
    for (const { receipt, reason } of parked) {
      const held = this.#held(queue, receipt);
      if (held === undefined) continue;
      const [key, { id, bucketId, body }] = held;
      const parkedAtMs = this.#options.clock.now();
      this.#parked.set(key, { id, bucketId, body, reason, parkedAtMs });
      this.#messages.delete(key);
    }
  }

  /** See {@linkcode Transport.listParked}. */
  // deno-lint-ignore require-await -- a bad cursor rejects
  async listParked(
    { clusterId, limit, after }: Parameters<Transport["listParked"]>[0],
  ): Promise<readonly ParkedMessage[]> {
    const place = readParkedCursor(after);
    return this.#parkedIn(clusterId)
      .filter(({ parkedAtMs, id }) =>
        parkedAtMs < place.parkedAtMs || (parkedAtMs === place.parkedAtMs && id < place.id)
      )
      .sort((a, b) => b.parkedAtMs - a.parkedAtMs || (a.id < b.id ? 1 : -1))
      .slice(0, Math.min(limit, MAX_BATCH))
      .map(({ id, body, ...rest }): ParkedMessage => ({
        ...rest,
        messageId: id,
        bytes: new TextEncoder().encode(body),
        cursor: parkedCursor({ id, parkedAtMs: rest.parkedAtMs }),
      }));
  }

  /** See {@linkcode Transport.countParked}. */
  countParked({ clusterId }: { readonly clusterId: string }): Promise<number> {
    return Promise.resolve(this.#parkedIn(clusterId).length);
  }

  /** See {@linkcode Transport.requeueParked}. */
  // deno-lint-ignore require-await -- a refused batch rejects
  async requeueParked(
    { clusterId, messageIds }: Parameters<Transport["requeueParked"]>[0],
  ): Promise<readonly string[]> {
    checkBatch(messageIds, "messages");
    return messageIds.filter((messageId) => {
      const key = keyOf(clusterId, messageId);
      const parked = this.#parked.get(key);
      if (parked === undefined || this.#messages.has(key)) return false;
      const { id, bucketId, body } = parked;
      this.#messages.set(key, { id, bucketId, body, dueAtMs: 0, visibleAtMs: 0, deliveries: 0 });
      return this.#parked.delete(key);
    });
  }

  /** See {@linkcode Transport.discardParked}. */
  // deno-lint-ignore require-await -- a refused batch rejects
  async discardParked(
    { clusterId, messageIds }: Parameters<Transport["discardParked"]>[0],
  ): Promise<readonly string[]> {
    checkBatch(messageIds, "messages");
    return messageIds.filter((id) => this.#parked.delete(keyOf(clusterId, id)));
  }

  /** See {@linkcode Transport.depths}. */
  // deno-lint-ignore require-await -- a refused batch rejects
  async depths(
    { clusterId, bucketIds }: Parameters<Transport["depths"]>[0],
  ): ReturnType<Transport["depths"]> {
    checkBatch(bucketIds, "buckets");
    const nowMs = this.#options.clock.now();
    return bucketIds.map((bucketId) => {
      const messages = this.#queue({ clusterId, bucketId });
      const waiting = messages.filter(([, { visibleAtMs }]) => visibleAtMs <= nowMs).length;
      const parked = this.#parkedIn(clusterId).filter((each) => each.bucketId === bucketId).length;
      return { bucketId, waiting, leased: messages.length - waiting, parked };
    });
  }

  /** See {@linkcode Transport.queues}. */
  queues(
    { clusterId, limit }: Parameters<Transport["queues"]>[0],
  ): ReturnType<Transport["queues"]> {
    const here = [...this.#messages].filter(([key]) => key.startsWith(keyOf(clusterId, "")));
    const buckets = new Set(here.map(([, { bucketId }]) => bucketId));
    return Promise.resolve([...buckets].sort().slice(0, Math.min(limit, MAX_BATCH)));
  }

  /** See {@linkcode Transport.close}. */
  async close(): Promise<void> {}

  /** See {@linkcode Transport.watchReach}. */
  watchReach(): Disposable {
    return { [Symbol.dispose]() {} };
  }

  /** Nothing to let go of: others may use it. */
  async [Symbol.asyncDispose](): Promise<void> {}

  // deno-lint-ignore require-await -- a refused batch rejects
  async #setVisible(
    { receipts, ...queue }: Parameters<Transport["ack"]>[0],
    inMs: number,
  ): Promise<void> {
    checkBatch(receipts, "receipts");
    const visibleAtMs = this.#options.clock.now() + inMs;
    for (const receipt of receipts) {
      const held = this.#held(queue, receipt);
      if (held !== undefined) this.#messages.set(held[0], { ...held[1], visibleAtMs });
    }
  }

  #held(
    { clusterId, bucketId }: QueueName,
    receipt: string,
  ): readonly [string, Message] | undefined {
    const { id, deliveries } = readReceipt(receipt);
    const key = keyOf(clusterId, id);
    const message = this.#messages.get(key);
    if (message?.bucketId !== bucketId || message.deliveries === 0) return undefined;
    return this.#options.fences && message.deliveries !== deliveries ? undefined : [key, message];
  }

  #queue({ clusterId, bucketId }: QueueName): [string, Message][] {
    return [...this.#messages].filter(([key, message]) =>
      message.bucketId === bucketId && key.startsWith(keyOf(clusterId, ""))
    );
  }

  #parkedIn(clusterId: string): Parked[] {
    return [...this.#parked].filter(([key]) => key.startsWith(keyOf(clusterId, "")))
      .map(([, parked]) => parked);
  }
}

/** Cluster ids have no slash. */
function keyOf(clusterId: string, messageId: string): string {
  return `${clusterId}/${messageId}`;
}
