/**
 * How attempts end when their owner is gone.
 *
 * @module
 */

import { isFinal, type JobStatus } from "../../core/job.ts";
import type { JobId } from "../../core/ids.ts";
import type { JobStore } from "../port.ts";
import { CLAIMED, STATUS, UNCLAIMED } from "./codes.ts";
import type { SqliteConnection } from "./connection.ts";
import type { ExecutionRecord } from "./execution_record.ts";
import type { FinalTally } from "./final_tally.ts";
import type { Proofs } from "./proofs.ts";
import { type Row, statusOf } from "./rows.ts";
import type { Tables } from "./schema.ts";

type Input = Parameters<JobStore["reclaim"]>[0];
type Output = Awaited<ReturnType<JobStore["reclaim"]>>;

/** What reclaiming works with. */
interface Parts {
  readonly proofs: Proofs;
  readonly tally: FinalTally;
  readonly executions: ExecutionRecord;
}

/** What has to be known of a claimed job. */
interface Claimed {
  readonly seq: number;
  readonly jobId: JobId;
  readonly status: JobStatus;
  readonly attempts: number;
  readonly lastAttempt: number;
  readonly crashes: number;
  readonly cancelling: boolean;
  readonly startedAtMs: number | null;
  readonly claimedAtMs: number;
  readonly workerId: string | null;
}

/** Takes jobs out of buckets whose owner lost them. */
export class JobReclaim implements Pick<JobStore, "reclaim"> {
  readonly #connection: SqliteConnection;
  readonly #parts: Parts;
  readonly #sql: ReturnType<typeof statements>;

  /** Works on `tables`. */
  constructor(connection: SqliteConnection, tables: Tables, parts: Parts) {
    this.#connection = connection;
    this.#parts = parts;
    this.#sql = statements(connection, tables);
  }

  /** See {@linkcode JobStore.reclaim}. */
  reclaim(input: Input): Promise<Output> {
    const { clusterId, bucketId, limit } = input;
    return this.#connection.write(() => {
      if (this.#parts.proofs.provenBucket(input) === null) return "not_owner";
      const claimed = this.#sql.claimed.all(clusterId, bucketId, limit).map(claimedOf);
      const crashed = claimed.filter(hasCrashed);
      const notStarted = claimed.filter((job) => !hasCrashed(job));
      this.#parts.tally.ended(clusterId, [
        ...crashed.map((job) => this.#crash(input, job)),
        ...notStarted.map((job) => this.#giveBack(input, job)),
      ]);
      const { changes } = this.#sql.release.run(clusterId, bucketId, limit - claimed.length);
      return { moved: claimed.length + Number(changes), crashed: crashed.length };
    }, limit);
  }

  #giveBack({ nowMs }: Input, job: Claimed): JobStatus {
    const status = job.cancelling ? "Cancelled" : "HeldOnMaster";
    this.#sql.giveBack.run(STATUS[status], isFinal(status) ? nowMs : null, job.seq);
    return status;
  }

  #crash({ clusterId, nowMs, error }: Input, job: Claimed): JobStatus {
    const status = statusAfterCrash(job);
    const finishedAtMs = isFinal(status) ? nowMs : null;
    this.#sql.crash.run(STATUS[status], finishedAtMs, JSON.stringify(error), job.seq);
    const started = job.status === "Processing" ? job.startedAtMs : null;
    this.#parts.executions.add(clusterId, {
      jobId: job.jobId,
      attempt: job.attempts,
      outcome: "crashed",
      startedAtMs: started ?? job.claimedAtMs,
      finishedAtMs: nowMs,
      workerId: job.workerId,
      error,
    });
    return status;
  }
}

/** A job that has crashed before is marked as started before it starts: without the mark it had not. */
function hasCrashed(job: Claimed): boolean {
  return job.status === "Processing" || job.crashes === 0;
}

function statusAfterCrash(job: Claimed): JobStatus {
  if (job.attempts >= job.lastAttempt) return "Failed";
  return job.cancelling ? "Cancelled" : "HeldOnMaster";
}

function claimedOf(row: Row): Claimed {
  return {
    seq: row[0] as number,
    jobId: row[1] as string,
    status: statusOf(row[2]),
    attempts: row[3] as number,
    lastAttempt: row[4] as number,
    crashes: row[5] as number,
    cancelling: row[6] !== null,
    startedAtMs: row[7] as number | null,
    claimedAtMs: row[8] as number,
    workerId: row[9] as string | null,
  };
}

function statements(connection: SqliteConnection, { jobs }: Tables) {
  const unplace = `UPDATE ${jobs} SET bucket_id = NULL, agent_connection_id = NULL,
  revision = revision + 1`;
  return {
    claimed: connection.prepareRows(
      `SELECT seq, id, status, attempts, last_attempt, crashes, cancel_requested_at, started_at,
  claimed_at, worker_id
FROM ${jobs} INDEXED BY ${jobs}_claimed
WHERE cluster_id = ? AND bucket_id = ? AND ${CLAIMED} ORDER BY id LIMIT ?`,
    ),
    giveBack: connection.prepare(
      `${unplace}, worker_id = NULL, attempts = attempts - 1, status = ?, finished_at = ?
WHERE seq = ?`,
    ),
    crash: connection.prepare(
      `${unplace}, crashes = crashes + 1, status = ?, finished_at = ?, error = ? WHERE seq = ?`,
    ),
    release: connection.prepare(
      `${unplace}, worker_id = NULL, status = ${STATUS.HeldOnMaster}
WHERE seq IN (
  SELECT seq FROM ${jobs} INDEXED BY ${jobs}_unclaimed
  WHERE cluster_id = ? AND bucket_id = ? AND ${UNCLAIMED} ORDER BY id LIMIT ?
)`,
    ),
  };
}
