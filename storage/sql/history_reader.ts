/**
 * Reading executions and logs.
 *
 * @module
 */

import type { Execution } from "../../core/job.ts";
import type { LogEntry } from "../../core/log.ts";
import type { HistoryStore, Page } from "../port.ts";
import { logConditions } from "./filters.ts";
import { EXECUTION_COLUMNS, executionOf, LOG_COLUMNS, logOf } from "./history_rows.ts";
import { logScans } from "./log_scans.ts";
import {
  fixed,
  type ReadableDatabase,
  type Row,
  type SqlValue,
  type Statement,
} from "./session.ts";
import { SlicedReader } from "./sliced_reader.ts";
import type { Tables } from "./table_names.ts";

type Input<Method extends keyof HistoryStore> = Parameters<HistoryStore[Method]>[0];

/** The part of a history that reads. */
export type HistoryReading = Pick<
  HistoryStore,
  "listExecutions" | "listLogs" | "countLogs" | "findLog"
>;

/** Reads executions and logs from a server or a SQLite file. */
export class HistoryReader implements HistoryReading {
  readonly #database: ReadableDatabase;
  readonly #logs: string;
  readonly #reader: SlicedReader;
  readonly #executions: Statement;
  readonly #findLog: Statement;

  /** Reads `tables`. */
  constructor(database: ReadableDatabase, { executions, logs }: Tables) {
    this.#database = database;
    this.#logs = logs;
    this.#reader = new SlicedReader(database, logs);
    this.#executions = fixed(
      `SELECT ${EXECUTION_COLUMNS.join(", ")} FROM ${executions}
WHERE cluster_id = ? AND job_id = ? ORDER BY attempt LIMIT ?`,
    );
    this.#findLog = fixed(
      `SELECT ${LOG_COLUMNS.join(", ")} FROM ${logs} WHERE cluster_id = ? AND id = ?`,
    );
  }

  /** See {@linkcode HistoryStore.listExecutions}. */
  async listExecutions(input: Input<"listExecutions">): Promise<readonly Execution[]> {
    const { clusterId, jobId, limit } = input;
    const rows = await this.#rows(this.#executions, [clusterId, jobId, limit]);
    return rows.map(executionOf);
  }

  /** See {@linkcode HistoryStore.listLogs}. */
  async listLogs(input: Input<"listLogs">): Promise<Page<LogEntry>> {
    const { clusterId, filter, oldestFirst, cursor, limit } = input;
    const direction = oldestFirst ? "asc" : "desc";
    return await this.#reader.page({
      clusterId,
      scans: logScans(this.#logs, filter),
      conditions: logConditions(filter, this.#database.dialect),
      order: { column: "written_at", direction, name: `writtenAt:${direction}` },
      cursor,
      limit,
      columns: LOG_COLUMNS.join(", "),
      read: logOf,
    });
  }

  /** See {@linkcode HistoryStore.countLogs}. */
  async countLogs({ clusterId, filter }: Input<"countLogs">): Promise<number> {
    const scans = logScans(this.#logs, filter);
    const conditions = logConditions(filter, this.#database.dialect);
    return await this.#reader.count({ clusterId, scans, conditions });
  }

  /** See {@linkcode HistoryStore.findLog}. */
  async findLog({ clusterId, logId }: Input<"findLog">): Promise<LogEntry | null> {
    const [row] = await this.#rows(this.#findLog, [clusterId, logId]);
    return row === undefined ? null : logOf(row);
  }

  #rows(statement: Statement, values: readonly SqlValue[]): Promise<readonly Row[]> {
    return this.#database.read((session) => session.rows(statement, values));
  }
}
