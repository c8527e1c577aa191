/**
 * Clusters, their settings and their job definitions in memory.
 *
 * @module
 */

import type { Cluster } from "../../../core/cluster.ts";
import type { ClusterStore } from "../../../storage/port.ts";
import { compareText, type MemoryState, rowsOf, type Synchronous } from "./memory_state.ts";

/** Clusters, their settings and their job definitions. */
export function memoryClusters(state: MemoryState): Synchronous<ClusterStore> {
  return {
    ensure: ({ clusterId, settings, nowMs }) => {
      const rows = rowsOf(state, clusterId);
      rows.cluster ??= {
        id: clusterId,
        settings,
        version: 1,
        createdAtMs: nowMs,
        updatedAtMs: nowMs,
      };
      return rows.cluster;
    },
    find: ({ clusterId }) => rowsOf(state, clusterId).cluster,
    list: ({ limit }) =>
      [...state.clusters.values()]
        .map((rows) => rows.cluster)
        .filter((cluster): cluster is Cluster => cluster !== null)
        .sort((a, b) => compareText(a.id, b.id))
        .slice(0, limit),
    update: ({ clusterId, settings, version, nowMs }) => {
      const rows = rowsOf(state, clusterId);
      if (rows.cluster?.version !== version) return "conflict";
      rows.cluster = { ...rows.cluster, settings, version: version + 1, updatedAtMs: nowMs };
      return rows.cluster;
    },
    saveDefinitions: ({ clusterId, definitions }) => {
      const rows = rowsOf(state, clusterId);
      for (const definition of definitions) rows.definitions.set(definition.id, definition);
    },
    listDefinitions: ({ clusterId, limit }) =>
      [...rowsOf(state, clusterId).definitions.values()]
        .sort((a, b) => compareText(a.id, b.id))
        .slice(0, limit),
    health: () => ({ product: "Memory", schemaVersion: 1, clockMs: state.clock.now() }),
  };
}
