/**
 * Storing jobs that ran already.
 *
 * @module
 */

import type { JobStore, RanJob, RecordedJob } from "../port.ts";
import { checkBatch } from "../sql/batch_limits.ts";
import type { SqliteConnection } from "./connection.ts";
import type { ExecutionRecord } from "./execution_record.ts";
import type { FinalTally } from "./final_tally.ts";
import type { JobInsertion } from "./job_insertion.ts";
import type { Proofs } from "./proofs.ts";

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
  readonly #connection: SqliteConnection;
  readonly #parts: Parts;

  /** Stores by means of `parts`. */
  constructor(connection: SqliteConnection, parts: Parts) {
    this.#connection = connection;
    this.#parts = parts;
  }

  /** See {@linkcode JobStore.record}. */
  async record({ clusterId, jobs }: Input): Promise<readonly RecordedJob[]> {
    checkBatch(jobs, "jobs");
    return await this.#connection.write(() => {
      const bucketOf = this.#parts.proofs.bucketsOf(clusterId);
      const recorded = jobs.map((each): RecordedJob => {
        const { bucketId, epoch } = each.settlement;
        const isOwned = bucketOf(bucketId)?.epoch === epoch;
        return isOwned ? this.#store(clusterId, each) : { outcome: "stale", jobId: each.job.id };
      });
      const made = recorded.flatMap((each) => each.outcome === "recorded" ? each.status : []);
      this.#parts.tally.ended(clusterId, made);
      return recorded;
    }, jobs.length);
  }

  #store(clusterId: string, ran: RanJob): RecordedJob {
    const { insertion, executions } = this.#parts;
    const { id, created, job } = insertion.insertRan(clusterId, ran);
    if (!created) return { outcome: "known", jobId: id, job };
    if (ran.settlement.outcome !== "interrupted") executions.add(clusterId, ran.settlement);
    return { outcome: "recorded", jobId: id, status: job.status };
  }
}
