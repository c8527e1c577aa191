/**
 * The queues of buckets: a consumer each, made again when a server has lost it.
 *
 * @module
 */

import { errors } from "@nats-io/transport-node";
import type { QueueName } from "../port.ts";
import type { NatsLink } from "./link.ts";
import { BUCKET, decoded } from "./headers.ts";
import type { NatsNames } from "./names.ts";
import { pull, type Pulled } from "./pulling.ts";
import { isMissing, makeConsumer, makeStreams } from "./streams.ts";

/** Which store it is, and how its streams are made again. */
export interface NatsIdentity {
  /** Its fingerprint. */
  readonly fingerprint: string;
  /** How many servers keep the messages. */
  readonly replicas: number;
  /** Whether they are. */
  readonly migrate: boolean;
}

/** The queues of one agent connection. What a call throws has not been made an error of the transport yet. */
export class NatsQueues {
  readonly #link: NatsLink;
  readonly #names: NatsNames;
  readonly #identity: NatsIdentity;
  /** Consumers that were there when they were last looked for. */
  readonly #seen = new Set<string>();
  /** Consumers that were made here: they are made again when a server lost them. */
  readonly #opened = new Set<string>();

  /** Works on the streams of `names`. */
  constructor(link: NatsLink, names: NatsNames, identity: NatsIdentity) {
    this.#link = link;
    this.#names = names;
    this.#identity = identity;
  }

  /** Makes the streams again when the server has lost them, under the same fingerprint, and tries once more. */
  async healing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isMissing(error) && !isUnheard(error)) throw error;
      const { fingerprint: made, replicas, migrate } = this.#identity;
      await makeStreams(this.#link.manager, this.#names, { replicas, migrate, made });
      return await work();
    }
  }

  /** Makes the consumer of a queue. */
  async open(queue: QueueName): Promise<void> {
    await makeConsumer(this.#link.manager, this.#names, queue);
    const name = this.#names.consumer(queue);
    this.#opened.add(name);
    this.#seen.add(name);
  }

  /** Takes what waits. Nobody answers for a consumer that is not there, so it is looked for first, and again when no answer came. */
  async pull(queue: QueueName, limit: number): Promise<readonly Pulled[]> {
    const name = this.#names.consumer(queue);
    if (!this.#seen.has(name) && !(await this.#isThere(name))) return await this.#reopened(queue);
    try {
      return await pull(this.#link.connection, { stream: this.#names.stream, name }, limit);
    } catch (error) {
      if (await this.#isThere(name)) throw error;
      return await this.#reopened(queue);
    }
  }

  /** Nothing waits in a queue that is not there. One that was made here has lost its messages: that is a failure. */
  async #reopened(queue: QueueName): Promise<readonly Pulled[]> {
    if (!this.#opened.has(this.#names.consumer(queue))) return [];
    await this.healing(() => this.open(queue));
    throw new Error("the server had lost the queue, which was made again without its messages");
  }

  async #isThere(name: string): Promise<boolean> {
    try {
      await this.#link.manager.consumers.info(this.#names.stream, name);
      this.#seen.add(name);
      return true;
    } catch (error) {
      if (!isMissing(error)) throw error;
      this.#seen.delete(name);
      return false;
    }
  }

  /** How many messages wait and how many are received. */
  async depth(queue: QueueName): Promise<{ readonly waiting: number; readonly leased: number }> {
    const { manager } = this.#link;
    try {
      const info = await manager.consumers.info(this.#names.stream, this.#names.consumer(queue));
      return { waiting: info.num_pending, leased: info.num_ack_pending };
    } catch (error) {
      if (!isMissing(error)) throw error;
      const subject = this.#names.subject(queue);
      const { state } = await manager.streams.info(this.#names.stream, {
        subjects_filter: subject,
      });
      return { waiting: state.subjects?.[subject] ?? 0, leased: 0 };
    }
  }

  /** Buckets with messages, as the last message of each names it. */
  async withMessages(clusterId: string, limit: number): Promise<readonly string[]> {
    const { streams } = this.#link.manager;
    const { stream } = this.#names;
    const filter = this.#names.queuesOfCluster(clusterId);
    const { state } = await streams.info(stream, { subjects_filter: filter });
    const subjects = Object.keys(state.subjects ?? {}).sort().slice(0, limit);
    const named = await Promise.all(subjects.map(async (subject) => {
      const last = await quietly(() => streams.getMessage(stream, { last_by_subj: subject }));
      return decoded(last?.header.get(BUCKET) ?? "");
    }));
    return named.filter((bucketId) => bucketId !== "");
  }

  /** Deletes the consumer; messages stay in the stream. */
  async close(queue: QueueName): Promise<void> {
    const name = this.#names.consumer(queue);
    this.#opened.delete(name);
    this.#seen.delete(name);
    await quietly(() => this.#link.manager.consumers.delete(this.#names.stream, name));
  }
}

/** What is not there need not be deleted. */
async function quietly<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!isMissing(error)) throw error;
    return null;
  }
}

/** Nobody listens at a subject: its stream or its consumer is gone. */
export function isUnheard(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return error instanceof errors.NoRespondersError || isUnheard(error.cause);
}
