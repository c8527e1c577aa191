/**
 * Changes of one job from outside: cancel, reschedule, retry, remove.
 *
 * @module
 */

import { CLAIMED_STATUSES, isFinal, type Job } from "../../core/job.ts";
import type { ChangeResult, JobChange, JobStore } from "../port.ts";
import { STATUS } from "./codes.ts";
import type { Dialect } from "./dialect.ts";
import type { FinalTally } from "./final_tally.ts";
import type { JobRemoval } from "./job_removal.ts";
import type { Proofs } from "./proofs.ts";
import { JOB_COLUMNS, jobOf } from "./rows.ts";
import { fixed, type SqlDatabase, type Transaction } from "./session.ts";
import type { Tables } from "./table_names.ts";

type Input = Parameters<JobStore["change"]>[0];

/** What changing works with. */
interface Parts {
  readonly proofs: Proofs;
  readonly tally: FinalTally;
  readonly removal: JobRemoval;
}

/** Changes jobs from outside. */
export class JobChanges implements Pick<JobStore, "change"> {
  readonly #database: SqlDatabase;
  readonly #parts: Parts;
  readonly #sql: ReturnType<typeof statements>;

  /** Works on `tables`. */
  constructor(database: SqlDatabase, tables: Tables, parts: Parts) {
    this.#database = database;
    this.#parts = parts;
    this.#sql = statements(database.dialect, tables);
  }

  /** See {@linkcode JobStore.change}. */
  change(input: Input): Promise<ChangeResult> {
    return this.#database.write((tx) => this.#change(tx, input));
  }

  async #change(tx: Transaction, input: Input): Promise<ChangeResult> {
    const { clusterId, jobId, change } = input;
    const [mode, [row]] = await Promise.all([
      this.#parts.proofs.modeOf(tx, clusterId),
      tx.rows(this.#sql.lock, [clusterId, jobId]),
    ]);
    if (row === undefined) return { outcome: "not_found" };
    const job = jobOf(clusterId, row);
    const restarts = change.type === "reschedule" || change.type === "retry";
    if (restarts && mode === "Archived") return { outcome: "cluster_archived" };
    if (CLAIMED_STATUSES.includes(job.status)) {
      return change.type === "cancel"
        ? this.#request(tx, job, input)
        : { outcome: "conflict", job };
    }
    const needsFinal = change.type === "retry" || change.type === "remove";
    if (needsFinal !== isFinal(job.status)) return { outcome: "conflict", job };
    if (change.type !== "remove") return this.#apply(tx, job, { ...input, change });
    await this.#parts.removal.remove(tx, clusterId, [job]);
    return { outcome: "changed", job };
  }

  /** Keeps the time of an earlier request. */
  #request(tx: Transaction, job: Job, { clusterId, nowMs }: Input): ChangeResult {
    const cancelRequestedAtMs = job.cancelRequestedAtMs ?? nowMs;
    tx.last(this.#sql.request, [cancelRequestedAtMs, clusterId, job.id]);
    return { outcome: "requested", job: { ...job, cancelRequestedAtMs } };
  }

  #apply(
    tx: Transaction,
    job: Job,
    { clusterId, change, nowMs }: Input & { readonly change: Applicable },
  ): ChangeResult {
    const changed = change.type === "cancel"
      ? cancelled(job, nowMs)
      : change.type === "retry"
      ? retried(job, change.scheduledAtMs)
      : unplaced(job, { scheduledAtMs: change.scheduledAtMs, workerId: null });
    const atMs = change.type === "cancel" ? nowMs : change.scheduledAtMs;
    tx.last(this.#sql[change.type], [atMs, clusterId, job.id]);
    this.#parts.tally.gone(tx, clusterId, [job.status]);
    this.#parts.tally.ended(tx, clusterId, [changed.status]);
    return { outcome: "changed", job: changed };
  }
}

type Applicable = Exclude<JobChange, { readonly type: "remove" }>;

/** Held on the master, out of its bucket. */
function unplaced(job: Job, changes: Partial<Job>): Job {
  return {
    ...job,
    status: "HeldOnMaster",
    bucketId: null,
    agentConnectionId: null,
    revision: job.revision + 1,
    ...changes,
  };
}

function cancelled(job: Job, finishedAtMs: number): Job {
  return unplaced(job, { status: "Cancelled", workerId: null, finishedAtMs });
}

function retried(job: Job, scheduledAtMs: number): Job {
  return unplaced(job, {
    scheduledAtMs,
    lastAttempt: job.attempts + job.maxRetries + 1,
    crashes: 0,
    result: null,
    error: null,
    progress: null,
    startedAtMs: null,
    finishedAtMs: null,
    cancelRequestedAtMs: null,
  });
}

/** They do in SQL what the functions above do to the record. */
function statements(dialect: Dialect, { jobs }: Tables) {
  const one = "WHERE cluster_id = ? AND id = ?";
  const unplace = "bucket_id = NULL, agent_connection_id = NULL, revision = revision + 1";
  const hold = `${unplace}, status = ${STATUS.HeldOnMaster}, scheduled_at = ?`;
  return {
    lock: fixed(`SELECT ${JOB_COLUMNS} FROM ${jobs} AS j ${one} ${dialect.forUpdate("j")}`),
    request: fixed(`UPDATE ${jobs} SET cancel_requested_at = ? ${one}`),
    cancel: fixed(
      `UPDATE ${jobs} SET ${unplace}, worker_id = NULL, status = ${STATUS.Cancelled},
  finished_at = ? ${one}`,
    ),
    reschedule: fixed(`UPDATE ${jobs} SET ${hold}, worker_id = NULL ${one}`),
    retry: fixed(
      `UPDATE ${jobs} SET ${hold}, last_attempt = attempts + max_retries + 1, crashes = 0,
  result = NULL, error = NULL, error_text = NULL, progress = NULL, started_at = NULL,
  finished_at = NULL, cancel_requested_at = NULL ${one}`,
    ),
  };
}
