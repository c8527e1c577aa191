/**
 * How attempts end when their owner says so.
 *
 * @module
 */

import type { JobId } from "../../core/ids.ts";
import { CLAIMED_STATUSES, type JobStatus } from "../../core/job.ts";
import type { JobStore, Settlement } from "../port.ts";
import { batch, batches, byId, type Item } from "./batches.ts";
import { checkBatch } from "./batch_limits.ts";
import { STATUS } from "./codes.ts";
import type { Dialect } from "./dialect.ts";
import type { ExecutionRecord } from "./execution_record.ts";
import type { FinalTally } from "./final_tally.ts";
import { lockJobs, UNPLACE, updateJobs } from "./job_flow_statements.ts";
import type { BucketHolder } from "./new_jobs.ts";
import type { Proofs } from "./proofs.ts";
import { errorTextOf, jsonOf, type Row, statusOf } from "./rows.ts";
import type { SqlDatabase } from "./session.ts";
import type { Tables } from "./table_names.ts";

type Input = Parameters<JobStore["settle"]>[0];
type Output = Awaited<ReturnType<JobStore["settle"]>>;

/** What settling works with. */
interface Parts {
  readonly proofs: Proofs;
  readonly tally: FinalTally;
  readonly executions: ExecutionRecord;
}

/** What has to be known of a job that is settled. */
interface Running {
  readonly bucketId: string;
  readonly status: JobStatus;
  readonly attempts: number;
  readonly cancelling: boolean;
}

interface Applied {
  readonly settlement: Settlement;
  readonly status: JobStatus;
}

/** Settles attempts. */
export class JobSettling implements Pick<JobStore, "settle"> {
  readonly #database: SqlDatabase;
  readonly #parts: Parts;
  readonly #sql: ReturnType<typeof statements>;

  /** Works on `tables`. */
  constructor(database: SqlDatabase, tables: Tables, parts: Parts) {
    this.#database = database;
    this.#parts = parts;
    this.#sql = statements(database.dialect, tables);
  }

  /** See {@linkcode JobStore.settle}. */
  async settle({ clusterId, settlements }: Input): Promise<Output> {
    checkBatch(settlements, "settlements");
    const ids = [...new Set(settlements.map(({ jobId }) => jobId))];
    const wanted = batch(byId(ids.map((id) => ({ id }))));
    const { proofs, executions, tally } = this.#parts;
    return await this.#database.write(async (tx) => {
      const [buckets, rows] = await Promise.all([
        proofs.bucketsOf(tx, clusterId, settlements.map(({ bucketId }) => bucketId)),
        tx.rows(this.#sql.lock, [wanted, clusterId]),
      ]);
      const { applied, stale } = decided(settlements, buckets, rows);
      for (const given of batches(byId(applied.map(itemOf)))) {
        tx.last(this.#sql.settle, [given, clusterId]);
      }
      const recorded = applied.filter(({ settlement }) => settlement.outcome !== "interrupted");
      executions.add(tx, clusterId, recorded.map(({ settlement }) => settlement));
      tally.ended(tx, clusterId, applied.map(({ status }) => status));
      return {
        applied: applied.map(({ settlement: { jobId }, status }) => ({ jobId, status })),
        stale,
      };
    });
  }
}

/** Which settlements still hold, in their order, and what becomes of their jobs. */
function decided(
  settlements: readonly Settlement[],
  buckets: ReadonlyMap<string, BucketHolder>,
  rows: readonly Row[],
): { readonly applied: readonly Applied[]; readonly stale: readonly JobId[] } {
  const running = new Map(rows.map((row) => [row[0] as JobId, runningOf(row)]));
  const applied: Applied[] = [];
  const stale: JobId[] = [];
  for (const settlement of settlements) {
    const { jobId, bucketId, epoch, attempt, next } = settlement;
    const job = running.get(jobId);
    const fits = buckets.get(bucketId)?.epoch === epoch && job?.bucketId === bucketId &&
      job.attempts === attempt && CLAIMED_STATUSES.includes(job.status);
    if (!fits) {
      stale.push(jobId);
      continue;
    }
    running.delete(jobId); // the first settlement of an attempt counts
    const cancelled = next.status === "HeldOnMaster" && job.cancelling;
    applied.push({ settlement, status: cancelled ? "Cancelled" : next.status });
  }
  return { applied, stale };
}

function runningOf(row: Row): Running {
  return {
    bucketId: row[1] as string,
    status: statusOf(row[2]),
    attempts: row[3] as number,
    cancelling: row[4] !== null,
  };
}

/** What changes in a settled job. */
function itemOf({ settlement, status }: Applied): Item & { readonly id: JobId } {
  const { next, outcome, error, finishedAtMs } = settlement;
  const held = status === "HeldOnMaster";
  const kept = next.status !== "Succeeded";
  return {
    id: settlement.jobId,
    status: STATUS[status],
    scheduled_at: held && next.status === "HeldOnMaster" ? next.scheduledAtMs : null,
    finished_at: held ? null : finishedAtMs,
    attempts: settlement.attempt - (outcome === "interrupted" ? 1 : 0),
    crashes: outcome === "crashed" ? 1 : 0,
    worker_id: settlement.workerId,
    started_at: settlement.startedAtMs,
    result: settlement.result,
    error: kept ? jsonOf(error) : null,
    error_text: kept ? errorTextOf(error) : null,
    keeps_error: kept && error === null ? 1 : 0,
    progress: jsonOf(settlement.progress),
  };
}

function statements(dialect: Dialect, tables: Tables) {
  const latest = (column: string) =>
    `CASE WHEN g.keeps_error = 1 THEN t.${column} ELSE g.${column} END`;
  return {
    lock: lockJobs(
      dialect,
      tables,
      "t.id, t.bucket_id, t.status, t.attempts, t.cancel_requested_at",
    ),
    settle: updateJobs(dialect, tables, {
      columns: [
        ...["status", "scheduled_at", "finished_at", "attempts", "crashes", "worker_id"],
        ...["started_at", "result", "error", "error_text", "progress"],
      ],
      more: { keeps_error: "whole" },
      set: {
        ...UNPLACE,
        status: "g.status",
        scheduled_at: "coalesce(g.scheduled_at, t.scheduled_at)",
        finished_at: "g.finished_at",
        attempts: "g.attempts",
        crashes: "t.crashes + g.crashes",
        worker_id: "g.worker_id",
        started_at: "g.started_at",
        result: "g.result",
        error: latest("error"),
        error_text: latest("error_text"),
        progress: "coalesce(g.progress, t.progress)",
      },
    }),
  };
}
