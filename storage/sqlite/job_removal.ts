/**
 * Deleting jobs with everything that belongs to them.
 *
 * @module
 */

import { SUBJECT } from "../sql/codes.ts";
import type { RemovableJob } from "../sql/job_removal.ts";
import type { SqliteConnection } from "./connection.ts";
import type { FinalTally } from "./final_tally.ts";
import type { Tables } from "../sql/table_names.ts";

/** Deletes jobs with their executions and logs. */
export class JobRemoval {
  readonly #tally: FinalTally;
  readonly #sql: ReturnType<typeof statements>;

  /** Deletes from `tables`. */
  constructor(connection: SqliteConnection, tables: Tables, tally: FinalTally) {
    this.#tally = tally;
    this.#sql = statements(connection, tables);
  }

  /** Deletes them. For use inside a write. */
  remove(clusterId: string, jobs: readonly RemovableJob[]): void {
    for (const { id } of jobs) {
      this.#sql.executions.run(clusterId, id);
      this.#sql.logs.run(clusterId, id);
      this.#sql.job.run(clusterId, id);
    }
    this.#tally.gone(clusterId, jobs.map(({ status }) => status));
  }
}

function statements(connection: SqliteConnection, { jobs, executions, logs }: Tables) {
  return {
    executions: connection.prepare(
      `DELETE FROM ${executions} WHERE cluster_id = ? AND job_id = ?`,
    ),
    logs: connection.prepare(
      `DELETE FROM ${logs} INDEXED BY ${logs}_by_subject
WHERE cluster_id = ? AND subject_type = ${SUBJECT.Job} AND subject_id = ?`,
    ),
    job: connection.prepare(
      `DELETE FROM ${jobs} INDEXED BY ${jobs}_by_id WHERE cluster_id = ? AND id = ?`,
    ),
  };
}
