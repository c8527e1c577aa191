/**
 * The part of a {@linkcode ClusterClient} that is about agent connections.
 *
 * @module
 */

import type { AgentConnection, ParkedMessage } from "../core/agent.ts";
import { JobMasterError } from "../core/errors.ts";
import { shown } from "../core/names.ts";
import type { Page } from "../storage/port.ts";
import { conflict, discardAll, remainsOf } from "./agent_removal.ts";
import type { ListOptions, RemoveAgentOptions } from "./client.ts";
import type { ActorRef, AskRef } from "./runtime/ref.ts";
import type { ActorSystem } from "./runtime/system.ts";
import type { SchedulerMessage } from "./scheduler_protocol.ts";
import type { MasterStores } from "./storage_actor.ts";
import {
  type TransportCall,
  type TransportCalls,
  transportClient,
  type TransportMessage,
} from "./transport_actor.ts";
import type { WorkerMessage } from "./worker_protocol.ts";

/** What a desk works with. */
export interface AgentDeskOptions {
  /** The node's actors. */
  readonly system: ActorSystem;
  /** The cluster. */
  readonly clusterId: string;
  /** The master. */
  readonly store: MasterStores;
  /** Names of the agent connections of this node. */
  readonly agents: readonly string[];
  /** The node's scheduler. */
  readonly scheduler: ActorRef<SchedulerMessage>;
  /** The node's workers. */
  readonly workers: readonly ActorRef<WorkerMessage>[];
}

const MAX_LISTED = 1_000;

/** How long counting for a list may take, in milliseconds. */
const COUNT_TIMEOUT_MS = 2_000;

/** Answers what is asked about agent connections; each method as the one of the same purpose of `ClusterClient`. */
export class AgentDesk {
  readonly #options: AgentDeskOptions;

  /** Works on one cluster. */
  constructor(options: AgentDeskOptions) {
    this.#options = options;
  }

  /** The agent connections. */
  list(): Promise<readonly AgentConnection[]> {
    const { store, clusterId } = this.#options;
    return store.agents.list({ clusterId, limit: MAX_LISTED });
  }

  /** One of them. */
  async find(name: string): Promise<AgentConnection> {
    const agent = (await this.list()).find((each) => each.name === name);
    return agent ?? this.#unknown(name);
  }

  /** How many messages are parked; `null` when this node cannot see them. */
  async countParked(name: string): Promise<number | null> {
    const { clusterId, agents } = this.#options;
    if (!agents.includes(name)) return null;
    try {
      return await this.#transport(name, COUNT_TIMEOUT_MS).countParked({ clusterId });
    } catch {
      return null; // it is out of reach, which its own log says
    }
  }

  /** One page of its parked messages. */
  async listParked(
    name: string,
    { cursor, limit }: ListOptions,
  ): Promise<Page<ParkedMessage>> {
    const { clusterId } = this.#options;
    await this.#demandReach(name);
    const found = await this.#transport(name).listParked({
      clusterId,
      limit: limit + 1,
      after: cursor,
    });
    const items = found.slice(0, limit);
    return { items, nextCursor: found.length > limit ? items.at(-1)!.cursor : null };
  }

  /** Puts parked messages back. */
  async requeueParked(name: string, messageIds: readonly string[]): Promise<readonly string[]> {
    const { clusterId } = this.#options;
    await this.#demandReach(name);
    return await this.#transport(name).requeueParked({ clusterId, messageIds });
  }

  /** Deletes parked messages. */
  async discardParked(name: string, messageIds: readonly string[]): Promise<readonly string[]> {
    const { clusterId } = this.#options;
    await this.#demandReach(name);
    return await this.#transport(name).discardParked({ clusterId, messageIds });
  }

  /** Begins to drain it. */
  async drain(name: string): Promise<AgentConnection> {
    const { clusterId, store, system } = this.#options;
    const nowMs = system.clock.now();
    const agent = await store.agents.drain({ clusterId, name, nowMs }) ?? this.#unknown(name);
    this.#hurry();
    return agent;
  }

  /** Takes it back. */
  async resume(name: string): Promise<AgentConnection> {
    const { clusterId, store } = this.#options;
    const agent = await store.agents.resume({ clusterId, name }) ?? this.#unknown(name);
    this.#hurry();
    return agent;
  }

  /** Forgets it once it is empty. */
  async remove(name: string, { discardParked }: RemoveAgentOptions): Promise<void> {
    const { clusterId, store } = this.#options;
    const agent = await this.find(name);
    await this.#demandReach(name);
    const transport = this.#transport(name);
    const scene = { clusterId, name, store, transport };
    if (agent.drainingAtMs === null) {
      throw conflict(name, [`it is not being drained; begin with "agents drain ${name}"`]);
    }
    const problems = await remainsOf(scene, { discardParked });
    if (problems.length > 0) throw conflict(name, problems);
    if (discardParked) await discardAll(scene);
    const outcome = await store.agents.remove({ clusterId, name });
    if (outcome === "in_use") throw conflict(name, ["buckets are bound to it again"]);
    if (outcome === "not_found") this.#unknown(name);
  }

  /** What this node knows of buckets is old now. */
  #hurry(): void {
    const { scheduler, workers } = this.#options;
    scheduler.tell({ type: "refresh" });
    for (const worker of workers) worker.tell({ type: "look" });
  }

  /** Fails for an agent connection that this node does not have. */
  async #demandReach(name: string): Promise<void> {
    if (this.#options.agents.includes(name)) return;
    await this.find(name);
    throw new JobMasterError(
      "transport_unavailable",
      `Cannot reach agent connection ${shown(name)} from here: this node was started without it; ` +
        `ask one that has it, or give it with --agent NAME=URL`,
    );
  }

  /** Its calls. No promise may hold them: they would be taken for one themselves. */
  #transport(name: string, timeoutMs?: number): TransportCalls {
    const { system } = this.#options;
    const ref = system.ref<TransportMessage>(`${system.name}/transport-${name}`);
    return transportClient(ref as unknown as AskRef<TransportCall>, timeoutMs);
  }

  #unknown(name: string): never {
    const { clusterId } = this.#options;
    throw new JobMasterError(
      "agent_connection_not_found",
      `Cannot find agent connection ${shown(name)} in cluster "${clusterId}"`,
    );
  }
}
