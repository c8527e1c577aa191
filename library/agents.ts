/**
 * Looking at agent connections, draining them, and looking at what nobody could use of what came over them.
 *
 * @module
 */

import type { ClusterClient, RemoveAgentOptions } from "../actors/client.ts";
import type { AgentConnection, ParkedMessage } from "../core/agent.ts";
import type { Page } from "../storage/port.ts";

/** Options of {@linkcode Agents.parked}. */
export interface ListParkedOptions {
  /** Where to go on. @default {the start} */
  readonly cursor?: string | null;
  /** Most messages, 1 to 200. @default {25} */
  readonly limit?: number;
}

/** Looks at agent connections, drains and removes them. Every call throws `agent_connection_not_found` for a name the cluster does not know. */
export class Agents {
  readonly #client: ClusterClient;

  /** Works on `client`'s cluster. */
  constructor(client: ClusterClient) {
    this.#client = client;
  }

  /** Every agent connection, by name. */
  list(): Promise<readonly AgentConnection[]> {
    return this.#client.listAgents();
  }

  /** The agent connection. */
  get(name: string): Promise<AgentConnection> {
    return this.#client.findAgent(name);
  }

  /**
   * Begins to drain it: nobody places jobs in its buckets any more, and the workers on it give them up once what they run
   * has ended. Their jobs go on elsewhere.
   */
  drain(name: string): Promise<AgentConnection> {
    return this.#client.drainAgent(name);
  }

  /** Takes it back: the workers on it have buckets again. */
  resume(name: string): Promise<AgentConnection> {
    return this.#client.resumeAgent(name);
  }

  /**
   * Forgets it once it is drained and empty. The name then stands for nothing: a node that starts with it makes a new
   * agent connection of it.
   *
   * @throws {JobMasterError} `agent_connection_conflict` with what is still there; `transport_unavailable`
   */
  remove(name: string, { discardParked = false }: Partial<RemoveAgentOptions> = {}): Promise<void> {
    return this.#client.removeAgent(name, { discardParked });
  }

  /** How many messages are parked; `null` when this node is not connected to it or it does not answer. */
  countParked(name: string): Promise<number | null> {
    return this.#client.countParked(name);
  }

  /** One page of the messages nobody could use, the latest first. @throws {JobMasterError} `transport_unavailable` */
  parked(name: string, options: ListParkedOptions = {}): Promise<Page<ParkedMessage>> {
    const { cursor = null, limit = 25 } = options;
    return this.#client.listParked(name, { cursor, limit });
  }

  /**
   * Puts up to 1,000 parked messages back into their queues, to be received anew; answers the ids of those that are
   * there now.
   *
   * @throws {JobMasterError} `transport_unavailable`, `invalid_request`
   */
  requeue(name: string, messageIds: readonly string[]): Promise<readonly string[]> {
    return this.#client.requeueParked(name, messageIds);
  }

  /**
   * Deletes up to 1,000 parked messages; answers the ids of those that were there.
   *
   * @throws {JobMasterError} `transport_unavailable`, `invalid_request`
   */
  discard(name: string, messageIds: readonly string[]): Promise<readonly string[]> {
    return this.#client.discardParked(name, messageIds);
  }
}
