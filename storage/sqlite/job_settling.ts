/**
 * How attempts end when their owner says so.
 *
 * @module
 */

import type { SQLInputValue } from "node:sqlite";
import type { JobId } from "../../core/ids.ts";
import type { JobStatus } from "../../core/job.ts";
import type { JobStore, Settlement } from "../port.ts";
import { CLAIMED, STATUS } from "../sql/codes.ts";
import type { SqliteConnection } from "./connection.ts";
import type { ExecutionRecord } from "./execution_record.ts";
import type { FinalTally } from "./final_tally.ts";
import { checkBatch } from "../sql/batch_limits.ts";
import type { Proofs } from "./proofs.ts";
import { jsonOf } from "../sql/rows.ts";
import type { Tables } from "../sql/table_names.ts";

type Input = Parameters<JobStore["settle"]>[0];
type Output = Awaited<ReturnType<JobStore["settle"]>>;

/** What settling works with. */
interface Parts {
  readonly proofs: Proofs;
  readonly tally: FinalTally;
  readonly executions: ExecutionRecord;
}

/** Settles attempts. */
export class JobSettling implements Pick<JobStore, "settle"> {
  readonly #connection: SqliteConnection;
  readonly #parts: Parts;
  readonly #sql: ReturnType<typeof statements>;

  /** Works on `tables`. */
  constructor(connection: SqliteConnection, tables: Tables, parts: Parts) {
    this.#connection = connection;
    this.#parts = parts;
    this.#sql = statements(connection, tables);
  }

  /** See {@linkcode JobStore.settle}. */
  async settle({ clusterId, settlements }: Input): Promise<Output> {
    checkBatch(settlements, "settlements");
    return await this.#connection.write(() => {
      const applied: { jobId: JobId; status: JobStatus }[] = [];
      const stale: JobId[] = [];
      const bucketOf = this.#parts.proofs.bucketsOf(clusterId);
      for (const settlement of settlements) {
        const { jobId, bucketId, epoch } = settlement;
        const owned = bucketOf(bucketId)?.epoch === epoch;
        const status = owned ? this.#settleOne(clusterId, settlement) : null;
        if (status === null) stale.push(jobId);
        else applied.push({ jobId, status });
      }
      this.#parts.tally.ended(clusterId, applied.map(({ status }) => status));
      return { applied, stale };
    }, settlements.length);
  }

  #settleOne(clusterId: string, settlement: Settlement): JobStatus | null {
    const status = settlement.next.status === "HeldOnMaster"
      ? this.#hold(clusterId, settlement, settlement.next.scheduledAtMs)
      : this.#finish(clusterId, settlement);
    if (status !== null && settlement.outcome !== "interrupted") {
      this.#parts.executions.add(clusterId, settlement);
    }
    return status;
  }

  #finish(clusterId: string, settlement: Settlement): JobStatus | null {
    const { status } = settlement.next;
    const { changes } = (status === "Succeeded" ? this.#sql.succeed : this.#sql.finish).run(
      STATUS[status],
      settlement.finishedAtMs,
      ...endOfAttempt(clusterId, settlement),
    );
    return changes === 1 ? status : null;
  }

  /** Puts the job back on the master, or ends it when somebody has asked for that. */
  #hold(clusterId: string, settlement: Settlement, scheduledAtMs: number): JobStatus | null {
    const end = endOfAttempt(clusterId, settlement);
    if (this.#sql.hold.run(scheduledAtMs, ...end).changes === 1) return "HeldOnMaster";
    const { changes } = this.#sql.cancel.run(settlement.finishedAtMs, ...end);
    return changes === 1 ? "Cancelled" : null;
  }
}

/** What all the statements bind, in their order. */
function endOfAttempt(clusterId: string, settlement: Settlement): readonly SQLInputValue[] {
  const { outcome, workerId, startedAtMs, result, error, progress, next } = settlement;
  return [
    outcome === "interrupted" ? 1 : 0,
    outcome === "crashed" ? 1 : 0,
    workerId,
    startedAtMs,
    result,
    next.status === "Succeeded" ? null : jsonOf(error),
    jsonOf(progress),
    clusterId,
    settlement.jobId,
    settlement.bucketId,
    settlement.attempt,
  ];
}

function statements(connection: SqliteConnection, { jobs }: Tables) {
  const settle = (next: string, error: string) =>
    `UPDATE ${jobs} INDEXED BY ${jobs}_by_id SET ${next},
  bucket_id = NULL, agent_connection_id = NULL, revision = revision + 1,
  attempts = attempts - ?, crashes = crashes + ?, worker_id = ?, started_at = ?, result = ?, error = ${error},
  progress = coalesce(?, progress)
WHERE cluster_id = ? AND id = ? AND bucket_id = ? AND attempts = ? AND ${CLAIMED}`;
  const end = "status = ?, finished_at = ?";
  const hold = `status = ${STATUS.HeldOnMaster}, scheduled_at = ?`;
  const cancel = `status = ${STATUS.Cancelled}, finished_at = ?`;
  const latestError = "coalesce(?, error)";
  return {
    succeed: connection.prepare(settle(end, "?")),
    finish: connection.prepare(settle(end, latestError)),
    hold: connection.prepare(`${settle(hold, latestError)} AND cancel_requested_at IS NULL`),
    cancel: connection.prepare(
      `${settle(cancel, latestError)} AND cancel_requested_at IS NOT NULL`,
    ),
  };
}
