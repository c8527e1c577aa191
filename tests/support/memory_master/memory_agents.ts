/**
 * Agent connections in memory.
 *
 * @module
 */

import type { AgentConnection } from "../../../core/agent.ts";
import type { AgentStore } from "../../../storage/port.ts";
import {
  type ClusterRows,
  compareText,
  type MemoryState,
  rowsOf,
  type Synchronous,
} from "./memory_state.ts";

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
        drainingAtMs: stored?.drainingAtMs ?? null,
      };
      agents.set(agent.name, seen);
      return { outcome: "registered", agent: seen };
    },
    seen({ clusterId, agent, nowMs }) {
      const { agents } = rowsOf(state, clusterId);
      const stored = agents.get(agent.name);
      if (stored === undefined) return "not_found";
      if (stored.fingerprint !== agent.fingerprint) return "conflict";
      agents.set(agent.name, { ...stored, ...agent, seenAtMs: Math.max(stored.seenAtMs, nowMs) });
      return "noted";
    },
    drain: ({ clusterId, name, nowMs }) => drain(rowsOf(state, clusterId), name, nowMs),
    resume({ clusterId, name }) {
      const { agents } = rowsOf(state, clusterId);
      const stored = agents.get(name);
      return stored === undefined ? null : mark(agents, { ...stored, drainingAtMs: null });
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

function drain(
  { agents, buckets }: ClusterRows,
  name: string,
  nowMs: number,
): AgentConnection | null {
  const stored = agents.get(name);
  if (stored === undefined) return null;
  for (const bucket of buckets.values()) {
    if (bucket.agentConnectionId !== name || bucket.status !== "Active") continue;
    buckets.set(bucket.id, { ...bucket, status: "Completing", statusChangedAtMs: nowMs });
  }
  return mark(agents, { ...stored, drainingAtMs: stored.drainingAtMs ?? nowMs });
}

function mark(agents: Map<string, AgentConnection>, agent: AgentConnection): AgentConnection {
  agents.set(agent.name, agent);
  return agent;
}
