/**
 * Where things are when not everything has ended: buckets, their owners, and what waits on the agent connection.
 *
 * @module
 */

import { transportSpec } from "../../../transports/mod.ts";
import type { TransportAdapter } from "../../../transports/port.ts";
import type { Ask } from "./master_rows.ts";

/** Says it in lines. */
export async function autopsy(ask: Ask, agentUrl: string | null): Promise<readonly string[]> {
  const lines = [
    ...await ask("SELECT id, status, worker_id, epoch FROM jm_buckets ORDER BY id"),
    ...await ask("SELECT id, status, incarnation, lease_until FROM jm_workers"),
    ...await ask(
      "SELECT status, bucket_id, count(*) AS jobs FROM jm_jobs WHERE status < 6 GROUP BY status, bucket_id",
    ),
  ].map((row) => JSON.stringify(row));
  if (agentUrl === null) return lines;
  const { module, options } = transportSpec(agentUrl);
  const { adapter } = await import(module) as { readonly adapter: TransportAdapter };
  await using transport = await adapter.open(options);
  const bucketIds = await transport.queues({ clusterId: "local", limit: 1_000 });
  const depths = await transport.depths({ clusterId: "local", bucketIds });
  const parked = await transport.listParked({ clusterId: "local", limit: 1_000 });
  return [
    ...lines,
    ...depths.map((depth) => JSON.stringify(depth)),
    ...parked.map((message) => `parked: ${JSON.stringify(message)}`),
  ];
}
