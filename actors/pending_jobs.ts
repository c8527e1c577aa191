/**
 * Jobs that only an agent connection has yet, as far as this node accepted them: who asks for one is not told that it
 * does not exist.
 *
 * @module
 */

import type { Clock } from "../core/clock.ts";
import type { Job } from "../core/job.ts";
import type { SubmittedJob } from "./client.ts";

/** Most jobs that are remembered; the oldest are forgotten first. */
const MAX_JOBS = 10_000;

/** How long one is remembered, in milliseconds: longer than it takes to save what a dead owner had. */
const REMEMBERED_MS = 600_000;

interface Remembered {
  readonly job: Job;
  readonly untilMono: number;
}

/** What this node accepted and has not seen in the master. */
export class PendingJobs {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #jobs = new Map<string, Remembered>();

  /** Remembers nothing yet. */
  constructor(clock: Pick<Clock, "monotonic">) {
    this.#clock = clock;
  }

  /** Remembers those that are not in the master; answers all of them. */
  note(submitted: readonly SubmittedJob[]): readonly SubmittedJob[] {
    const untilMono = this.#clock.monotonic() + REMEMBERED_MS;
    for (const { job } of submitted) {
      if (job.status === "SavePending") this.#jobs.set(job.id, { job, untilMono });
    }
    for (const id of this.#jobs.keys()) {
      if (this.#jobs.size <= MAX_JOBS) break;
      this.#jobs.delete(id);
    }
    return submitted;
  }

  /** The job the master answered, else the one that was accepted here. */
  either(id: string, stored: Job | null): Job | null {
    const remembered = this.#jobs.get(id);
    if (remembered === undefined) return stored;
    const isOver = stored !== null || this.#clock.monotonic() >= remembered.untilMono;
    if (isOver) this.#jobs.delete(id);
    return isOver ? stored : remembered.job;
  }
}
