/**
 * Recording attempts that ended.
 *
 * @module
 */

import type { Execution } from "../../core/job.ts";
import { batches, columnsOf, itemWith } from "./batches.ts";
import { EXECUTIONS } from "./columns.ts";
import type { Dialect } from "./dialect.ts";
import { EXECUTION_COLUMNS, executionValues } from "./history_rows.ts";
import { fixed, type Statement, type Transaction } from "./session.ts";
import type { Tables } from "./table_names.ts";

/** Records attempts that ended. */
export class ExecutionRecord {
  readonly #insert: Statement;

  /** Records in `tables`. */
  constructor(dialect: Dialect, { executions }: Tables) {
    const names = EXECUTION_COLUMNS.join(", ");
    const given = dialect.jsonTable("?", "g", columnsOf(EXECUTIONS, EXECUTION_COLUMNS));
    this.#insert = fixed(
      `INSERT INTO ${executions} (cluster_id, ${names})
SELECT ?, ${names} FROM ${given} WHERE 1 = 1
${dialect.orIgnore(executions)}`,
    );
  }

  /** Records them together with the commit. One that is recorded already is left as it is. */
  add(tx: Transaction, clusterId: string, executions: readonly Execution[]): void {
    const items = executions.map((each) => itemWith(EXECUTION_COLUMNS, executionValues(each)));
    for (const given of batches(items)) tx.last(this.#insert, [clusterId, given]);
  }
}
