/**
 * How many jobs have ended, per final status: kept up to date, because counting millions takes too long.
 *
 * @module
 */

import type { StatementSync } from "node:sqlite";
import { FINAL_STATUSES, type FinalStatus, isFinal, type JobStatus } from "../../core/job.ts";
import { STATUS } from "../sql/codes.ts";
import type { SqliteConnection } from "./connection.ts";
import type { Tables } from "../sql/table_names.ts";

/** Counts ended jobs, in the transactions that end, revive or delete them. */
export class FinalTally {
  readonly #add: StatementSync;

  /** Counts in `tables`. */
  constructor(connection: SqliteConnection, { finalCounts }: Tables) {
    this.#add = connection.prepare(
      `INSERT INTO ${finalCounts} (cluster_id, status, count) VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET count = count + excluded.count`,
    );
  }

  /** One more job per status that is final. For use inside a write. */
  ended(clusterId: string, statuses: readonly JobStatus[]): void {
    this.#change(clusterId, statuses, 1);
  }

  /** One job less per status that is final. For use inside a write. */
  gone(clusterId: string, statuses: readonly JobStatus[]): void {
    this.#change(clusterId, statuses, -1);
  }

  #change(clusterId: string, statuses: readonly JobStatus[], step: 1 | -1): void {
    const counts = new Map<FinalStatus, number>();
    for (const status of statuses) {
      if (isFinal(status)) counts.set(status, (counts.get(status) ?? 0) + step);
    }
    for (const status of FINAL_STATUSES) {
      const count = counts.get(status);
      if (count !== undefined) this.#add.run(clusterId, STATUS[status], count);
    }
  }
}
