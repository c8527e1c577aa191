/**
 * An agent connection on NATS JetStream: a stream that works as a queue, with one subject and one consumer for each
 * bucket.
 *
 * A lease is a negative acknowledgement with a delay: the server delivers the message again when the delay is over,
 * and takes an acknowledgement until then. Acknowledgements are not tied to a delivery, as on other transports: a late one
 * deletes the message that somebody else has received since.
 *
 * @module
 */

import { headers } from "@nats-io/transport-node";
import { checkBatch, fitting, MAX_BATCH, MAX_BODY_BYTES } from "../batch_limit.ts";
import type {
  Delivery,
  NewMessage,
  ParkedMessage,
  QueueDepth,
  Transport,
  TransportCapabilities,
  TransportReach,
} from "../port.ts";
import { type NatsLink, REQUEST_TIMEOUT_MS } from "./link.ts";
import type { NatsNames } from "./names.ts";
import { discardParked, listParked, park, parkedCounts, requeueParked } from "./parking.ts";
import type { Pulled } from "./pulling.ts";
import { isUnheard, type NatsIdentity, NatsQueues } from "./queues.ts";
import { BUCKET, messageIdOf } from "./headers.ts";
import { readAckAddress } from "./receipts.ts";
import { ACK_WAIT_MS } from "./streams.ts";

type Input<Method extends keyof Transport> = Transport[Method] extends
  (input: infer Given) => unknown ? Given : never;

/** The header that says when a job is due. */
const DUE = "Jm-Due";

/** What a message needs beside its body, in bytes: headers, subject. */
const HEADERS_BYTES = 2_048;

/** An agent connection on NATS JetStream. */
export class NatsTransport implements Transport {
  readonly capabilities: TransportCapabilities;
  readonly product: string;
  readonly #link: NatsLink;
  readonly #names: NatsNames;
  readonly #fingerprint: string;
  readonly #queues: NatsQueues;

  /** Works on streams that are there. */
  constructor(link: NatsLink, names: NatsNames, identity: NatsIdentity) {
    const { version = "", max_payload = MAX_BODY_BYTES } = link.connection.info ?? {};
    this.capabilities = {
      acceptance: "acknowledged",
      maxBatch: MAX_BATCH,
      maxBodyBytes: Math.min(MAX_BODY_BYTES, max_payload - HEADERS_BYTES),
      ordersByDueTime: false,
    };
    this.product = `NATS ${version}`;
    this.#link = link;
    this.#names = names;
    this.#fingerprint = identity.fingerprint;
    this.#queues = new NatsQueues(link, names, identity);
  }

