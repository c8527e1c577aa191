/**
 * The connection to NATS: opened by options, watched, and asked with a deadline.
 *
 * @module
 */

import {
  jetstream,
  type JetStreamClient,
  type JetStreamManager,
  jetstreamManager,
} from "@nats-io/jetstream";
import { connect, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";
import type { TransportReach } from "../port.ts";
import { closed, unavailable } from "../failures.ts";
import { readAccess } from "./access.ts";
import { natsLabel, type NatsOptions } from "./options.ts";
import { guardSockets } from "./sockets.ts";

/** How long connecting may take, in milliseconds. */
const CONNECT_TIMEOUT_MS = 8_000;

/** How long one request may take, in milliseconds. */
export const REQUEST_TIMEOUT_MS = 5_000;

/** Pause between two tries to connect again, in milliseconds, and what is added to it at random. */
const RECONNECT_MS = 250;
const RECONNECT_JITTER_MS = 500;

/**
 * How often the server is asked whether it is there, in milliseconds, and how many answers may be missing: one that
 * keeps silent is given up after three times as long. The client would wait for six minutes.
 */
const PING_MS = 5_000;
const MAX_UNANSWERED = 2;

/** An open connection. */
export class NatsLink implements AsyncDisposable {
  /** Its address, for people. */
  readonly label: string;
  /** The connection. */
  readonly connection: NatsConnection;
  /** Publishes to streams. */
  readonly client: JetStreamClient;
  /** Looks after streams and consumers. */
  readonly manager: JetStreamManager;
  readonly #told = new Set<(reach: TransportReach) => void>();
  readonly #watching: Promise<void>;
  #trouble: string | null = null;
  #isClosed = false;

  private constructor(
    label: string,
    connection: NatsConnection,
    parts: { readonly client: JetStreamClient; readonly manager: JetStreamManager },
  ) {
    this.label = label;
    this.connection = connection;
    this.client = parts.client;
    this.manager = parts.manager;
    this.#watching = this.#watch();
  }

  /** Connects. @throws {JobMasterError} `transport_unavailable`, `configuration_invalid` */
  static async open(options: NatsOptions): Promise<NatsLink> {
    const label = natsLabel(options);
    const access = await readAccess(options);
    await guardSockets();
    let connection: NatsConnection;
    try {
      connection = await connect({ ...connectionOptions(options), ...access });
    } catch (error) {
      throw unavailable(label, textOf(error), { cause: error });
    }
    try {
      const asked = { timeout: REQUEST_TIMEOUT_MS };
      const client = jetstream(connection, asked);
      const manager = await jetstreamManager(connection, { ...asked, checkAPI: true });
      return new NatsLink(label, connection, { client, manager });
    } catch (error) {
      await connection.close();
      throw unavailable(label, `JetStream does not answer: ${textOf(error)}`, { cause: error });
    }
  }

  /** Runs `work`; what the client throws becomes `transport_unavailable`. */
  async ask<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isClosed) throw closed(this.label);
    if (this.#trouble !== null) throw unavailable(this.label, this.#trouble);
    try {
      return await work();
    } catch (error) {
      if (this.#isClosed) throw closed(this.label);
      if (isOurs(error)) throw error;
      throw unavailable(this.label, textOf(error), { cause: error });
    }
  }

  /** See `Transport.watchReach`. */
  watchReach(tell: (reach: TransportReach) => void): Disposable {
    const told = (reach: TransportReach) => tell(reach);
    this.#told.add(told);
    return { [Symbol.dispose]: () => void this.#told.delete(told) };
  }

  /** Sends what was published and closes. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#trouble === null) await this.connection.drain().catch(() => {/* lost meanwhile */});
    await this.connection.close();
    await this.#watching;
  }

  async #watch(): Promise<void> {
    for await (const { type } of this.connection.status()) {
      if (this.#isClosed) continue;
      if (type === "disconnect") this.#tell("the connection was lost");
      if (type === "reconnect") this.#tell(null);
    }
  }

  #tell(trouble: string | null): void {
    if ((trouble === null) === (this.#trouble === null)) return;
    this.#trouble = trouble;
    for (const tell of this.#told) tell({ available: trouble === null, reason: trouble ?? "" });
  }
}

function connectionOptions({ servers }: NatsOptions): NodeConnectionOptions {
  return {
    servers: [...servers],
    name: "jobmaster",
    timeout: CONNECT_TIMEOUT_MS,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true, // or a server whose users were wrong for a while would be lost for good
    pingInterval: PING_MS,
    maxPingOut: MAX_UNANSWERED,
    reconnectTimeWait: RECONNECT_MS,
    reconnectJitter: RECONNECT_JITTER_MS,
  };
}

function isOurs(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === "JobMasterError";
}

function textOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
}
