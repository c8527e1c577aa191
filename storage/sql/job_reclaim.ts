/**
 * How attempts end when their owner is gone.
 *
 * @module
 */

import { isFinal, type JobStatus } from "../../core/job.ts";
import type { JobStore } from "../port.ts";
import { batch, batches, type Item } from "./batches.ts";
import {
  CLAIMED_JOB_COLUMNS,
  type ClaimedJob,
  claimedJobOf,
  crashOf,
  hasCrashed,
  statusAfterCrash,
} from "./claimed_job.ts";
import { STATUS, UNCLAIMED } from "./codes.ts";
import type { Dialect } from "./dialect.ts";
import type { ExecutionRecord } from "./execution_record.ts";
import type { FinalTally } from "./final_tally.ts";
import { lockJobs, UNPLACE, updateJobs } from "./job_flow_statements.ts";
import type { Proofs } from "./proofs.ts";
import { errorTextOf } from "./rows.ts";
import { liveParts } from "./schema.ts";
import { fixed, type SqlDatabase, type Transaction } from "./session.ts";
import type { Tables } from "./table_names.ts";

type Input = Parameters<JobStore["reclaim"]>[0];
type Output = Awaited<ReturnType<JobStore["reclaim"]>>;

/** What reclaiming works with. */
interface Parts {
  readonly proofs: Proofs;
  readonly tally: FinalTally;
  readonly executions: ExecutionRecord;
}

/** Takes jobs out of buckets whose owner lost them. */
export class JobReclaim implements Pick<JobStore, "reclaim"> {
  readonly #database: SqlDatabase;
  readonly #parts: Parts;
  readonly #sql: ReturnType<typeof statements>;

  /** Works on `tables`. */
  constructor(database: SqlDatabase, tables: Tables, parts: Parts) {
    this.#database = database;
    this.#parts = parts;
    this.#sql = statements(database.dialect, tables);
  }

  /** See {@linkcode JobStore.reclaim}. */
  async reclaim(input: Input): Promise<Output> {
    const { clusterId, bucketId, limit } = input;
    return await this.#database.write(async (tx) => {
      const [bucket, rows] = await Promise.all([
        this.#parts.proofs.provenBucket(tx, input),
        tx.rows(this.#sql.claimed, [clusterId, bucketId, limit]),
      ]);
      if (bucket === null) return "not_owner";
      const claimed = rows.map(claimedJobOf);
      const released = await this.#release(tx, input, limit - claimed.length);
      return { moved: claimed.length + released, crashed: this.#end(tx, input, claimed) };
    });
  }

  /** Ends the attempts of `claimed` together with the commit; answers how many of them crashed. */
  #end(tx: Transaction, input: Input, claimed: readonly ClaimedJob[]): number {
    const { clusterId } = input;
    const ended = claimed.map((job) => endOf(job, input));
    for (const given of batches(ended.map(({ item }) => item))) {
      tx.last(this.#sql.end, [given, clusterId]);
    }
    const crashed = claimed.filter(hasCrashed);
    this.#parts.executions.add(tx, clusterId, crashed.map((job) => crashOf(job, input)));
    this.#parts.tally.ended(tx, clusterId, ended.map(({ status }) => status));
    return crashed.length;
  }

  /** Moves up to `limit` unclaimed jobs to the master; answers how many. */
  async #release(tx: Transaction, input: Input, limit: number): Promise<number> {
    if (limit === 0) return 0;
    const { clusterId, bucketId } = input;
    const rows = await tx.rows(this.#sql.unclaimed, [clusterId, bucketId, limit]);
    if (rows.length === 0) return 0;
    const given = batch(rows.map((row) => ({ id: row[0] as string })));
    await tx.rows(this.#sql.lock, [given, clusterId]);
    return await tx.run(this.#sql.release, [given, clusterId, bucketId]);
  }
}

/** What becomes of a claimed job, as a row of a batch. */
function endOf(
  job: ClaimedJob,
  { nowMs, error }: Input,
): { readonly item: Item; readonly status: JobStatus } {
  const crashed = hasCrashed(job);
  const status = crashed ? statusAfterCrash(job) : job.cancelling ? "Cancelled" : "HeldOnMaster";
  return {
    status,
    item: {
      id: job.id,
      status: STATUS[status],
      finished_at: isFinal(status) ? nowMs : null,
      attempts: crashed ? job.attempts : job.attempts - 1,
      crashes: crashed ? job.crashes + 1 : job.crashes,
      worker_id: crashed ? job.workerId : null,
      error: crashed ? JSON.stringify(error) : null,
      error_text: crashed ? errorTextOf(error) : null,
    },
  };
}

function statements(dialect: Dialect, tables: Tables) {
  const { jobs } = tables;
  const { claimed, unclaimed } = liveParts(dialect);
  return {
    claimed: fixed(
      `SELECT ${CLAIMED_JOB_COLUMNS} FROM ${jobs} AS t ${
        dialect.byIndex(`${jobs}_${claimed.index}`)
      }
WHERE cluster_id = ? AND ${claimed.key} = ? AND ${claimed.condition}
ORDER BY ${dialect.sortedBy("id")} LIMIT ? ${dialect.forUpdate("t")}`,
    ),
    unclaimed: fixed(
      `SELECT id FROM ${jobs} ${dialect.byIndex(`${jobs}_${unclaimed.index}`)}
WHERE cluster_id = ? AND ${unclaimed.key} = ? AND ${unclaimed.condition}
ORDER BY ${dialect.sortedBy("id")} LIMIT ?`,
    ),
    lock: lockJobs(dialect, tables, "t.id"),
    release: updateJobs(dialect, tables, {
      columns: [],
      set: { ...UNPLACE, status: `${STATUS.HeldOnMaster}`, worker_id: "NULL" },
      also: `t.bucket_id = ? AND t.${UNCLAIMED}`,
    }),
    end: updateJobs(dialect, tables, {
      columns: [
        ...["status", "finished_at", "attempts", "crashes", "worker_id", "error", "error_text"],
      ],
      set: {
        ...UNPLACE,
        status: "g.status",
        finished_at: "g.finished_at",
        attempts: "g.attempts",
        crashes: "g.crashes",
        worker_id: "g.worker_id",
        error: "coalesce(g.error, t.error)",
        error_text: "coalesce(g.error_text, t.error_text)",
      },
    }),
  };
}
