/**
 * The agent connections of a node.
 *
 * @module
 */

import { JobMasterError } from "../core/errors.ts";
import type { AgentStore, SeenAgent } from "../storage/port.ts";
import type { TransportSpec } from "../transports/port.ts";
import type { TransportAddresses } from "./agent_posts.ts";
import { hasBuckets, type NodeWorker } from "./node_options.ts";
import type { AskRef } from "./runtime/ref.ts";
import type { ActorSystem } from "./runtime/system.ts";
import {
  transportActor,
  type TransportCall,
  type TransportCalls,
  transportClient,
  type TransportDescription,
} from "./transport_actor.ts";

/** What starting agent connections needs to know. */
export interface TransportStart {
  /** The cluster. */
  readonly clusterId: string;
  /** The agent connections, by name. */
  readonly agents: Readonly<Record<string, TransportSpec>>;
  /** Whether one whose name leads to another store than before is refused. */
  readonly protectAgents: boolean;
  /** The workers of the node. */
  readonly workers: readonly NodeWorker[];
  /** Where the cluster knows them. */
  readonly store: AgentStore;
}

/**
 * Starts the actors of the agent connections, each in a thread, and makes them known; answers their addresses.
 *
 * @throws {JobMasterError} `configuration_invalid` for a name that leads to another store than before: what the old one
 * still holds would be out of reach; `agent_connection_conflict` for a worker with buckets on one that is being drained.
 */
export async function startTransports(
  system: ActorSystem,
  start: TransportStart,
): Promise<TransportAddresses> {
  const spawned = Object.entries(start.agents).map(async ([name, spec]) => {
    const ref = await system.spawn({
      key: `transport-${name}`,
      actor: transportActor,
      args: { name, spec },
      placement: "thread",
      shutdownMs: 10_000,
    });
    const calls = transportClient(ref as unknown as AskRef<TransportCall>);
    await register(system, start, { name, calls });
    return [name, ref.address] as const;
  });
  return Object.fromEntries(await Promise.all(spawned));
}

async function register(
  { clock }: ActorSystem,
  { clusterId, protectAgents, store, workers }: TransportStart,
  { name, calls }: { readonly name: string; readonly calls: TransportCalls },
): Promise<void> {
  const described = await calls.describe({});
  const { outcome, agent } = await store.register({
    clusterId,
    agent: seenAs(name, described),
    replace: !protectAgents,
    nowMs: clock.now(),
  });
  if (outcome === "registered") {
    const isUsed = workers.some((each) => each.agentConnectionId === name && hasBuckets(each));
    if (agent.drainingAtMs === null || !isUsed) return;
    throw new JobMasterError(
      "agent_connection_conflict",
      `Cannot start workers with buckets on agent connection "${name}": it is being drained; take it back with ` +
        `"agents resume ${name}", or bind them to another one`,
    );
  }
  throw new JobMasterError(
    "configuration_invalid",
    `Cannot use agent connection "${name}" at ${described.label}: in cluster "${clusterId}" the name stands for ` +
      `another store (${agent.product}, ${agent.address}), which may still hold jobs; give the new one another ` +
      `name, or say protectAgents: false once the old one is empty`,
  );
}

/** What the cluster comes to know of an agent connection. */
export function seenAs(
  name: string,
  { product, label: address, fingerprint }: TransportDescription,
): SeenAgent {
  return { name, product, address, fingerprint };
}
