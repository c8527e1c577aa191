/**
 * Jobs that only the agent connection has and that may run before the master knows of them: a quick one costs the master
 * one write in its life. Pure bookkeeping, bounded by the buffer and the places they wait in.
 *
 * Each waits in the buffer, is started, or is being saved because it takes long; and each keeps the receipt of its
 * message, which is acknowledged once the master has the job.
 *
 * @module
 */

import type { JobId } from "../core/ids.ts";
import type { Job } from "../core/job.ts";
import type { NewJob } from "../storage/port.ts";
import type { EndedAttempt, RunningAttempt } from "./executor_protocol.ts";

/** A job the master does not have. */
export interface EarlyJob {
  /** The job. */
  readonly job: NewJob;
  /** Since when it is here, in epoch milliseconds. */
  readonly sinceMs: number;
  /** Names the latest delivery of its message. */
  receipt: string;
  /** Whether its attempt was handed to the executor. */
  started: boolean;
  /** Whether it is just being stored. */
  saving: boolean;
  /** What is to be written about its attempt once it is stored. */
  news: RunningAttempt | null;
  /** How its attempt ended: it is on its way to the master, or goes there when what is under way comes back. */
  ended: EndedAttempt | null;
}

/** The jobs of one bucket that the master does not have. */
export class EarlyJobs {
  readonly #jobs = new Map<JobId, EarlyJob>();
  /** Jobs whose attempt is of no use: somebody else has them. */
  readonly #disowned = new Set<JobId>();

  /** Takes one up that waits in the buffer. */
  add(job: NewJob, receipt: string, sinceMs: number): void {
    const rest = { started: false, saving: false, news: null, ended: null };
    this.#jobs.set(job.id, { job, sinceMs, receipt, ...rest });
  }

  /** Whether it is one of these. */
  has(jobId: JobId): boolean {
    return this.#jobs.has(jobId);
  }

  /** Its message came again, for its lease ran out: the older receipt holds no more. `false` when it is none of these. */
  redelivered(jobId: JobId, receipt: string): boolean {
    const early = this.#jobs.get(jobId);
    if (early !== undefined) early.receipt = receipt;
    return early !== undefined;
  }

  /** Its attempt goes to the executor. */
  start(jobId: JobId): void {
    this.#jobs.get(jobId)!.started = true;
  }

  /** Notes what is new about attempts of these; answers the others. */
  note(attempts: readonly RunningAttempt[]): readonly RunningAttempt[] {
    return attempts.filter((each) => {
      const early = this.#jobs.get(each.jobId);
      if (early !== undefined) early.news = each;
      return early === undefined && !this.#disowned.has(each.jobId);
    });
  }

  /** Takes attempts that ended: which to record, and which were stored before. Those being stored wait for that. */
  end(attempts: readonly EndedAttempt[]): {
    readonly early: readonly EndedEarly[];
    readonly stored: readonly EndedAttempt[];
    readonly useless: readonly EndedAttempt[];
  } {
    const early: EndedEarly[] = [];
    const stored: EndedAttempt[] = [];
    const useless: EndedAttempt[] = [];
    for (const ended of attempts) {
      const { id } = ended.run.job;
      const job = this.#jobs.get(id);
      if (this.#disowned.delete(id)) useless.push(ended);
      else if (job === undefined) stored.push(ended);
      else {
        job.ended = ended;
        if (!job.saving) early.push({ ended, early: job });
      }
    }
    return { early, stored, useless };
  }

  /** Those that take long: waiting since before `beforeMs`, or running with something to tell. They are being stored now. */
  takeSlow(beforeMs: number, limit: number): readonly EarlyJob[] {
    const slow = [...this.#jobs.values()].filter((each) => isSlow(each, beforeMs)).slice(0, limit);
    for (const each of slow) each.saving = true;
    return slow;
  }

  /** Those of these jobs that wait in the buffer, taken out of here. */
  takeWaiting(jobIds: readonly JobId[]): readonly EarlyJob[] {
    const taken = jobIds.flatMap((id) => this.#jobs.get(id) ?? []);
    for (const { job } of taken) this.#jobs.delete(job.id);
    return taken;
  }

  /** The master has it, or nobody here looks after it any more. */
  forget(jobId: JobId): void {
    this.#jobs.delete(jobId);
  }

  /** Somebody else has it: what its attempt here comes to is of no use. */
  disown(jobId: JobId): void {
    this.#jobs.delete(jobId);
    this.#disowned.add(jobId);
  }
}

/** An attempt that ended, and its job. */
export interface EndedEarly {
  /** The attempt. */
  readonly ended: EndedAttempt;
  /** The job the master does not have. */
  readonly early: EarlyJob;
}

function isSlow({ started, saving, news, ended, sinceMs }: EarlyJob, beforeMs: number): boolean {
  if (saving || ended !== null) return false;
  return started ? news !== null : sinceMs <= beforeMs;
}

/** What became of a job that was saved late. */
export interface SavedEarly {
  /** The job. */
  readonly early: EarlyJob;
  /** Whose it is: claimed for its attempt here, waiting in this bucket, or somebody else's. */
  readonly state: "claimed" | "waiting" | "elsewhere";
  /** As the master has it. */
  readonly job: Job;
}
