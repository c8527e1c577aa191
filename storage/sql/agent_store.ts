/**
 * The agent connections a cluster knows, on a server.
 *
 * @module
 */

import type { AgentConnection } from "../../core/agent.ts";
import type { AgentStore } from "../port.ts";
import { AGENT_COLUMNS, agentOf, seenAgent } from "./agent_rows.ts";
import type { Dialect } from "./dialect.ts";
import { fixed, type SqlDatabase, type Transaction } from "./session.ts";
import type { Tables } from "./table_names.ts";

type Input<Method extends keyof AgentStore> = Parameters<AgentStore[Method]>[0];
type Output<Method extends keyof AgentStore> = ReturnType<AgentStore[Method]>;

/** The agent connections on a server. */
export class SqlAgentStore implements AgentStore {
  readonly #database: SqlDatabase;
  readonly #sql: ReturnType<typeof statements>;

  /** Works on `tables`. */
  constructor(database: SqlDatabase, tables: Tables) {
    this.#database = database;
    this.#sql = statements(tables, database.dialect);
  }

  /** See {@linkcode AgentStore.register}. */
  register({ clusterId, agent, replace, nowMs }: Input<"register">): Output<"register"> {
    const { name, product, address, fingerprint } = agent;
    const made = [clusterId, name, product, address, fingerprint, nowMs, nowMs];
    return this.#database.write(async (tx) => {
      const [, [row]] = await Promise.all([
        tx.run(this.#sql.make, made),
        tx.rows(this.#sql.lock, [clusterId, name]),
      ]);
      const stored = agentOf(clusterId, row!);
      if (stored.fingerprint !== fingerprint && !replace) {
        return { outcome: "conflict", agent: stored };
      }
      const seen = seenAgent(stored, agent, nowMs);
      const values = [product, address, fingerprint, seen.seenAtMs, clusterId, name];
      tx.last(this.#sql.update, values);
      return { outcome: "registered", agent: seen };
    });
  }

  /** See {@linkcode AgentStore.seen}. */
  seen({ clusterId, agent, nowMs }: Input<"seen">): Output<"seen"> {
    return this.#database.write(async (tx) => {
      const stored = await this.#lock(tx, clusterId, agent.name);
      if (stored === null) return "not_found";
      if (stored.fingerprint !== agent.fingerprint) return "conflict";
      const { name, product, address, fingerprint, seenAtMs } = seenAgent(stored, agent, nowMs);
      tx.last(this.#sql.update, [product, address, fingerprint, seenAtMs, clusterId, name]);
      return "noted";
    });
  }

  /** See {@linkcode AgentStore.drain}. */
  drain({ clusterId, name, nowMs }: Input<"drain">): Output<"drain"> {
    return this.#database.write(async (tx) => {
      const stored = await this.#lock(tx, clusterId, name);
      if (stored === null) return null;
      const drainingAtMs = stored.drainingAtMs ?? nowMs;
      tx.last(this.#sql.mark, [drainingAtMs, clusterId, name]);
      tx.last(this.#sql.complete, [nowMs, clusterId, name]);
      return { ...stored, drainingAtMs };
    });
  }

  /** See {@linkcode AgentStore.resume}. */
  resume({ clusterId, name }: Input<"resume">): Output<"resume"> {
    return this.#database.write(async (tx) => {
      const stored = await this.#lock(tx, clusterId, name);
      if (stored === null) return null;
      tx.last(this.#sql.mark, [null, clusterId, name]);
      return { ...stored, drainingAtMs: null };
    });
  }

  /** The agent connection, held alone until the commit. */
  async #lock(tx: Transaction, clusterId: string, name: string): Promise<AgentConnection | null> {
    const [row] = await tx.rows(this.#sql.lock, [clusterId, name]);
    return row === undefined ? null : agentOf(clusterId, row);
  }

  /** See {@linkcode AgentStore.list}. */
  list({ clusterId, limit }: Input<"list">): Promise<readonly AgentConnection[]> {
    return this.#database.read(async (session) => {
      const rows = await session.rows(this.#sql.list, [clusterId, limit]);
      return rows.map((row) => agentOf(clusterId, row));
    });
  }

  /** See {@linkcode AgentStore.remove}. */
  remove({ clusterId, name }: Input<"remove">): Output<"remove"> {
    return this.#database.write(async (tx) => {
      const [[known], [bucket]] = await Promise.all([
        tx.rows(this.#sql.lock, [clusterId, name]),
        tx.rows(this.#sql.bucket, [clusterId, name]),
      ]);
      if (known === undefined) return "not_found";
      if (bucket !== undefined) return "in_use";
      tx.last(this.#sql.remove, [clusterId, name]);
      return "removed";
    });
  }
}

function statements({ connections, buckets }: Tables, dialect: Dialect) {
  return {
    make: fixed(
      `INSERT INTO ${connections} (cluster_id, ${AGENT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, NULL) ${
        dialect.orIgnore(connections)
      }`,
    ),
    lock: fixed(
      `SELECT ${AGENT_COLUMNS} FROM ${connections} AS c WHERE c.cluster_id = ? AND c.name = ? ${
        dialect.forUpdate("c")
      }`,
    ),
    update: fixed(
      `UPDATE ${connections} SET product = ?, address = ?, fingerprint = ?, seen_at = ?
WHERE cluster_id = ? AND name = ?`,
    ),
    mark: fixed(`UPDATE ${connections} SET draining_at = ? WHERE cluster_id = ? AND name = ?`),
    complete: fixed(
      `UPDATE ${buckets} SET status = 'Completing', status_changed_at = ?
WHERE cluster_id = ? AND agent_connection_id = ? AND status = 'Active'`,
    ),
    list: fixed(
      `SELECT ${AGENT_COLUMNS} FROM ${connections} WHERE cluster_id = ? ORDER BY name LIMIT ?`,
    ),
    bucket: fixed(
      `SELECT id FROM ${buckets} WHERE cluster_id = ? AND agent_connection_id = ? LIMIT 1`,
    ),
    remove: fixed(`DELETE FROM ${connections} WHERE cluster_id = ? AND name = ?`),
  };
}
