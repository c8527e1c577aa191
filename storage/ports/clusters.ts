/**
 * Clusters, their settings and their job definitions.
 *
 * @module
 */

import type { Cluster, ClusterSettings } from "../../core/cluster.ts";
import type { DefinitionDefaults } from "../../core/definition.ts";

/** State of the master, for health checks. */
export interface MasterHealth {
  /** What serves it, for people, e.g. `"SQLite 3.53.0"`. */
  readonly product: string;
  /** Version of the schema in use. */
  readonly schemaVersion: number;
  /** The database's clock, in epoch milliseconds. */
  readonly clockMs: number;
}

/** Clusters, their settings and their job definitions. */
export interface ClusterStore {
  /** Makes the cluster with `settings` unless it exists; answers it as stored. */
  ensure(input: {
    readonly clusterId: string;
    readonly settings: ClusterSettings;
    readonly nowMs: number;
  }): Promise<Cluster>;
  /** The cluster, if there is one. */
  find(input: { readonly clusterId: string }): Promise<Cluster | null>;
  /** Every cluster of this master, by id; at most `limit`. */
  list(input: { readonly limit: number }): Promise<readonly Cluster[]>;
  /** Replaces the settings if `version` is still the stored one. */
  update(input: {
    readonly clusterId: string;
    readonly settings: ClusterSettings;
    readonly version: number;
    readonly nowMs: number;
  }): Promise<Cluster | "conflict">;
  /** Stores the definitions a node can run; a later definition of the same id replaces an earlier one. */
  saveDefinitions(input: {
    readonly clusterId: string;
    readonly definitions: readonly DefinitionDefaults[];
    readonly nowMs: number;
  }): Promise<void>;
  /** Every definition nodes have stored, by id; at most `limit`. */
  listDefinitions(input: {
    readonly clusterId: string;
    readonly limit: number;
  }): Promise<readonly DefinitionDefaults[]>;
  /** State of the master. */
  health(): Promise<MasterHealth>;
}
