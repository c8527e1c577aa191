/**
 * The agent connections a cluster knows, in SQLite.
 *
 * @module
 */

import type { StatementSync } from "node:sqlite";
import type { AgentConnection } from "../../core/agent.ts";
import type { AgentStore } from "../port.ts";
import { AGENT_COLUMNS, agentOf, seenAgent } from "../sql/agent_rows.ts";
import type { Tables } from "../sql/table_names.ts";
import type { RowStatement, SqliteConnection } from "./connection.ts";

type Input<Method extends keyof AgentStore> = Parameters<AgentStore[Method]>[0];
type Output<Method extends keyof AgentStore> = ReturnType<AgentStore[Method]>;

/** The agent connections in SQLite. */
export class SqliteAgentStore implements AgentStore {
  readonly #connection: SqliteConnection;
  readonly #make: StatementSync;
  readonly #find: RowStatement;
  readonly #update: StatementSync;
  readonly #list: RowStatement;
  readonly #bucket: RowStatement;
  readonly #remove: StatementSync;
  readonly #mark: StatementSync;
  readonly #complete: StatementSync;

  /** Works on `tables`. */
  constructor(connection: SqliteConnection, { connections, buckets }: Tables) {
    const named = "WHERE cluster_id = ? AND name = ?";
    this.#connection = connection;
    this.#make = connection.prepare(
      `INSERT INTO ${connections} (cluster_id, ${AGENT_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, NULL)
ON CONFLICT DO NOTHING`,
    );
    this.#find = connection.prepareRows(`SELECT ${AGENT_COLUMNS} FROM ${connections} ${named}`);
    this.#update = connection.prepare(
      `UPDATE ${connections} SET product = ?, address = ?, fingerprint = ?, seen_at = ? ${named}`,
    );
    this.#list = connection.prepareRows(
      `SELECT ${AGENT_COLUMNS} FROM ${connections} WHERE cluster_id = ? ORDER BY name LIMIT ?`,
    );
    this.#bucket = connection.prepareRows(
      `SELECT id FROM ${buckets} WHERE cluster_id = ? AND agent_connection_id = ? LIMIT 1`,
    );
    this.#remove = connection.prepare(`DELETE FROM ${connections} ${named}`);
    this.#mark = connection.prepare(`UPDATE ${connections} SET draining_at = ? ${named}`);
    this.#complete = connection.prepare(
      `UPDATE ${buckets} SET status = 'Completing', status_changed_at = ?
WHERE cluster_id = ? AND agent_connection_id = ? AND status = 'Active'`,
    );
  }

  /** See {@linkcode AgentStore.register}. */
  register({ clusterId, agent, replace, nowMs }: Input<"register">): Output<"register"> {
    const { name, product, address, fingerprint } = agent;
    return this.#connection.write(() => {
      this.#make.run(clusterId, name, product, address, fingerprint, nowMs, nowMs);
      const stored = agentOf(clusterId, this.#find.get(clusterId, name)!);
      if (stored.fingerprint !== fingerprint && !replace) {
        return { outcome: "conflict", agent: stored };
      }
      const seen = seenAgent(stored, agent, nowMs);
      this.#update.run(product, address, fingerprint, seen.seenAtMs, clusterId, name);
      return { outcome: "registered", agent: seen };
    });
  }

  /** See {@linkcode AgentStore.seen}. */
  seen({ clusterId, agent, nowMs }: Input<"seen">): Output<"seen"> {
    return this.#connection.write(() => {
      const stored = this.#stored(clusterId, agent.name);
      if (stored === null) return "not_found";
      if (stored.fingerprint !== agent.fingerprint) return "conflict";
      const { name, product, address, fingerprint, seenAtMs } = seenAgent(stored, agent, nowMs);
      this.#update.run(product, address, fingerprint, seenAtMs, clusterId, name);
      return "noted";
    });
  }

  /** See {@linkcode AgentStore.drain}. */
  drain({ clusterId, name, nowMs }: Input<"drain">): Output<"drain"> {
    return this.#connection.write(() => {
      const stored = this.#stored(clusterId, name);
      if (stored === null) return null;
      this.#mark.run(stored.drainingAtMs ?? nowMs, clusterId, name);
      this.#complete.run(nowMs, clusterId, name);
      return this.#stored(clusterId, name);
    });
  }

  /** See {@linkcode AgentStore.resume}. */
  resume({ clusterId, name }: Input<"resume">): Output<"resume"> {
    return this.#connection.write(() => {
      this.#mark.run(null, clusterId, name);
      return this.#stored(clusterId, name);
    });
  }

  #stored(clusterId: string, name: string): AgentConnection | null {
    const row = this.#find.get(clusterId, name);
    return row === undefined ? null : agentOf(clusterId, row);
  }

  /** See {@linkcode AgentStore.list}. */
  list({ clusterId, limit }: Input<"list">): Promise<readonly AgentConnection[]> {
    return this.#connection.read(() =>
      this.#list.all(clusterId, limit).map((row) => agentOf(clusterId, row))
    );
  }

  /** See {@linkcode AgentStore.remove}. */
  remove({ clusterId, name }: Input<"remove">): Output<"remove"> {
    return this.#connection.write(() => {
      if (this.#find.get(clusterId, name) === undefined) return "not_found";
      if (this.#bucket.get(clusterId, name) !== undefined) return "in_use";
      this.#remove.run(clusterId, name);
      return "removed";
    });
  }
}
