/**
 * Clusters, their settings and their job definitions.
 *
 * @module
 */

import type { Cluster } from "../../core/cluster.ts";
import type { DefinitionDefaults } from "../../core/definition.ts";
import type { ClusterStore, MasterHealth } from "../port.ts";
import type { SqliteConnection } from "./connection.ts";
import { clusterOf, type Fields } from "../sql/rows.ts";
import type { Tables } from "../sql/table_names.ts";

type Input<Method extends keyof ClusterStore> = Parameters<ClusterStore[Method]>[0];

/** Clusters in SQLite. */
export class SqliteClusterStore implements ClusterStore {
  readonly #connection: SqliteConnection;
  readonly #sql: ReturnType<typeof statements>;

  /** Works on `tables`. */
  constructor(connection: SqliteConnection, tables: Tables) {
    this.#connection = connection;
    this.#sql = statements(connection, tables);
  }

  /** See {@linkcode ClusterStore.ensure}. */
  ensure({ clusterId, settings, nowMs }: Input<"ensure">): Promise<Cluster> {
    return this.#connection.write(() => {
      this.#sql.make.run(clusterId, JSON.stringify(settings), nowMs, nowMs);
      return clusterOf(this.#sql.find.get(clusterId) as Fields);
    });
  }

  /** See {@linkcode ClusterStore.find}. */
  find({ clusterId }: Input<"find">): Promise<Cluster | null> {
    return this.#connection.read(() => {
      const row = this.#sql.find.get(clusterId) as Fields | undefined;
      return row === undefined ? null : clusterOf(row);
    });
  }

  /** See {@linkcode ClusterStore.list}. */
  list({ limit }: Input<"list">): Promise<readonly Cluster[]> {
    return this.#connection.read(() =>
      (this.#sql.list.all(limit) as readonly Fields[]).map(clusterOf)
    );
  }

  /** See {@linkcode ClusterStore.update}. */
  update(input: Input<"update">): Promise<Cluster | "conflict"> {
    const { clusterId, settings, version, nowMs } = input;
    return this.#connection.write(() => {
      const text = JSON.stringify(settings);
      const row = this.#sql.update.get(text, nowMs, clusterId, version) as Fields | undefined;
      return row === undefined ? "conflict" : clusterOf(row);
    });
  }

  /** See {@linkcode ClusterStore.saveDefinitions}. */
  async saveDefinitions(input: Input<"saveDefinitions">): Promise<void> {
    const { clusterId, definitions, nowMs } = input;
    await this.#connection.write(() => {
      for (const definition of definitions) {
        this.#sql.save.run(clusterId, definition.id, JSON.stringify(definition), nowMs);
      }
    }, definitions.length);
  }

  /** See {@linkcode ClusterStore.listDefinitions}. */
  listDefinitions(input: Input<"listDefinitions">): Promise<readonly DefinitionDefaults[]> {
    const { clusterId, limit } = input;
    return this.#connection.read(() =>
      (this.#sql.definitions.all(clusterId, limit) as readonly Fields[])
        .map(({ defaults }) => JSON.parse(defaults as string) as DefinitionDefaults)
    );
  }

  /** See {@linkcode ClusterStore.health}. */
  health(): Promise<MasterHealth> {
    return this.#connection.read(() => {
      const { product, schema } = this.#sql.health.get() as Fields;
      return {
        product: `SQLite ${product}`,
        schemaVersion: schema as number,
        clockMs: this.#connection.clock.now(),
      };
    });
  }
}

function statements(connection: SqliteConnection, tables: Tables) {
  const { clusters, definitions, schema } = tables;
  return {
    make: connection.prepare(
      `INSERT INTO ${clusters} (id, settings, version, created_at, updated_at)
VALUES (?, ?, 1, ?, ?) ON CONFLICT DO NOTHING`,
    ),
    find: connection.prepare(`SELECT * FROM ${clusters} WHERE id = ?`),
    list: connection.prepare(`SELECT * FROM ${clusters} ORDER BY id LIMIT ?`),
    update: connection.prepare(
      `UPDATE ${clusters} SET settings = ?, updated_at = ?, version = version + 1
WHERE id = ? AND version = ? RETURNING *`,
    ),
    save: connection.prepare(
      `INSERT OR REPLACE INTO ${definitions} (cluster_id, id, defaults, updated_at)
VALUES (?, ?, ?, ?)`,
    ),
    definitions: connection.prepare(
      `SELECT defaults FROM ${definitions} WHERE cluster_id = ? ORDER BY id LIMIT ?`,
    ),
    health: connection.prepare(
      `SELECT sqlite_version() AS product, max(version) AS schema FROM ${schema}`,
    ),
  };
}
