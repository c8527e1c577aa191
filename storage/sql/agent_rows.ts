/**
 * Rows ↔ agent connections.
 *
 * @module
 */

import type { AgentConnection } from "../../core/agent.ts";
import type { SeenAgent } from "../port.ts";
import { CONNECTIONS, withinCluster } from "./columns.ts";
import type { Row } from "./rows.ts";

/** What {@linkcode agentOf} reads, in its order. */
export const AGENT_COLUMNS: string = withinCluster(CONNECTIONS).join(", ");

/** The agent connection in a row of {@linkcode AGENT_COLUMNS}. */
export function agentOf(clusterId: string, row: Row): AgentConnection {
  return {
    clusterId,
    name: row[0] as string,
    product: row[1] as string,
    address: row[2] as string,
    fingerprint: row[3] as string,
    createdAtMs: row[4] as number,
    seenAtMs: row[5] as number,
    drainingAtMs: row[6] as number | null,
  };
}

/** An agent connection that has just been seen. */
export function seenAgent(
  stored: AgentConnection,
  seen: SeenAgent,
  nowMs: number,
): AgentConnection {
  return { ...stored, ...seen, seenAtMs: Math.max(stored.seenAtMs, nowMs) };
}
