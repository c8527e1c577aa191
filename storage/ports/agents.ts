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
  /** Notes product, address and time of an agent connection that is known with this fingerprint; makes none known. */
  seen(input: {
    readonly clusterId: string;
    readonly agent: SeenAgent;
    readonly nowMs: number;
  }): Promise<"noted" | "conflict" | "not_found">;
  /** The agent connections, by name; at most `limit`. */
  list(input: {
    readonly clusterId: string;
    readonly limit: number;
  }): Promise<readonly AgentConnection[]>;
  /**
   * Marks an agent connection as draining, unless it is already, and moves its `Active` buckets to `Completing`: from
   * then on nobody places jobs there, and none are made. Answers it as it is; `null` when it is not known.
   */
  drain(input: {
    readonly clusterId: string;
    readonly name: string;
    readonly nowMs: number;
  }): Promise<AgentConnection | null>;
  /** Takes the mark away; its buckets stay as they are. Answers it as it is; `null` when it is not known. */
  resume(input: {
    readonly clusterId: string;
    readonly name: string;
  }): Promise<AgentConnection | null>;
  /** Forgets an agent connection that no bucket is bound to. */
  remove(input: {
    readonly clusterId: string;
    readonly name: string;
  }): Promise<"removed" | "in_use" | "not_found">;
}
