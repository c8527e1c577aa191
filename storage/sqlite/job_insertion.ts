/**
 * Making rows of new jobs, whatever call brings them.
 *
 * @module
 */

import type { StatementSync } from "node:sqlite";
import type { ClusterMode } from "../../core/cluster.ts";
import type { FailureRecord } from "../../core/failure.ts";
import type { Job } from "../../core/job.ts";
import type { InsertedJob, NewJob, RanJob } from "../port.ts";
import type { Preparing, RowStatement } from "./connection.ts";
import type { Proofs } from "./proofs.ts";
import { type Placing, placingBy, ranJob, skippedJob, storedJob } from "../sql/new_jobs.ts";
import {
  JOB_COLUMNS,
  jobOf,
  jobValues,
  NEW_JOB_COLUMNS,
  RAN_JOB_COLUMNS,
  ranJobValues,
} from "../sql/rows.ts";
import type { Tables } from "../sql/table_names.ts";

/** Makes rows of new jobs. */
export class JobInsertion {
  readonly #connection: Preparing;
  readonly #proofs: Proofs;
  readonly #insert: StatementSync;
  readonly #insertRan: StatementSync;
  readonly #byId: RowStatement;
  readonly #byUniqueKey: RowStatement;
  readonly #byOccurrence: RowStatement;

  /** Stores in `tables`. */
  constructor(connection: Preparing, { jobs }: Tables, proofs: Proofs) {
    this.#connection = connection;
    this.#proofs = proofs;
    const insert = (columns: readonly string[]) =>
      connection.prepare(
        `INSERT INTO ${jobs} (${columns.join(", ")})
VALUES (${columns.map(() => "?").join(", ")}) ON CONFLICT DO NOTHING`,
      );
    this.#insert = insert(NEW_JOB_COLUMNS);
    this.#insertRan = insert(RAN_JOB_COLUMNS);
    const find = (index: string, where: string) =>
      connection.prepareRows(
        `SELECT ${JOB_COLUMNS} FROM ${jobs} INDEXED BY ${jobs}_${index}
WHERE cluster_id = ? AND ${where}`,
      );
    this.#byId = find("by_id", "id = ?");
    this.#byUniqueKey = find("by_unique_key", "definition_id = ? AND unique_key = ?");
    this.#byOccurrence = find("by_occurrence", "schedule_id = ? AND occurrence_at = ?");
  }

  /** Decides for each job of one call where it goes; asks the database once per bucket. */
  placing(clusterId: string, mode: ClusterMode): Placing {
    return placingBy(mode, this.#proofs.bucketsOf(clusterId));
  }

  /** Stores it, or answers the one that has its id, its unique key or its occurrence. For use inside a write. */
  insert(clusterId: string, newJob: NewJob, placing: Placing): InsertedJob {
    const job = this.add(clusterId, newJob, placing);
    return job === null ? this.#inTheWay(clusterId, newJob) : { id: newJob.id, created: true, job };
  }

  /** The same for a job that ran already, with what came of it. For use inside a write. */
  insertRan(clusterId: string, ran: RanJob): InsertedJob {
    const job = ranJob(clusterId, ran);
    const created = this.#insertRan.run(...ranJobValues(job)).changes === 1;
    return created ? { id: job.id, created, job } : this.#inTheWay(clusterId, ran.job);
  }

  #inTheWay(clusterId: string, newJob: NewJob): InsertedJob {
    const { id, definitionId, uniqueKey, scheduleId, occurrenceAtMs } = newJob;
    const row = this.#byId.get(clusterId, id) ??
      this.#byUniqueKey.get(clusterId, definitionId, uniqueKey) ??
      this.#byOccurrence.get(clusterId, scheduleId, occurrenceAtMs);
    return { id, created: false, job: jobOf(clusterId, row!) };
  }

  /** Stores it; `null` when another job stands in its way. For use inside a write. */
  add(clusterId: string, newJob: NewJob, placing: Placing): Job | null {
    const bucket = placing(newJob);
    const job = storedJob(clusterId, newJob, bucket);
    const claimedAtMs = job.status === "Queued" ? this.#connection.clock.now() : null;
    return this.#run(job, claimedAtMs);
  }

  /** Puts it on record as skipped; `null` when another job stands in its way. For use inside a write. */
  addSkipped(
    clusterId: string,
    newJob: NewJob,
    skipped: { readonly error: FailureRecord; readonly atMs: number },
  ): Job | null {
    return this.#run(skippedJob(clusterId, newJob, skipped), null);
  }

  #run(job: Job, claimedAtMs: number | null): Job | null {
    return this.#insert.run(...jobValues(job, claimedAtMs)).changes === 1 ? job : null;
  }
}
