/**
 * Sends jobs that were placed to the owners of their buckets, over the agent connections this node has.
 *
 * Nobody waits for it: the master has the jobs, and an owner that misses a message finds the job there within a minute.
 * What could not be sent is sent again while that may come sooner.
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

/** Most jobs that wait to be sent again. */
const MAX_UNSENT = 5_000;

/** How often jobs are sent again: once a second, for as long as it takes their owner to look for them. */
const MAX_RESENDS = 60;

/** Jobs that could not be sent. */
interface Unsent {
  readonly jobs: readonly Job[];
  readonly resends: number;
  readonly sent: () => void;
}

/** Sends jobs over the agent connections of a node. */
export class AgentPosts {
  readonly #context: Context;
  readonly #clusterId: string;
  readonly #transports: ReadonlyMap<string, TransportCalls>;
  #unsent: Unsent[] = [];

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
    this.#post({ jobs, resends: 0, sent });
  }

  /** Sends again what could not be sent. To be called once a second. */
  resend(): void {
    for (const unsent of this.#unsent.splice(0)) {
      this.#post({ ...unsent, resends: unsent.resends + 1 });
    }
  }

  #post({ jobs, resends, sent }: Unsent): void {
    const waiting = jobs.filter(({ status }) => status === "AssignedToBucket");
    for (const [agent, part] of Map.groupBy(waiting, (job) => job.agentConnectionId ?? "")) {
      const transport = this.#transports.get(agent);
      if (transport === undefined) continue;
      void this.#push(transport, part).then(sent, (error) => {
        this.#context.log(
          "debug",
          `Cannot send ${part.length} job(s) over "${agent}": ${codeOf(error)}`,
        );
        this.#keep({ jobs: part, resends, sent });
      });
    }
  }

  #keep(unsent: Unsent): void {
    const kept = this.#unsent.reduce((sum, { jobs }) => sum + jobs.length, 0);
    if (unsent.resends < MAX_RESENDS && kept + unsent.jobs.length <= MAX_UNSENT) {
      this.#unsent.push(unsent);
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
