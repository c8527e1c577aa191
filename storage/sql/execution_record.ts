/**
 * Recording attempts that ended.
 *
 * @module
 */

import type { Execution } from "../../core/job.ts";
import { batches, columnsOf } from "./batches.ts";
import { EXECUTIONS } from "./columns.ts";
import type { Dialect } from "./dialect.ts";
import { jsonOf } from "./rows.ts";
import { fixed, type Statement, type Transaction } from "./session.ts";
import type { Tables } from "./table_names.ts";

const COLUMNS: readonly string[] = [
  "job_id",
  "attempt",
  "outcome",
  "started_at",
  "finished_at",
  "worker_id",
  "error",
];

/** Records attempts that ended. */
export class ExecutionRecord {
  readonly #insert: Statement;

  /** Records in `tables`. */
  constructor(dialect: Dialect, { executions }: Tables) {
    const names = COLUMNS.join(", ");
    this.#insert = fixed(
      `INSERT INTO ${executions} (cluster_id, ${names})
SELECT ?, ${names} FROM ${dialect.jsonTable("?", "g", columnsOf(EXECUTIONS, COLUMNS))} WHERE 1 = 1
${dialect.orIgnore(executions)}`,
    );
  }

  /** Records them together with the commit. One that is recorded already is left as it is. */
  add(tx: Transaction, clusterId: string, executions: readonly Execution[]): void {
    const items = executions.map((execution) => ({
      job_id: execution.jobId,
      attempt: execution.attempt,
      outcome: execution.outcome,
      started_at: execution.startedAtMs,
      finished_at: execution.finishedAtMs,
      worker_id: execution.workerId,
      error: jsonOf(execution.error),
    }));
    for (const given of batches(items)) tx.last(this.#insert, [clusterId, given]);
  }
}
