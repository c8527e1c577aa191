/**
 * Recording attempts that ended.
 *
 * @module
 */

import type { StatementSync } from "node:sqlite";
import type { Execution } from "../../core/job.ts";
import type { SqliteConnection } from "./connection.ts";
import { EXECUTION_COLUMNS, executionValues } from "../sql/history_rows.ts";
import type { Tables } from "../sql/table_names.ts";

/** Records attempts that ended. */
export class ExecutionRecord {
  readonly #insert: StatementSync;

  /** Records in `tables`. */
  constructor(connection: SqliteConnection, { executions }: Tables) {
    this.#insert = connection.prepare(
      `INSERT INTO ${executions} (cluster_id, ${EXECUTION_COLUMNS.join(", ")})
VALUES (?, ${EXECUTION_COLUMNS.map(() => "?").join(", ")}) ON CONFLICT DO NOTHING`,
    );
  }

  /** Records one. For use inside a write. */
  add(clusterId: string, execution: Execution): void {
    this.#insert.run(clusterId, ...executionValues(execution));
  }
}
