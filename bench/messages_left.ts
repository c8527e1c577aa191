/**
 * What is left on agent connections when all jobs have ended.
 *
 * @module
 */

import { transportSpec } from "../transports/mod.ts";
import type { Transport, TransportAdapter } from "../transports/port.ts";
import { pause } from "../tests/support/eventually.ts";

/** What is left on one of them. */
export interface Left {
  /** Its name. */
  readonly agent: string;
  /** Messages waiting or under a lease. */
  readonly messages: number;
  /** Messages that were set aside. */
  readonly parked: number;
}

/** Looks until nothing is left, but no longer than `timeoutMs`: leases of messages nobody answered have to end first. */
export async function messagesLeft(
  agents: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<readonly Left[]> {
  const until = performance.now() + timeoutMs;
  return await Promise.all(
    Object.entries(agents).map(async ([agent, url]) => {
      await using transport = await openTransport(url);
      let left = await look(transport);
      while (left.messages > 0 && performance.now() < until) {
        await pause(500);
        left = await look(transport);
      }
      return { agent, ...left };
    }),
  );
}

async function look(transport: Transport): Promise<Omit<Left, "agent">> {
  const cluster = { clusterId: "local" };
  const bucketIds = await transport.queues({ ...cluster, limit: 1_000 });
  const depths = await transport.depths({ ...cluster, bucketIds });
  const parked = await transport.listParked({ ...cluster, limit: 1_000 });
  return {
    messages: depths.reduce((sum, { waiting, leased }) => sum + waiting + leased, 0),
    parked: parked.length,
  };
}

async function openTransport(url: string): Promise<Transport> {
  const { module, options } = transportSpec(url);
  const { adapter } = await import(module) as { readonly adapter: TransportAdapter };
  return await adapter.open(options);
}
