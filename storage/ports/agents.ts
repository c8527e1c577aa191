/**
 * The agent connections a cluster knows.
 *
 * @module
 */

import type { AgentConnection } from "../../core/agent.ts";

/** What a node says of an agent connection it can reach. */
export type SeenAgent = Pick<AgentConnection, "name" | "product" | "address" | "fingerprint">;

/** The agent connections. */
export interface AgentStore {
  /**
   * Says that an agent connection can be reached: makes it known, or notes product, address and time. When its name is
   * known with another fingerprint nothing changes (`conflict`, with what is stored), unless `replace` is set.
   */
  register(input: {
    readonly clusterId: string;
    readonly agent: SeenAgent;
    readonly replace: boolean;
    readonly nowMs: number;
  }): Promise<{
    readonly outcome: "registered" | "conflict";
    readonly agent: AgentConnection;
  }>;
  /** The agent connections, by name; at most `limit`. */
  list(input: {
    readonly clusterId: string;
    readonly limit: number;
  }): Promise<readonly AgentConnection[]>;
  /** Forgets an agent connection that no bucket is bound to. */
  remove(input: {
    readonly clusterId: string;
    readonly name: string;
  }): Promise<"removed" | "in_use" | "not_found">;
}
