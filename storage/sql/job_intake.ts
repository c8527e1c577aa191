/**
 * Storing new jobs.
 *
 * @module
 */

import type { InsertResult, JobStore } from "../port.ts";
import { checkBatch } from "./batch_limits.ts";
import type { JobInsertion } from "./job_insertion.ts";
import { placingBy, storedJob } from "./new_jobs.ts";
import type { Proofs } from "./proofs.ts";
import type { SqlDatabase } from "./session.ts";

/** Stores new jobs. */
export class JobIntake implements Pick<JobStore, "insert"> {
  readonly #database: SqlDatabase;
  readonly #proofs: Proofs;
  readonly #insertion: JobInsertion;

  /** Stores by means of `insertion`. */
  constructor(database: SqlDatabase, proofs: Proofs, insertion: JobInsertion) {
    this.#database = database;
    this.#proofs = proofs;
    this.#insertion = insertion;
  }

  /** See {@linkcode JobStore.insert}. */
  async insert({ clusterId, jobs }: Parameters<JobStore["insert"]>[0]): Promise<InsertResult> {
    checkBatch(jobs, "jobs");
    return await this.#database.write(async (tx) => {
      const [mode, bucketOf] = await Promise.all([
        this.#proofs.modeOf(tx, clusterId),
        this.#insertion.bucketsFor(tx, clusterId, jobs),
      ]);
      if (mode === null) return { outcome: "cluster_not_found" };
      if (mode === "Archived") return { outcome: "cluster_archived" };
      const placing = placingBy(mode, bucketOf);
      const stored = jobs.map((job) => storedJob(clusterId, job, placing(job)));
      return { outcome: "accepted", jobs: await this.#insertion.insert(tx, clusterId, stored) };
    });
  }
}
