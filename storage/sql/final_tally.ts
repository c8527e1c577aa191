/**
 * How many jobs have ended, per final status: kept up to date, because counting millions takes too long.
 *
 * Every change adds to one row per status of the connection's own slot, at the end of its transaction: two of them
 * seldom wait for each other.
 *
 * @module
 */

import { FINAL_STATUSES, type FinalStatus, isFinal, type JobStatus } from "../../core/job.ts";
import { STATUS } from "./codes.ts";
import { type Dialect, jsonBatch } from "./dialect.ts";
import { fixed, type Statement, type Transaction } from "./session.ts";
import type { Tables } from "./table_names.ts";

/** Counts ended jobs, in the transactions that end, revive or delete them. */
export class FinalTally {
  readonly #add: Statement;

  /** Counts in `tables`. */
  constructor(dialect: Dialect, { finalCounts }: Tables) {
    const added = dialect.jsonTable("?", "added", { status: "whole", count: "whole" });
    const sum = `${finalCounts}.count + ${dialect.inserted("count")}`;
    this.#add = fixed(
      `INSERT INTO ${finalCounts} (cluster_id, status, slot, count)
SELECT ?, added.status, ?, added.count FROM ${added} WHERE 1 = 1
${dialect.orUpdate(["cluster_id", "status", "slot"], { count: sum })}`,
    );
  }

  /** One more job per status that is final. Written together with the commit. */
  ended(transaction: Transaction, clusterId: string, statuses: readonly JobStatus[]): void {
    this.#change(transaction, clusterId, stepsOf(statuses, 1));
  }

  /** One job less per status that is final. Written together with the commit. */
  gone(transaction: Transaction, clusterId: string, statuses: readonly JobStatus[]): void {
    this.#change(transaction, clusterId, stepsOf(statuses, -1));
  }

  #change(transaction: Transaction, clusterId: string, steps: readonly Step[]): void {
    if (steps.length === 0) return;
    transaction.last(this.#add, [clusterId, transaction.slot, jsonBatch(steps)]);
  }
}

/** What a status' count changes by. */
type Step = Readonly<Record<"status" | "count", number>>;

/** Always in the same order, so that no two transactions wait for each other in a circle. */
function stepsOf(statuses: readonly JobStatus[], step: 1 | -1): readonly Step[] {
  const counts = new Map<FinalStatus, number>();
  for (const status of statuses) {
    if (isFinal(status)) counts.set(status, (counts.get(status) ?? 0) + step);
  }
  return FINAL_STATUSES.flatMap((status) => {
    const count = counts.get(status);
    return count === undefined ? [] : [{ status: STATUS[status], count }];
  });
}
