/**
 * Storing jobs that ran already.
 *
 * @module
 */

import type { JobStore, RanJob, RecordedJob } from "../port.ts";
import { checkBatch } from "./batch_limits.ts";
import type { ExecutionRecord } from "./execution_record.ts";
import type { FinalTally } from "./final_tally.ts";
import type { JobInsertion } from "./job_insertion.ts";
import { ranJob } from "./new_jobs.ts";
import type { Proofs } from "./proofs.ts";
import type { SqlDatabase, Transaction } from "./session.ts";

type Input = Parameters<JobStore["record"]>[0];

/** What recording works with. */
interface Parts {
  readonly proofs: Proofs;
  readonly tally: FinalTally;
  readonly insertion: JobInsertion;
  readonly executions: ExecutionRecord;
}

/** Stores jobs that ran already. */
export class JobRecording implements Pick<JobStore, "record"> {
  readonly #database: SqlDatabase;
  readonly #parts: Parts;

  /** Stores by means of `parts`. */
  constructor(database: SqlDatabase, parts: Parts) {
    this.#database = database;
    this.#parts = parts;
  }

  /** See {@linkcode JobStore.record}. */
  async record({ clusterId, jobs }: Input): Promise<readonly RecordedJob[]> {
    checkBatch(jobs, "jobs");
    return await this.#database.write(async (tx) => {
      const wanted = jobs.map(({ settlement }) => settlement.bucketId);
      const buckets = await this.#parts.proofs.bucketsOf(tx, clusterId, wanted);
      const isOwned = ({ settlement: { bucketId, epoch } }: RanJob) =>
        buckets.get(bucketId)?.epoch === epoch;
      const recorded = await this.#store(tx, clusterId, jobs.filter(isOwned));
      let next = 0;
      return jobs.map((each): RecordedJob =>
        isOwned(each) ? recorded[next++]! : { outcome: "stale", jobId: each.job.id }
      );
    });
  }

  async #store(
    tx: Transaction,
    clusterId: string,
    jobs: readonly RanJob[],
  ): Promise<readonly RecordedJob[]> {
    const { insertion, executions, tally } = this.#parts;
    const ran = jobs.map((each) => ranJob(clusterId, each));
    const inserted = await insertion.insertRan(tx, clusterId, ran);
    const made = jobs.filter((_, index) => inserted[index]!.created).map((each) => each.settlement);
    executions.add(tx, clusterId, made.filter(({ outcome }) => outcome !== "interrupted"));
    tally.ended(tx, clusterId, made.map(({ next }) => next.status));
    return inserted.map(({ id, created, job }): RecordedJob =>
      created
        ? { outcome: "recorded", jobId: id, status: job.status }
        : { outcome: "known", jobId: id, job }
    );
  }
}
