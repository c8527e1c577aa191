/**
 * Agent connections in memory.
 *
 * @module
 */

import type { AgentConnection } from "../../../core/agent.ts";
import type { AgentStore } from "../../../storage/port.ts";
import { compareText, type MemoryState, rowsOf, type Synchronous } from "./memory_state.ts";

/** The agent connections. */
export function memoryAgents(state: MemoryState): Synchronous<AgentStore> {
  return {
    register({ clusterId, agent, replace, nowMs }) {
      const { agents } = rowsOf(state, clusterId);
      const stored = agents.get(agent.name);
      if (stored !== undefined && stored.fingerprint !== agent.fingerprint && !replace) {
        return { outcome: "conflict", agent: stored };
      }
      const seen: AgentConnection = {
        ...agent,
        clusterId,
        createdAtMs: stored?.createdAtMs ?? nowMs,
        seenAtMs: Math.max(stored?.seenAtMs ?? nowMs, nowMs),
      };
      agents.set(agent.name, seen);
      return { outcome: "registered", agent: seen };
    },
    list: ({ clusterId, limit }) =>
      [...rowsOf(state, clusterId).agents.values()]
        .sort((a, b) => compareText(a.name, b.name)).slice(0, limit),
    remove({ clusterId, name }) {
      const { agents, buckets } = rowsOf(state, clusterId);
      if (!agents.has(name)) return "not_found";
      const isBound = [...buckets.values()].some((each) => each.agentConnectionId === name);
      if (isBound) return "in_use";
      agents.delete(name);
      return "removed";
    },
  };
}
