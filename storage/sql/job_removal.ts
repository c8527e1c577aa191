/**
 * Deleting jobs with everything that belongs to them.
 *
 * The deletions are planned each time: a plan kept since the tables were small would read all of a large one.
 *
 * @module
 */

import type { JobId } from "../../core/ids.ts";
import type { JobStatus } from "../../core/job.ts";
import { SUBJECT } from "./codes.ts";
import { type Dialect, jsonBatch } from "./dialect.ts";
import type { FinalTally } from "./final_tally.ts";
import { composed, type Statement, type Transaction } from "./session.ts";
import type { Tables } from "./table_names.ts";

/** A job nobody runs. */
export interface RemovableJob {
  /** The job. */
  readonly id: JobId;
  /** Where it is in its life; an ended one is not counted any more. */
  readonly status: JobStatus;
}

/** Deletes jobs with their executions and logs. */
export class JobRemoval {
  readonly #tally: FinalTally;
  readonly #statements: readonly Statement[];

  /** Deletes from `tables`. */
  constructor(dialect: Dialect, { jobs, executions, logs }: Tables, tally: FinalTally) {
    this.#tally = tally;
    const inCluster = "cluster_id = ?";
    const ofJob = `${inCluster} AND subject_type = ${SUBJECT.Job}`;
    this.#statements = [
      { table: executions, index: "PRIMARY", column: "job_id", where: inCluster },
      { table: logs, index: `${logs}_by_subject`, column: "subject_id", where: ofJob },
      { table: jobs, index: "PRIMARY", column: "id", where: inCluster },
    ].map((deletion) => composed(dialect.deleteListed(deletion)));
  }

  /** Deletes them. The caller has locked them, so their statuses are what is committed. */
  async remove(
    transaction: Transaction,
    clusterId: string,
    jobs: readonly RemovableJob[],
  ): Promise<void> {
    if (jobs.length === 0) return;
    const values = [jsonBatch(jobs.map(({ id }) => ({ id }))), clusterId];
    await Promise.all(this.#statements.map((statement) => transaction.run(statement, values)));
    this.#tally.gone(transaction, clusterId, jobs.map(({ status }) => status));
  }
}
