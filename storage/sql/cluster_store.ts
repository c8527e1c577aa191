/**
 * Clusters, their settings and their job definitions.
 *
 * @module
 */

import type { Cluster } from "../../core/cluster.ts";
import type { DefinitionDefaults } from "../../core/definition.ts";
import type { ClusterStore, MasterHealth } from "../port.ts";
import { type Dialect, jsonBatch } from "./dialect.ts";
import { named } from "./fields.ts";
import { clusterOf } from "./rows.ts";
import { fixed, type Row, type Session, type SqlServer } from "./session.ts";
import type { Tables } from "./table_names.ts";
import { compareText } from "./text_order.ts";

type Input<Method extends keyof ClusterStore> = Parameters<ClusterStore[Method]>[0];

const COLUMNS: readonly string[] = ["id", "settings", "version", "created_at", "updated_at"];
const fieldsOf = named(COLUMNS);

/** Clusters on a server. */
export class SqlClusterStore implements ClusterStore {
  readonly #server: SqlServer;
  readonly #sql: ReturnType<typeof statements>;

  /** Works on `tables`. */
  constructor(server: SqlServer, tables: Tables) {
    this.#server = server;
    this.#sql = statements(tables, server.dialect);
  }

  /** See {@linkcode ClusterStore.ensure}. */
  ensure({ clusterId, settings, nowMs }: Input<"ensure">): Promise<Cluster> {
    const values = [clusterId, settings.mode, JSON.stringify(settings), nowMs, nowMs];
    return this.#server.write(async (tx) => {
      const [, cluster] = await Promise.all([
        tx.run(this.#sql.make, values),
        this.#find(tx, clusterId),
      ]);
      return cluster!;
    });
  }

  /** See {@linkcode ClusterStore.find}. */
  find({ clusterId }: Input<"find">): Promise<Cluster | null> {
    return this.#server.read((session) => this.#find(session, clusterId));
  }

  /** See {@linkcode ClusterStore.list}. */
  list({ limit }: Input<"list">): Promise<readonly Cluster[]> {
    return this.#server.read(async (session) =>
      (await session.rows(this.#sql.list, [limit])).map(clusterIn)
    );
  }

  /** See {@linkcode ClusterStore.update}. */
  update(input: Input<"update">): Promise<Cluster | "conflict"> {
    const { clusterId, settings, version, nowMs } = input;
    const values = [settings.mode, JSON.stringify(settings), nowMs, clusterId, version];
    return this.#server.write(async (tx) => {
      const [changed, cluster] = await Promise.all([
        tx.run(this.#sql.update, values),
        this.#find(tx, clusterId),
      ]);
      return changed === 1 ? cluster! : "conflict";
    });
  }

  /** See {@linkcode ClusterStore.saveDefinitions}. */
  async saveDefinitions(input: Input<"saveDefinitions">): Promise<void> {
    const { clusterId, definitions, nowMs } = input;
    if (definitions.length === 0) return;
    const lastById = new Map(definitions.map((definition) => [definition.id, definition]));
    const batch = jsonBatch(
      [...lastById.values()]
        .sort((a, b) => compareText(a.id, b.id))
        .map((definition) => ({ id: definition.id, defaults: JSON.stringify(definition) })),
    );
    await this.#server.write((tx) => {
      tx.last(this.#sql.save, [clusterId, nowMs, batch]);
      return Promise.resolve();
    });
  }

  /** See {@linkcode ClusterStore.listDefinitions}. */
  listDefinitions(input: Input<"listDefinitions">): Promise<readonly DefinitionDefaults[]> {
    const { clusterId, limit } = input;
    return this.#server.read(async (session) =>
      (await session.rows(this.#sql.definitions, [clusterId, limit]))
        .map((row) => JSON.parse(row[0] as string) as DefinitionDefaults)
    );
  }

  /** See {@linkcode ClusterStore.health}. */
  health(): Promise<MasterHealth> {
    return this.#server.read(async (session) => {
      const [row] = await session.rows(this.#sql.health);
      return {
        product: this.#server.product,
        schemaVersion: row![0] as number,
        clockMs: row![1] as number,
      };
    });
  }

  async #find(session: Session, clusterId: string): Promise<Cluster | null> {
    const [row] = await session.rows(this.#sql.find, [clusterId]);
    return row === undefined ? null : clusterIn(row);
  }
}

function clusterIn(row: Row): Cluster {
  return clusterOf(fieldsOf(row));
}

function statements({ clusters, definitions, schema }: Tables, dialect: Dialect) {
  const select = `SELECT ${COLUMNS.join(", ")} FROM ${clusters}`;
  const given = dialect.jsonTable("?", "given", { id: "text", defaults: "text" });
  return {
    make: fixed(
      `INSERT INTO ${clusters} (id, mode, settings, version, created_at, updated_at)
VALUES (?, ?, ?, 1, ?, ?) ${dialect.orUpdate(["id"], { version: `${clusters}.version` })}`,
    ),
    find: fixed(`${select} WHERE id = ?`),
    list: fixed(`${select} ORDER BY id LIMIT ?`),
    update: fixed(
      `UPDATE ${clusters} SET mode = ?, settings = ?, updated_at = ?, version = version + 1
WHERE id = ? AND version = ?`,
    ),
    save: fixed(
      `INSERT INTO ${definitions} (cluster_id, id, defaults, updated_at)
SELECT ?, given.id, given.defaults, ? FROM ${given} WHERE 1 = 1
${
        dialect.orUpdate(["cluster_id", "id"], {
          defaults: dialect.inserted("defaults"),
          updated_at: dialect.inserted("updated_at"),
        })
      }`,
    ),
    definitions: fixed(
      `SELECT defaults FROM ${definitions} WHERE cluster_id = ? ORDER BY id LIMIT ?`,
    ),
    health: fixed(`SELECT max(version), ${dialect.clockMs} FROM ${schema}`),
  };
}
