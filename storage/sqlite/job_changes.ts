/**
 * Changes of one job from outside: cancel, reschedule, retry, remove.
 *
 * @module
 */

import { CLAIMED_STATUSES, isFinal, type Job } from "../../core/job.ts";
import type { ChangeResult, JobChange, JobStore } from "../port.ts";
import { STATUS } from "../sql/codes.ts";
import type { SqliteConnection } from "./connection.ts";
import type { FinalTally } from "./final_tally.ts";
import type { JobRemoval } from "./job_removal.ts";
import type { Proofs } from "./proofs.ts";
import { JOB_COLUMNS, jobOf } from "../sql/rows.ts";
import type { Tables } from "../sql/table_names.ts";

type Input = Parameters<JobStore["change"]>[0];

/** What changing works with. */
interface Parts {
  readonly proofs: Proofs;
  readonly tally: FinalTally;
  readonly removal: JobRemoval;
}

/** Changes jobs from outside. */
export class JobChanges implements Pick<JobStore, "change"> {
  readonly #connection: SqliteConnection;
  readonly #proofs: Proofs;
  readonly #removal: JobRemoval;
  readonly #tally: FinalTally;
  readonly #sql: ReturnType<typeof statements>;

  /** Works on `tables`. */
  constructor(
    connection: SqliteConnection,
    tables: Tables,
    parts: Parts,
  ) {
    this.#connection = connection;
    this.#proofs = parts.proofs;
    this.#removal = parts.removal;
    this.#tally = parts.tally;
    this.#sql = statements(connection, tables);
  }

  /** See {@linkcode JobStore.change}. */
  change(input: Input): Promise<ChangeResult> {
    return this.#connection.write(() => this.#change(input));
  }

  #change(input: Input): ChangeResult {
    const { clusterId, jobId, change } = input;
    const row = this.#sql.find.get(clusterId, jobId);
    if (row === undefined) return { outcome: "not_found" };
    const job = jobOf(clusterId, row);
    const restarts = change.type === "reschedule" || change.type === "retry";
    if (restarts && this.#proofs.modeOf(clusterId) === "Archived") {
      return { outcome: "cluster_archived" };
    }
    if (CLAIMED_STATUSES.includes(job.status)) {
      return change.type === "cancel" ? this.#request(input) : { outcome: "conflict", job };
    }
    const needsFinal = change.type === "retry" || change.type === "remove";
    if (needsFinal !== isFinal(job.status)) return { outcome: "conflict", job };
    if (change.type === "remove") {
      this.#removal.remove(clusterId, [job]);
      return { outcome: "changed", job };
    }
    this.#apply(input, change);
    const changed = this.#load(input);
    this.#tally.gone(clusterId, [job.status]);
    this.#tally.ended(clusterId, [changed.status]);
    return { outcome: "changed", job: changed };
  }

  #request(input: Input): ChangeResult {
    this.#sql.request.run(input.nowMs, input.clusterId, input.jobId);
    return { outcome: "requested", job: this.#load(input) };
  }

  #apply({ clusterId, jobId, nowMs }: Input, change: Exclude<JobChange, { type: "remove" }>): void {
    if (change.type === "cancel") this.#sql.cancel.run(nowMs, clusterId, jobId);
    else this.#sql[change.type].run(change.scheduledAtMs, clusterId, jobId);
  }

  #load({ clusterId, jobId }: Input): Job {
    return jobOf(clusterId, this.#sql.find.get(clusterId, jobId)!);
  }
}

function statements(connection: SqliteConnection, { jobs }: Tables) {
  const one = "WHERE cluster_id = ? AND id = ?";
  const update = `UPDATE ${jobs} INDEXED BY ${jobs}_by_id`;
  const unplaced = "bucket_id = NULL, agent_connection_id = NULL, revision = revision + 1";
  return {
    find: connection.prepareRows(
      `SELECT ${JOB_COLUMNS} FROM ${jobs} INDEXED BY ${jobs}_by_id ${one}`,
    ),
    request: connection.prepare(
      `${update} SET cancel_requested_at = coalesce(cancel_requested_at, ?) ${one}`,
    ),
    cancel: connection.prepare(
      `${update} SET ${unplaced}, worker_id = NULL, status = ${STATUS.Cancelled},
  finished_at = ? ${one}`,
    ),
    reschedule: connection.prepare(
      `${update} SET ${unplaced}, worker_id = NULL, status = ${STATUS.HeldOnMaster},
  scheduled_at = ? ${one}`,
    ),
    retry: connection.prepare(
      `${update} SET ${unplaced}, status = ${STATUS.HeldOnMaster}, scheduled_at = ?,
  last_attempt = attempts + max_retries + 1, crashes = 0, result = NULL, error = NULL,
  progress = NULL, started_at = NULL, finished_at = NULL, cancel_requested_at = NULL ${one}`,
    ),
  };
}
