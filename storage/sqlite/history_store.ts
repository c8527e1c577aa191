/**
 * Executions, logs and their retention.
 *
 * @module
 */

import type { JobId } from "../../core/ids.ts";
import type { LogEntry } from "../../core/log.ts";
import type { Execution } from "../../core/job.ts";
import type { HistoryStore, Page } from "../port.ts";
import { LEVEL, SUBJECT } from "./codes.ts";
import type { SqliteConnection } from "./connection.ts";
import { decodeCursor, encodeCursor, type Place } from "./cursor.ts";
import { logConditions } from "./filters.ts";
import type { JobRemoval } from "./job_removal.ts";
import { logScans } from "./log_scans.ts";
import { checkBatch } from "./proofs.ts";
import { executionOf, type Fields, LOG_COLUMNS, logOf, statusOf } from "./rows.ts";
import type { Tables } from "./schema.ts";
import { SlicedReader } from "./sliced_reader.ts";

type Input<Method extends keyof HistoryStore> = Parameters<HistoryStore[Method]>[0];

/** Executions and logs in SQLite. */
export class SqliteHistoryStore implements HistoryStore {
  readonly #connection: SqliteConnection;
  readonly #logs: string;
  readonly #removal: JobRemoval;
  readonly #reader: SlicedReader;
  readonly #sql: ReturnType<typeof statements>;

  /** Works on `tables`. */
  constructor(connection: SqliteConnection, tables: Tables, removal: JobRemoval) {
    this.#connection = connection;
    this.#logs = tables.logs;
    this.#removal = removal;
    this.#reader = new SlicedReader(connection, tables.logs);
    this.#sql = statements(connection, tables);
  }

  /** See {@linkcode HistoryStore.listExecutions}. */
  listExecutions(input: Input<"listExecutions">): Promise<readonly Execution[]> {
    const { clusterId, jobId, limit } = input;
    return this.#connection.read(() =>
      (this.#sql.executions.all(clusterId, jobId, limit) as readonly Fields[]).map(executionOf)
    );
  }

  /** See {@linkcode HistoryStore.appendLogs}. */
  async appendLogs({ clusterId, entries }: Input<"appendLogs">): Promise<void> {
    checkBatch(entries, "log entries");
    await this.#connection.write(() => {
      for (const entry of entries) this.#append(clusterId, entry);
    }, entries.length);
  }

  #append(clusterId: string, entry: LogEntry): void {
    this.#sql.append.run(
      clusterId,
      entry.id,
      LEVEL[entry.level],
      SUBJECT[entry.subjectType],
      entry.subjectId,
      entry.attempt,
      entry.writtenAtMs,
      entry.host,
      entry.message,
      entry.fields,
    );
  }

  /** See {@linkcode HistoryStore.listLogs}. */
  async listLogs(input: Input<"listLogs">): Promise<Page<LogEntry>> {
    const { clusterId, filter, oldestFirst, cursor, limit } = input;
    const direction = oldestFirst ? "asc" : "desc";
    const orderName = `writtenAt:${direction}`;
    const found = await this.#reader.list({
      clusterId,
      scans: logScans(this.#logs, filter),
      conditions: logConditions(filter),
      order: { column: "written_at", direction },
      after: cursor === null ? null : decodeCursor(orderName, cursor),
      limit: limit + 1,
      columns: LOG_COLUMNS,
      read: (row): Place & { readonly entry: LogEntry } => {
        const entry = logOf(row);
        return { atMs: entry.writtenAtMs, id: entry.id, entry };
      },
    });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(({ entry }) => entry),
      nextCursor: found.length > limit && last !== undefined ? encodeCursor(orderName, last) : null,
    };
  }

  /** See {@linkcode HistoryStore.countLogs}. */
  async countLogs({ clusterId, filter }: Input<"countLogs">): Promise<number> {
    const scans = logScans(this.#logs, filter);
    return await this.#reader.count({ clusterId, scans, conditions: logConditions(filter) });
  }

  /** See {@linkcode HistoryStore.findLog}. */
  findLog({ clusterId, logId }: Input<"findLog">): Promise<LogEntry | null> {
    return this.#connection.read(() => {
      const row = this.#sql.findLog.get(clusterId, logId);
      return row === undefined ? null : logOf(row);
    });
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
  const { jobs, executions, logs, schedules } = tables;
  return {
    executions: connection.prepare(
      `SELECT * FROM ${executions} WHERE cluster_id = ? AND job_id = ? ORDER BY attempt LIMIT ?`,
    ),
    append: connection.prepare(
      `INSERT INTO ${logs} (cluster_id, id, level, subject_type, subject_id, attempt, written_at,
  host, message, fields)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ),
    findLog: connection.prepareRows(
      `SELECT ${LOG_COLUMNS} FROM ${logs} INDEXED BY ${logs}_by_id
WHERE cluster_id = ? AND id = ?`,
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
