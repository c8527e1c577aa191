/**
 * Making rows of new jobs, whatever call brings them.
 *
 * @module
 */

import type { StatementSync } from "node:sqlite";
import type { ClusterMode } from "../../core/cluster.ts";
import type { FailureRecord } from "../../core/failure.ts";
import type { BucketId } from "../../core/ids.ts";
import type { Job } from "../../core/job.ts";
import type { InsertedJob, NewJob } from "../port.ts";
import type { RowStatement, SqliteConnection } from "./connection.ts";
import type { BucketHolder, Proofs } from "./proofs.ts";
import { JOB_COLUMNS, jobOf, jobValues, NEW_JOB_COLUMNS } from "./rows.ts";
import type { Tables } from "./schema.ts";

/** The bucket a new job goes to; `null` holds it on the master. */
export type Placing = (job: NewJob) => BucketHolder | null;

/** Makes rows of new jobs. */
export class JobInsertion {
  readonly #connection: SqliteConnection;
  readonly #proofs: Proofs;
  readonly #insert: StatementSync;
  readonly #byId: RowStatement;
  readonly #byUniqueKey: RowStatement;
  readonly #byOccurrence: RowStatement;

  /** Stores in `tables`. */
  constructor(connection: SqliteConnection, { jobs }: Tables, proofs: Proofs) {
    this.#connection = connection;
    this.#proofs = proofs;
    this.#insert = connection.prepare(
      `INSERT INTO ${jobs} (${NEW_JOB_COLUMNS.join(", ")})
VALUES (${NEW_JOB_COLUMNS.map(() => "?").join(", ")}) ON CONFLICT DO NOTHING`,
    );
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
    if (mode !== "Active") return () => null;
    const bucketOf = this.#proofs.bucketsOf(clusterId);
    return (job) => openBucket(job, bucketOf);
  }

  /** Stores it, or answers the one that has its id, its unique key or its occurrence. For use inside a write. */
  insert(clusterId: string, newJob: NewJob, placing: Placing): InsertedJob {
    const { id, definitionId, uniqueKey, scheduleId, occurrenceAtMs } = newJob;
    const job = this.add(clusterId, newJob, placing);
    if (job !== null) return { id, created: true, job };
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
    const { error, atMs: finishedAtMs } = skipped;
    const job = storedJob(clusterId, newJob, null);
    return this.#run({ ...job, status: "Cancelled", error, finishedAtMs }, null);
  }

  #run(job: Job, claimedAtMs: number | null): Job | null {
    return this.#insert.run(...jobValues(job, claimedAtMs)).changes === 1 ? job : null;
  }
}

/** The bucket a job may be put into: the one it asks for, if that is `Active` under the epoch that was seen. */
function openBucket(
  { placement }: NewJob,
  bucketOf: (bucketId: BucketId) => BucketHolder | null,
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
