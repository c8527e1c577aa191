/**
 * How attempts end when their owner is gone.
 *
 * @module
 */

import { isFinal, type JobStatus } from "../../core/job.ts";
import type { JobStore } from "../port.ts";
import {
  CLAIMED_JOB_COLUMNS,
  type ClaimedJob,
  claimedJobOf,
  crashOf,
  hasCrashed,
  statusAfterCrash,
} from "../sql/claimed_job.ts";
import { CLAIMED, STATUS, UNCLAIMED } from "../sql/codes.ts";
import type { SqliteConnection } from "./connection.ts";
import type { ExecutionRecord } from "./execution_record.ts";
import type { FinalTally } from "./final_tally.ts";
import type { Proofs } from "./proofs.ts";
import type { Row } from "../sql/rows.ts";
import type { Tables } from "../sql/table_names.ts";

type Input = Parameters<JobStore["reclaim"]>[0];
type Output = Awaited<ReturnType<JobStore["reclaim"]>>;

/** What reclaiming works with. */
interface Parts {
  readonly proofs: Proofs;
  readonly tally: FinalTally;
  readonly executions: ExecutionRecord;
}

/** A claimed job and its row. */
interface Claimed extends ClaimedJob {
  readonly seq: number;
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
    this.#parts.executions.add(clusterId, crashOf(job, { nowMs, error }));
    return status;
  }
}

function claimedOf([seq, ...row]: Row): Claimed {
  return { ...claimedJobOf(row), seq: seq as number };
}

function statements(connection: SqliteConnection, { jobs }: Tables) {
  const unplace = `UPDATE ${jobs} SET bucket_id = NULL, agent_connection_id = NULL,
  revision = revision + 1`;
  return {
    claimed: connection.prepareRows(
      `SELECT seq, ${CLAIMED_JOB_COLUMNS} FROM ${jobs} INDEXED BY ${jobs}_claimed
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