  /** See {@linkcode Transport.fingerprint}. */
  fingerprint(): Promise<string> {
    return Promise.resolve(this.#fingerprint);
  }

  /** See {@linkcode Transport.open}. */
  async open({ clusterId, bucketIds }: Input<"open">): Promise<void> {
    checkBatch(bucketIds, "buckets");
    await this.#link.ask(() =>
      this.#queues.healing(() =>
        Promise.all(bucketIds.map((bucketId) => this.#queues.open({ clusterId, bucketId })))
      )
    );
  }

  /** See {@linkcode Transport.push}. */
  async push({ clusterId, messages }: Input<"push">): ReturnType<Transport["push"]> {
    checkBatch(messages, "messages");
    const { fit, oversize } = fitting(messages, this.capabilities.maxBodyBytes);
    await this.#link.ask(() =>
      this.#queues.healing(() =>
        Promise.all(fit.map((message) => this.#publish(clusterId, message)))
      )
    );
    return { oversize };
  }

  async #publish(clusterId: string, message: NewMessage): Promise<void> {
    const { id, bucketId, dueAtMs, body } = message;
    const given = headers();
    given.set(DUE, String(dueAtMs));
    given.set(BUCKET, encodeURIComponent(bucketId));
    await this.#link.client.publish(this.#names.subject({ clusterId, bucketId }), body, {
      msgID: `${clusterId}/${id}`,
      headers: given,
      timeout: REQUEST_TIMEOUT_MS,
    });
  }

  /** See {@linkcode Transport.receive}. What is due later is asked for again once it may be due soon enough. */
  async receive(input: Input<"receive">): Promise<readonly Delivery[]> {
    const { limit, dueBeforeMs, leaseMs } = input;
    const pulled = await this.#link.ask(() => this.#queues.pull(input, Math.min(limit, MAX_BATCH)));
    const deliveries: Delivery[] = [];
    for (const each of pulled) {
      const delivery = deliveryOf(input.clusterId, each);
      const earlyMs = delivery.dueAtMs - dueBeforeMs;
      if (earlyMs > 0) this.#delay(each.reply, earlyMs);
      else {
        deliveries.push(delivery);
        if (leaseMs !== ACK_WAIT_MS) this.#delay(each.reply, leaseMs);
      }
    }
    return deliveries;
  }

  /** See {@linkcode Transport.extend}. */
  extend({ receipts, leaseMs }: Input<"extend">): Promise<void> {
    return this.#delayAll(receipts, leaseMs);
  }

  /** See {@linkcode Transport.release}. */
  release({ receipts, delayMs }: Input<"release">): Promise<void> {
    return this.#delayAll(receipts, delayMs);
  }

  /** See {@linkcode Transport.ack}. Resolves once the server has deleted them. */
  async ack({ receipts }: Input<"ack">): Promise<void> {
    checkReceipts(receipts);
    await this.#link.ask(() => Promise.all(receipts.map((receipt) => this.#confirm(receipt))));
  }

  /** See {@linkcode Transport.park}. */
  async park({ parked, ...queue }: Input<"park">): Promise<void> {
    checkReceipts(parked.map(({ receipt }) => receipt));
    await this.#link.ask(async () => {
      for (const each of parked) {
        const isKept = await park(this.#link, this.#names, { queue, ...each });
        if (isKept) await this.#confirm(each.receipt);
      }
    });
  }

  /** See {@linkcode Transport.listParked}. */
  listParked(input: Input<"listParked">): Promise<readonly ParkedMessage[]> {
    return this.#link.ask(() => listParked(this.#link, this.#names, input));
  }

  /** See {@linkcode Transport.countParked}. */
  async countParked({ clusterId }: Input<"countParked">): Promise<number> {
    const counts = await this.#link.ask(() => parkedCounts(this.#link, this.#names, clusterId));
    return [...counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** See {@linkcode Transport.requeueParked}. */
  async requeueParked(input: Input<"requeueParked">): Promise<readonly string[]> {
    checkBatch(input.messageIds, "messages");
    return await this.#link.ask(() =>
      this.#queues.healing(() => requeueParked(this.#link, this.#names, input))
    );
  }

  /** See {@linkcode Transport.discardParked}. */
  async discardParked(input: Input<"discardParked">): Promise<readonly string[]> {
    checkBatch(input.messageIds, "messages");
    return await this.#link.ask(() => discardParked(this.#link, this.#names, input));
  }

  /** See {@linkcode Transport.depths}. */
  async depths({ clusterId, bucketIds }: Input<"depths">): Promise<readonly QueueDepth[]> {
    checkBatch(bucketIds, "buckets");
    return await this.#link.ask(async () => {
      const parked = await parkedCounts(this.#link, this.#names, clusterId);
      return await Promise.all(bucketIds.map(async (bucketId): Promise<QueueDepth> => {
        const queue = { clusterId, bucketId };
        const aside = parked.get(this.#names.parkedSubject(queue)) ?? 0;
        return { bucketId, ...await this.#queues.depth(queue), parked: aside };
      }));
    });
  }

  /** See {@linkcode Transport.queues}. */
  queues({ clusterId, limit }: Input<"queues">): Promise<readonly string[]> {
    return this.#link.ask(() => this.#queues.withMessages(clusterId, Math.min(limit, MAX_BATCH)));
  }

  /** See {@linkcode Transport.close}. Deletes the consumer. */
  async close(queue: Input<"close">): Promise<void> {
    await this.#link.ask(() => this.#queues.close(queue));
  }

  /** See {@linkcode Transport.watchReach}. */
  watchReach(tell: (reach: TransportReach) => void): Disposable {
    return this.#link.watchReach(tell);
  }

  /** Closes the connection. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#link[Symbol.asyncDispose]();
  }

  /** Asks for the server's word that the message is gone. Nobody answers for a consumer that is gone too. */
  async #confirm(receipt: string): Promise<void> {
    try {
      await this.#link.connection.request(receipt, "+ACK", { timeout: REQUEST_TIMEOUT_MS });
    } catch (error) {
      if (!isUnheard(error)) throw error;
    }
  }

  async #delayAll(receipts: readonly string[], delayMs: number): Promise<void> {
    checkReceipts(receipts);
    if (receipts.length === 0) return;
    await this.#link.ask(async () => {
      for (const receipt of receipts) this.#delay(receipt, delayMs);
      await this.#link.connection.flush();
    });
  }

  #delay(receipt: string, delayMs: number): void {
    const delay = Math.max(0, Math.round(delayMs)) * 1_000_000;
    const payload = delay === 0 ? "-NAK" : `-NAK ${JSON.stringify({ delay })}`;
    this.#link.connection.publish(receipt, payload);
  }
}

function checkReceipts(receipts: readonly string[]): void {
  checkBatch(receipts, "receipts");
  for (const receipt of receipts) readAckAddress(receipt);
}

/** What somebody else put into the stream has no id of ours and is due at once. */
function deliveryOf(clusterId: string, { reply, message }: Pulled): Delivery {
  const { deliveries, sequence } = readAckAddress(reply);
  const due = Number(message.headers?.get(DUE) ?? 0);
  return {
    messageId: messageIdOf(message.headers, { clusterId, sequence }),
    dueAtMs: Number.isSafeInteger(due) ? due : 0,
    body: new TextDecoder().decode(message.data),
    deliveries,
    receipt: reply,
  };
}
