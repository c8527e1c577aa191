/**
 * The agent connections of a node.
 *
 * @module
 */

import type { TransportSpec } from "../transports/port.ts";
import type { TransportAddresses } from "./agent_posts.ts";
import type { ActorSystem } from "./runtime/system.ts";
import { transportActor } from "./transport_actor.ts";

/** Starts the actors of the agent connections, each in a thread; answers their addresses. */
export async function spawnTransports(
  system: ActorSystem,
  agents: Readonly<Record<string, TransportSpec>>,
): Promise<TransportAddresses> {
  const spawned = Object.entries(agents).map(async ([name, spec]) => {
    const { address } = await system.spawn({
      key: `transport-${name}`,
      actor: transportActor,
      args: { name, spec },
      placement: "thread",
      shutdownMs: 10_000,
    });
    return [name, address] as const;
  });
  return Object.fromEntries(await Promise.all(spawned));
}
