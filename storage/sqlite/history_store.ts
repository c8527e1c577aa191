/**
 * Executions, logs and their retention.
 *
 * @module
 */

import type { JobId } from "../../core/ids.ts";
import type { HistoryStore } from "../port.ts";
import type { SqliteConnection } from "./connection.ts";
import { HistoryReader } from "../sql/history_reader.ts";
import { LOG_COLUMNS, logValues } from "../sql/history_rows.ts";
import { fileReads } from "./file_reads.ts";
import type { JobRemoval } from "./job_removal.ts";
import { checkBatch } from "../sql/batch_limits.ts";
import { statusOf } from "../sql/rows.ts";
import type { Tables } from "../sql/table_names.ts";

type Input<Method extends keyof HistoryStore> = Parameters<HistoryStore[Method]>[0];

/** Executions and logs in SQLite. */
export class SqliteHistoryStore extends HistoryReader implements HistoryStore {
  readonly #connection: SqliteConnection;
  readonly #removal: JobRemoval;
  readonly #sql: ReturnType<typeof statements>;

  /** Works on `tables`. */
  constructor(connection: SqliteConnection, tables: Tables, removal: JobRemoval) {
    super(fileReads(connection), tables);
    this.#connection = connection;
    this.#removal = removal;
    this.#sql = statements(connection, tables);
  }

  /** See {@linkcode HistoryStore.appendLogs}. */
  async appendLogs({ clusterId, entries }: Input<"appendLogs">): Promise<void> {
    checkBatch(entries, "log entries");
    await this.#connection.write(() => {
      for (const entry of entries) this.#sql.append.run(clusterId, ...logValues(entry));
    }, entries.length);
  }

  /** See {@linkcode HistoryStore.purgeJobs}. */
  purgeJobs({ clusterId, finishedBeforeMs, limit }: Input<"purgeJobs">): Promise<number> {
    return this.#connection.write(() => {
      const jobs = this.#sql.purgeable.all(clusterId, finishedBeforeMs, limit)
        .map(([id, status]) => ({ id: id as JobId, status: statusOf(status) }));
      this.#removal.remove(clusterId, jobs);
      return jobs.length;
    }, limit);
  }

  /** See {@linkcode HistoryStore.purgeSchedules}. */
  purgeSchedules(input: Input<"purgeSchedules">): Promise<number> {
    const { clusterId, terminatedBeforeMs, limit } = input;
    return this.#connection.write(
      () => Number(this.#sql.purgeSchedules.run(clusterId, terminatedBeforeMs, limit).changes),
      limit,
    );
  }

  /** See {@linkcode HistoryStore.purgeLogs}. */
  purgeLogs({ clusterId, writtenBeforeMs, limit }: Input<"purgeLogs">): Promise<number> {
    return this.#connection.write(
      () => Number(this.#sql.purgeLogs.run(clusterId, writtenBeforeMs, limit).changes),
      limit,
    );
  }
}

function statements(connection: SqliteConnection, tables: Tables) {
  const { jobs, logs, schedules } = tables;
  return {
    append: connection.prepare(
      `INSERT INTO ${logs} (cluster_id, ${LOG_COLUMNS.join(", ")})
VALUES (?, ${LOG_COLUMNS.map(() => "?").join(", ")}) ON CONFLICT DO NOTHING`,
    ),
    purgeable: connection.prepareRows(
      `SELECT id, status FROM ${jobs} INDEXED BY ${jobs}_finished
WHERE cluster_id = ? AND finished_at < ? ORDER BY finished_at, id LIMIT ?`,
    ),
    purgeSchedules: connection.prepare(
      `DELETE FROM ${schedules} WHERE seq IN (
  SELECT seq FROM ${schedules} INDEXED BY ${schedules}_terminated
  WHERE cluster_id = ? AND terminated_at < ? ORDER BY terminated_at, id LIMIT ?
)`,
    ),
    purgeLogs: connection.prepare(
      `DELETE FROM ${logs} WHERE seq IN (
  SELECT seq FROM ${logs} INDEXED BY ${logs}_by_written
  WHERE cluster_id = ? AND written_at < ? ORDER BY written_at, id LIMIT ?
)`,
    ),
  };
}
