/**
 * Storing new jobs.
 *
 * @module
 */

import type { InsertResult, JobStore, NewJob } from "../port.ts";
import type { SqliteConnection } from "./connection.ts";
import type { JobInsertion } from "./job_insertion.ts";
import { checkBatch } from "../sql/batch_limits.ts";
import type { Proofs } from "./proofs.ts";

/** Stores new jobs. */
export class JobIntake implements Pick<JobStore, "insert"> {
  readonly #connection: SqliteConnection;
  readonly #proofs: Proofs;
  readonly #insertion: JobInsertion;

  /** Stores by means of `insertion`. */
  constructor(connection: SqliteConnection, proofs: Proofs, insertion: JobInsertion) {
    this.#connection = connection;
    this.#proofs = proofs;
    this.#insertion = insertion;
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
    const placing = this.#insertion.placing(clusterId, mode);
    return {
      outcome: "accepted",
      jobs: jobs.map((job) => this.#insertion.insert(clusterId, job, placing)),
    };
  }
}
