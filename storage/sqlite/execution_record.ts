/**
 * Recording attempts that ended.
 *
 * @module
 */

import type { StatementSync } from "node:sqlite";
import type { Execution } from "../../core/job.ts";
import type { SqliteConnection } from "./connection.ts";
import { jsonOf } from "../sql/rows.ts";
import type { Tables } from "../sql/table_names.ts";

/** Records attempts that ended. */
export class ExecutionRecord {
  readonly #insert: StatementSync;

  /** Records in `tables`. */
  constructor(connection: SqliteConnection, { executions }: Tables) {
    this.#insert = connection.prepare(
      `INSERT INTO ${executions}
  (cluster_id, job_id, attempt, outcome, started_at, finished_at, worker_id, error)
VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    );
  }

  /** Records one. For use inside a write. */
  add(clusterId: string, execution: Execution): void {
    this.#insert.run(
      clusterId,
      execution.jobId,
      execution.attempt,
      execution.outcome,
      execution.startedAtMs,
      execution.finishedAtMs,
      execution.workerId,
      jsonOf(execution.error),
    );
  }
}
