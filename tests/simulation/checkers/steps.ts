/**
 * What must hold between any two states of the master.
 *
 * @module
 */

import { isFinal, isLegalJobStep, type Job, type JobStatus } from "../../../core/job.ts";
import type { History } from "../history.ts";
import type { World } from "../world.ts";

/** Calls that may give an attempt back: one that was interrupted, or had not begun. */
const GIVES_BACK: ReadonlySet<string> = new Set(["jobs.settle", "jobs.reclaim"]);

/** What a writer says about its right to write. */
interface Proof {
  readonly bucketId: string;
  readonly epoch: number;
  readonly jobId?: string;
}

/** All proofs of a call, wherever in it they are. */
function proofsIn(input: unknown): readonly Proof[] {
  if (typeof input !== "object" || input === null) return [];
  if (Array.isArray(input)) return input.flatMap(proofsIn);
  if ("placement" in input) return []; // a wish, which is granted or not
  const found = Object.values(input).flatMap(proofsIn);
  return "bucketId" in input && "epoch" in input ? [input as unknown as Proof, ...found] : found;
}

interface Seen {
  readonly job: Job;
  readonly status: JobStatus;
}

/** Watches every change of the master. */
export class StepChecker {
  readonly #world: World;
  readonly #jobs = new Map<string, Seen>();
  readonly #epochs = new Map<string, number>();
  readonly #numbers = new Map<string, number>();

  /** Watches from now on. */
  constructor(world: World) {
    this.#world = world;
    world.master.onChange = (call, input) => this.#check(call, proofsIn(input));
  }

  #check(call: string, proofs: readonly Proof[]): void {
    const { history, master: { rows } } = this.#world;
    for (const job of rows.jobs.values()) {
      const seen = this.#jobs.get(job.id);
      if (seen?.job === job) continue;
      if (seen !== undefined) checkStep(history, { call, from: seen.job, to: job });
      this.#checkOwner(call, job.id, proofs);
      this.#jobs.set(job.id, { job, status: job.status });
      this.#world.timeline.digest.addText(`${job.id}${job.status}${job.attempts}`);
    }
    for (const [id, { job }] of this.#jobs) {
      if (!rows.jobs.has(id)) history.violated(`${call} made job ${id} disappear (${job.status})`);
    }
    for (const { id, epoch } of rows.buckets.values()) {
      this.#grows(call, `epoch of bucket ${id}`, epoch);
    }
    for (const [name, { term }] of rows.leases) this.#grows(call, `term of lease ${name}`, term);
    this.#grows(call, "incarnation", rows.lastIncarnation);
  }

  /** Only who has the bucket may write what is in it. */
  #checkOwner(call: string, jobId: string, proofs: readonly Proof[]): void {
    for (const { bucketId, epoch, jobId: about = jobId } of proofs) {
      const current = this.#numbers.get(`epoch of bucket ${bucketId}`);
      if (about !== jobId || current === undefined || current === epoch) continue;
      this.#world.history.violated(
        `${call} changed job ${jobId} under epoch ${epoch} of bucket ${bucketId}, which is at ${current}`,
      );
    }
  }

  #grows(call: string, what: string, value: number): void {
    const before = this.#numbers.get(what) ?? -Infinity;
    if (value < before) {
      this.#world.history.violated(`${call} turned the ${what} back from ${before} to ${value}`);
    }
    this.#numbers.set(what, value);
  }
}

function checkStep(
  history: History,
  { call, from, to }: { readonly call: string; readonly from: Job; readonly to: Job },
): void {
  const step =
    `${call} took job ${to.id} from ${from.status} (${from.attempts}) to ${to.status} (${to.attempts})`;
  if (from.status !== to.status && !isLegalJobStep(from.status, to.status)) {
    history.violated(`${step}: no such step`);
  }
  if (to.attempts < from.attempts && !GIVES_BACK.has(call)) {
    history.violated(`${step}: an attempt was taken back`);
  }
  if (isFinal(from.status) && !wasRetried(history, to.id)) {
    history.violated(`${step}: it was final`);
  }
}

/** Whether somebody asked for the job to be run again. */
function wasRetried(history: History, jobId: string): boolean {
  return history.askedAs(jobId).some(({ commands }) =>
    commands.some(({ type }) => type === "retry")
  );
}
