/**
 * Sends jobs that were placed to the owners of their buckets, over the agent connections this node has.
 *
 * Nobody waits for it: the master has the jobs, and an owner that misses a message finds the job there.
 *
 * @module
 */

import { codeOf } from "../core/errors.ts";
import type { Job } from "../core/job.ts";
import { STANDALONE_AGENT } from "../core/names.ts";
import { messageOf } from "./agent_messages.ts";
import { batchesOf } from "./batches.ts";
import type { NewMessage } from "../transports/port.ts";
import type { ActorContext } from "./runtime/definition.ts";
import { transportAt, type TransportCalls } from "./transport_actor.ts";

/** Addresses of the transport actors of a node, by the names of their agent connections. */
export type TransportAddresses = Readonly<Record<string, string>>;

/** What is used of an actor's context. */
type Context = Pick<ActorContext<never>, "ref" | "log">;

/** The transports of a node by name, as their calls. */
export function transportsAt(
  context: Pick<Context, "ref">,
  addresses: TransportAddresses,
): ReadonlyMap<string, TransportCalls> {
  return new Map(
    Object.entries(addresses).map(([name, address]) => [
      name,
      transportAt(context, address),
    ]),
  );
}

/** Sends jobs over the agent connections of a node. */
export class AgentPosts {
  readonly #context: Context;
  readonly #clusterId: string;
  readonly #transports: ReadonlyMap<string, TransportCalls>;

  /** Sends for a cluster over `addresses`. */
  constructor(context: Context, clusterId: string, addresses: TransportAddresses) {
    this.#context = context;
    this.#clusterId = clusterId;
    this.#transports = transportsAt(context, addresses);
  }

  /** Whether jobs may be placed in buckets of this agent connection from here. */
  reaches({ agentConnectionId }: { readonly agentConnectionId: string }): boolean {
    return agentConnectionId === STANDALONE_AGENT || this.#transports.has(agentConnectionId);
  }

  /** Whether there is anything to send over. */
  get isEmpty(): boolean {
    return this.#transports.size === 0;
  }

  /** Sends those that wait in buckets of agent connections; `sent` is called when they are there. */
  post(jobs: readonly Job[], sent: () => void = () => {}): void {
    const waiting = jobs.filter(({ status }) => status === "AssignedToBucket");
    for (const [agent, part] of Map.groupBy(waiting, (job) => job.agentConnectionId ?? "")) {
      const transport = this.#transports.get(agent);
      if (transport === undefined) continue;
      void this.#push(transport, part).then(sent, (error) => {
        this.#context.log(
          "debug",
          `Cannot send ${part.length} job(s) over "${agent}": ${codeOf(error)}`,
        );
      });
    }
  }

  /** Sends jobs that only the agent connection will have; resolves with what it promises for them. */
  async offer(
    agent: string,
    messages: readonly NewMessage[],
  ): Promise<
    { readonly acceptance: "durable" | "acknowledged"; readonly oversize: readonly string[] }
  > {
    const transport = this.#transports.get(agent)!;
    const { capabilities: { acceptance } } = await transport.describe({});
    const oversize: string[] = [];
    for (const batch of batchesOf(messages)) {
      oversize.push(
        ...(await transport.push({ clusterId: this.#clusterId, messages: batch })).oversize,
      );
    }
    return { acceptance, oversize };
  }

  async #push(transport: TransportCalls, jobs: readonly Job[]): Promise<void> {
    for (const batch of batchesOf(jobs)) {
      await transport.push({ clusterId: this.#clusterId, messages: batch.map(messageOf) });
    }
  }
}
