/**
 * Watching and changing jobs.
 *
 * @module
 */

import type { ClusterClient } from "../actors/client.ts";
import { JobMasterError } from "../core/errors.ts";
import { DEFAULT_JOB_SORT, type JobFilter, type JobSort } from "../core/filter.ts";
import type { Execution } from "../core/job.ts";
import type { LogEntry } from "../core/log.ts";
import {
  type DurationInput,
  type InstantInput,
  parseDuration,
  parseInstant,
} from "../core/time.ts";
import type { WhyReport } from "../core/why.ts";
import { type JobView, viewJob } from "./job_view.ts";

/** Options of {@linkcode Jobs.wait}. */
export interface WaitOptions {
  /** How long to wait. @default {"1h"} */
  readonly timeout?: DurationInput;
  /** Ends the wait. */
  readonly signal?: AbortSignal;
}

/** Options of {@linkcode Jobs.list}. */
export interface ListJobsOptions {
  /** Which jobs. @default {all} */
  readonly filter?: JobFilter;
  /** In which order. @default {newest first} */
  readonly sort?: JobSort;
  /** Where to go on. @default {the start} */
  readonly cursor?: string | null;
  /** Most jobs, 1 to 200. @default {25} */
  readonly limit?: number;
}

/** Watches and changes jobs. Every call throws `job_not_found` for an id nobody has. */
export class Jobs {
  readonly #client: ClusterClient;

  /** Works on `client`'s cluster. */
  constructor(client: ClusterClient) {
    this.#client = client;
  }

  /** The job. */
  async get(jobId: string): Promise<JobView> {
    return viewJob(await this.#client.findJob(jobId));
  }

  /** One page of jobs. */
  async list(
    options: ListJobsOptions = {},
  ): Promise<{ readonly items: readonly JobView[]; readonly nextCursor: string | null }> {
    const { filter = {}, sort = DEFAULT_JOB_SORT, cursor = null, limit = 25 } = options;
    const page = await this.#client.listJobs({ filter, sort, cursor, limit });
    return { items: page.items.map(viewJob), nextCursor: page.nextCursor };
  }

  /** How many jobs match. */
  count(filter: JobFilter = {}): Promise<number> {
    return this.#client.countJobs(filter);
  }

  /**
   * Cancels a job: one that waits at once, one that runs through its signal.
   *
   * @returns `"changed"` when it is cancelled, `"requested"` when its running attempt has been asked to end.
   * @throws {JobMasterError} `job_state_conflict` when it has ended.
   */
  async cancel(jobId: string): Promise<"changed" | "requested"> {
    return (await this.#client.changeJob(jobId, { type: "cancel" })).outcome;
  }

  /** Moves a waiting job to another time. @throws {JobMasterError} `job_state_conflict`, `cluster_archived` */
  async reschedule(jobId: string, when: InstantInput): Promise<JobView> {
    const scheduledAtMs = parseInstant(when, "when");
    const { job } = await this.#client.changeJob(jobId, { type: "reschedule", scheduledAtMs });
    return viewJob(job);
  }

  /** Runs a waiting job as soon as possible. @throws {JobMasterError} `job_state_conflict`, `cluster_archived` */
  async runNow(jobId: string): Promise<JobView> {
    return viewJob((await this.#client.changeJob(jobId, { type: "run_now" })).job);
  }

  /** Runs a job that has ended once more. @throws {JobMasterError} `job_state_conflict`, `cluster_archived` */
  async retry(jobId: string): Promise<JobView> {
    return viewJob((await this.#client.changeJob(jobId, { type: "retry" })).job);
  }

  /** Deletes a job that has ended, with its history. @throws {JobMasterError} `job_state_conflict` */
  async remove(jobId: string): Promise<void> {
    await this.#client.changeJob(jobId, { type: "remove" });
  }

  /**
   * Waits until a job ends; resolves with it when it succeeded.
   *
   * @throws {JobMasterError} `job_failed` or `job_cancelled` when it did not, `wait_timeout`.
   */
  async wait(jobId: string, options: WaitOptions = {}): Promise<JobView> {
    const { timeout = "1h", signal } = options;
    const timeoutMs = parseDuration(timeout, { what: "timeout" });
    const job = await this.#client.waitForJob(jobId, {
      timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
    if (job.status === "Succeeded") return viewJob(job);
    if (job.status === "Cancelled") {
      throw new JobMasterError("job_cancelled", `Job "${job.id}" was cancelled`);
    }
    const why = job.error?.message ?? "no reason is known";
    throw new JobMasterError(
      "job_failed",
      `Job "${job.id}" failed after ${job.attempts} attempt(s): ${why}`,
      { cause: job.error },
    );
  }

  /** Its attempts, the running one included. */
  executions(jobId: string): Promise<readonly Execution[]> {
    return this.#client.listExecutions(jobId);
  }

  /** The first 200 lines its attempts wrote, oldest first. */
  async logs(jobId: string): Promise<readonly LogEntry[]> {
    const { id } = await this.#client.findJob(jobId);
    const page = await this.#client.listLogs({
      filter: { subjectType: "Job", subjectId: id },
      oldestFirst: true,
      cursor: null,
      limit: 200,
    });
    return page.items;
  }

  /** Why it is where it is. */
  why(jobId: string): Promise<WhyReport> {
    return this.#client.explainJob(jobId);
  }
}
