/**
 * Executions, logs and their retention on servers.
 *
 * Retention picks rows by the index that orders them, passes over those that others have locked, and deletes what it
 * picked by primary key: it waits for nobody, and several nodes that purge at once delete different rows. These statements are planned each time: a
 * plan kept since the tables were small would read all of a large one.
 *
 * @module
 */

import type { JobId } from "../../core/ids.ts";
import type { HistoryStore } from "../port.ts";
import { checkBatch } from "./batch_limits.ts";
import { batches, byId, columnsOf, itemWith } from "./batches.ts";
import { LOGS } from "./columns.ts";
import { type Dialect, jsonBatch } from "./dialect.ts";
import { HistoryReader } from "./history_reader.ts";
import { LOG_COLUMNS, logValues } from "./history_rows.ts";
import type { JobRemoval } from "./job_removal.ts";
import { statusOf } from "./rows.ts";
import { composed, fixed, type SqlDatabase, type SqlValue, type Statement } from "./session.ts";
import type { Tables } from "./table_names.ts";

type Input<Method extends keyof HistoryStore> = Parameters<HistoryStore[Method]>[0];

/** Rows of a table that become too old. */
interface Ageing {
  /** Picks the oldest rows: their ids, in the cluster, before a cut, at most so many. */
  readonly pick: Statement;
  /** Deletes rows by their ids, in the cluster. */
  readonly delete: Statement;
}

/** Executions and logs on a server. */
export class SqlHistoryStore extends HistoryReader implements HistoryStore {
  readonly #server: SqlDatabase;
  readonly #removal: JobRemoval;
  readonly #append: Statement;
  readonly #finished: Statement;
  readonly #schedules: Ageing;
  readonly #logs: Ageing;

  /** Works on `tables`. */
  constructor(server: SqlDatabase, tables: Tables, removal: JobRemoval) {
    super(server, tables);
    const { dialect } = server;
    const { jobs, logs, schedules } = tables;
    this.#server = server;
    this.#removal = removal;
    this.#append = appending(logs, dialect);
    this.#finished = oldest(dialect, jobs, {
      columns: "id, status",
      index: "finished",
      by: "finished_at",
    });
    this.#schedules = ageing(dialect, schedules, { index: "terminated", by: "terminated_at" });
    this.#logs = ageing(dialect, logs, { index: "by_written", by: "written_at" });
  }

  /** See {@linkcode HistoryStore.appendLogs}. */
  async appendLogs({ clusterId, entries }: Input<"appendLogs">): Promise<void> {
    checkBatch(entries, "log entries");
    if (entries.length === 0) return;
    const items = batches(
      byId(entries).map((entry) => itemWith(LOG_COLUMNS, logValues(entry))),
    );
    await this.#server.write(async (transaction) => {
      await Promise.all(items.map((json) => transaction.run(this.#append, [clusterId, json])));
    });
  }

  /** See {@linkcode HistoryStore.purgeJobs}. */
  purgeJobs({ clusterId, finishedBeforeMs, limit }: Input<"purgeJobs">): Promise<number> {
    return this.#server.write(async (transaction) => {
      const rows = await transaction.rows(this.#finished, [clusterId, finishedBeforeMs, limit]);
      const jobs = rows.map(([id, status]) => ({ id: id as JobId, status: statusOf(status) }));
      await this.#removal.remove(transaction, clusterId, jobs);
      return jobs.length;
    });
  }

  /** See {@linkcode HistoryStore.purgeSchedules}. */
  purgeSchedules(input: Input<"purgeSchedules">): Promise<number> {
    const { clusterId, terminatedBeforeMs, limit } = input;
    return this.#purge(this.#schedules, clusterId, [terminatedBeforeMs, limit]);
  }

  /** See {@linkcode HistoryStore.purgeLogs}. */
  purgeLogs({ clusterId, writtenBeforeMs, limit }: Input<"purgeLogs">): Promise<number> {
    return this.#purge(this.#logs, clusterId, [writtenBeforeMs, limit]);
  }

  #purge(rows: Ageing, clusterId: string, bounds: readonly SqlValue[]): Promise<number> {
    return this.#server.write(async (transaction) => {
      const picked = await transaction.rows(rows.pick, [clusterId, ...bounds]);
      if (picked.length === 0) return 0;
      const ids = picked.map(([id]) => ({ id: id! }));
      transaction.last(rows.delete, [jsonBatch(ids), clusterId]);
      return picked.length;
    });
  }
}

function appending(logs: string, dialect: Dialect): Statement {
  const entries = dialect.jsonTable("?", "entries", columnsOf(LOGS, LOG_COLUMNS));
  return fixed(
    `INSERT INTO ${logs} (cluster_id, ${LOG_COLUMNS.join(", ")})
SELECT ?, ${LOG_COLUMNS.map((column) => `entries.${column}`).join(", ")} FROM ${entries}
WHERE 1 = 1 ${dialect.orIgnore(logs)}`,
  );
}

function oldest(
  dialect: Dialect,
  table: string,
  { columns, index, by }: {
    readonly columns: string;
    readonly index: string;
    readonly by: string;
  },
): Statement {
  return composed(
    `SELECT ${columns} FROM ${table} AS t ${dialect.byIndex(`${table}_${index}`)}
WHERE cluster_id = ? AND ${by} < ? ORDER BY ${by}, id LIMIT ? ${dialect.forUpdateSkipLocked("t")}`,
  );
}

function ageing(
  dialect: Dialect,
  table: string,
  order: { readonly index: string; readonly by: string },
): Ageing {
  const deletion = { table, index: "PRIMARY", column: "id", where: "cluster_id = ?" };
  return {
    pick: oldest(dialect, table, { columns: "id", ...order }),
    delete: composed(dialect.deleteListed(deletion)),
  };
}
