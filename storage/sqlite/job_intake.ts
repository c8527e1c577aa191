/**
 * Storing new jobs.
 *
 * @module
 */

import type { StatementSync } from "node:sqlite";
import type { Job } from "../../core/job.ts";
import type { InsertedJob, InsertResult, JobStore, NewJob } from "../port.ts";
import type { RowStatement, SqliteConnection } from "./connection.ts";
import { type BucketHolder, checkBatch, type Proofs } from "./proofs.ts";
import { JOB_COLUMNS, jobOf, jobValues, NEW_JOB_COLUMNS } from "./rows.ts";
import type { Tables } from "./schema.ts";

/** Stores new jobs. */
export class JobIntake implements Pick<JobStore, "insert"> {
  readonly #connection: SqliteConnection;
  readonly #proofs: Proofs;
  readonly #insert: StatementSync;
  readonly #byId: RowStatement;
  readonly #byUniqueKey: RowStatement;

  /** Stores in `tables`. */
  constructor(connection: SqliteConnection, tables: Tables, proofs: Proofs) {
    const { jobs } = tables;
    this.#connection = connection;
    this.#proofs = proofs;
    this.#insert = connection.prepare(
      `INSERT INTO ${jobs} (${NEW_JOB_COLUMNS.join(", ")})
VALUES (${NEW_JOB_COLUMNS.map(() => "?").join(", ")}) ON CONFLICT DO NOTHING`,
    );
    this.#byId = connection.prepareRows(
      `SELECT ${JOB_COLUMNS} FROM ${jobs} INDEXED BY ${jobs}_by_id
WHERE cluster_id = ? AND id = ?`,
    );
    this.#byUniqueKey = connection.prepareRows(
      `SELECT ${JOB_COLUMNS} FROM ${jobs} INDEXED BY ${jobs}_by_unique_key
WHERE cluster_id = ? AND definition_id = ? AND unique_key = ?`,
    );
  }

  /** See {@linkcode JobStore.insert}. */
  // deno-lint-ignore require-await -- a refused batch rejects, it does not throw
  async insert(input: Parameters<JobStore["insert"]>[0]): Promise<InsertResult> {
    const { clusterId, jobs } = input;
    checkBatch(jobs, "jobs");
    return this.#connection.write(() => this.#insertAll(clusterId, jobs), jobs.length);
  }

  #insertAll(clusterId: string, jobs: readonly NewJob[]): InsertResult {
    const mode = this.#proofs.modeOf(clusterId);
    if (mode === null) return { outcome: "cluster_not_found" };
    if (mode === "Archived") return { outcome: "cluster_archived" };
    const bucketOf = this.#proofs.bucketsOf(clusterId);
    return {
      outcome: "accepted",
      jobs: jobs.map((job) => {
        const bucket = mode === "Active" ? openBucket(job, bucketOf) : null;
        return this.#insertOne(clusterId, job, bucket);
      }),
    };
  }

  #insertOne(clusterId: string, newJob: NewJob, bucket: BucketHolder | null): InsertedJob {
    const job = storedJob(clusterId, newJob, bucket);
    const claimedAtMs = job.status === "Queued" ? this.#connection.clock.now() : null;
    const { changes } = this.#insert.run(...jobValues(job, claimedAtMs));
    if (changes === 1) return { id: job.id, created: true, job };
    const row = this.#byId.get(clusterId, job.id) ??
      this.#byUniqueKey.get(clusterId, job.definitionId, job.uniqueKey);
    return { id: job.id, created: false, job: jobOf(clusterId, row!) };
  }
}

/** The bucket a job may be put into: the one it asks for, if that is `Active` under the epoch that was seen. */
function openBucket(
  { placement }: NewJob,
  bucketOf: (bucketId: string) => BucketHolder | null,
): BucketHolder | null {
  if (placement === null) return null;
  const bucket = bucketOf(placement.bucketId);
  return bucket?.status === "Active" && bucket.epoch === placement.epoch ? bucket : null;
}

function storedJob(clusterId: string, newJob: NewJob, bucket: BucketHolder | null): Job {
  const { placement, ...given } = newJob;
  const claimed = bucket !== null && placement?.claim === true;
  return {
    ...given,
    clusterId,
    status: bucket === null ? "HeldOnMaster" : claimed ? "Queued" : "AssignedToBucket",
    result: null,
    error: null,
    progress: null,
    startedAtMs: null,
    finishedAtMs: null,
    attempts: claimed ? 1 : 0,
    lastAttempt: newJob.maxRetries + 1,
    crashes: 0,
    bucketId: bucket === null ? null : placement?.bucketId ?? null,
    agentConnectionId: bucket?.agentConnectionId ?? null,
    workerId: bucket?.workerId ?? null,
    cancelRequestedAtMs: null,
    revision: bucket === null ? 0 : 1,
  };
}
