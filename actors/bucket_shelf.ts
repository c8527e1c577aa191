/**
 * What a bucket agent holds in memory: a buffer ordered by due time, claimed jobs, reserved places, and endings on
 * their way to the master. Pure bookkeeping, every part bounded.
 *
 * @module
 */

import type { BucketCapacity } from "../core/capacity.ts";
import type { Job } from "../core/job.ts";
import { MAX_BATCH } from "./batches.ts";
import type { EndedAttempt } from "./executor_protocol.ts";
import type { JobRun } from "./handler_run.ts";

interface PlacePromise {
  readonly count: number;
  readonly atMs: number;
}

interface Buffered {
  readonly job: Job;
  readonly sinceMs: number;
  marked: boolean;
}

/** How long a reserved place is kept for jobs that do not come, in milliseconds. */
const RESERVATION_MS = 30_000;

/** Most ended attempts that may wait for the master before no further job is claimed. */
const MAX_SETTLING = 2_000;

/** What a bucket agent holds. */
export interface BucketHoldings {
  /** `Onboarded` jobs. */
  readonly buffered: number;
  /** `Queued` and `Processing` jobs, and places promised to jobs that are being inserted. */
  readonly claimed: number;
  /** Ended attempts on their way to the master. */
  readonly settling: number;
}

/** The places of one bucket. */
export class BucketShelf {
  readonly capacity: BucketCapacity;
  /** By due time, then id: the order of the rows. */
  #buffer: Buffered[] = [];
  /** Revision of each buffered job. */
  readonly #buffered = new Map<string, number>();
  readonly #claimed = new Map<string, JobRun>();
  readonly #settling = new Map<string, EndedAttempt>();
  readonly #claiming = new Set<string>();
  /** Promised places, oldest first. */
  #promises: PlacePromise[] = [];

  /** Makes an empty shelf. */
  constructor(capacity: BucketCapacity) {
    this.capacity = capacity;
  }

  /** How much is held. */
  holdings(): BucketHoldings {
    return {
      buffered: this.#buffer.length,
      claimed: this.#claimed.size + this.#claiming.size + this.#promised,
      settling: this.#settling.size,
    };
  }

  /** Places for attempts: run slots and waiting places that are neither taken nor promised. */
  get room(): number {
    if (this.#settling.size >= MAX_SETTLING) return 0;
    const { runSlots, waiting } = this.capacity;
    return runSlots + waiting - this.#claimed.size - this.#claiming.size - this.#promised;
  }

  /** Most rows worth reading: a full buffer, and what is just being claimed and may be answered again. */
  get readLimit(): number {
    return this.capacity.buffer + this.#claiming.size;
  }

  /** Jobs the buffer has room for. */
  get free(): number {
    return this.capacity.buffer - this.#buffer.length;
  }

  /** Whether the buffer runs low. */
  get isLow(): boolean {
    return this.#buffer.length <= this.capacity.buffer / 4;
  }

  /** Whether a job is known here. */
  has(jobId: string): boolean {
    return this.#buffered.has(jobId) || this.#claiming.has(jobId) || this.#claimed.has(jobId) ||
      this.#settling.has(jobId);
  }

  /** Promises up to `count` places, none while due jobs wait in the buffer: they come first. */
  reserve(count: number, nowMs: number): number {
    this.#lapse(nowMs);
    if (this.hasDue(nowMs)) return 0;
    const granted = Math.max(0, Math.min(count, this.room));
    if (granted > 0) this.#promises.push({ count: granted, atMs: nowMs });
    return granted;
  }

  /** Takes back promised places, the oldest first. */
  giveBack(count: number): void {
    for (let left = count; left > 0 && this.#promises.length > 0;) {
      const oldest = this.#promises.shift()!;
      if (oldest.count > left) {
        this.#promises.unshift({ ...oldest, count: oldest.count - left });
      }
      left -= oldest.count;
    }
  }

  get #promised(): number {
    return this.#promises.reduce((sum, { count }) => sum + count, 0);
  }

  /** Lets go of places whose jobs never came: the answer that promised them may have got lost. */
  #lapse(nowMs: number): void {
    this.#promises = this.#promises.filter(({ atMs }) => nowMs - atMs <= RESERVATION_MS);
  }

  /**
   * Adds jobs to the buffer, those that are not known here; one that was moved meanwhile replaces its old copy.
   * Answers how many did not fit: the latest ones, which stay in the master.
   */
  shelve(jobs: readonly Job[], nowMs: number): number {
    const fresh = [...new Map(jobs.map((job) => [job.id, job])).values()]
      .filter((job) => this.#isNews(job));
    if (fresh.length === 0) return 0;
    const kept = this.#withoutCopiesOf(fresh);
    for (const { id, revision } of fresh) this.#buffered.set(id, revision);
    const added = fresh.map((job): Buffered => ({ job, sinceMs: nowMs, marked: false }));
    this.#buffer = [...kept, ...added].sort(byDueTime);
    const left = this.#buffer.splice(this.capacity.buffer);
    for (const { job } of left) this.#buffered.delete(job.id);
    return left.length;
  }

  /** Takes due jobs out of the buffer to claim them, as many as there is room for and one call takes. */
  takeDue(nowMs: number): readonly Job[] {
    if (this.#promises.length > 0) this.#lapse(nowMs);
    const room = Math.min(this.room, MAX_BATCH);
    let count = 0;
    while (count < room && (this.#buffer[count]?.job.scheduledAtMs ?? Infinity) <= nowMs) count++;
    if (count === 0) return [];
    const taken = this.#buffer.splice(0, count);
    for (const { job } of taken) {
      this.#buffered.delete(job.id);
      this.#claiming.add(job.id);
    }
    return taken.map(({ job }) => job);
  }

  /** The claim of these jobs was answered. */
  claimAnswered(jobIds: readonly string[]): void {
    for (const id of jobIds) this.#claiming.delete(id);
  }

  /** Adds claimed attempts. */
  claim(runs: readonly JobRun[]): void {
    for (const run of runs) this.#claimed.set(run.job.id, run);
  }

  /** A claimed attempt ended: it is on its way to the master. */
  settling(ended: readonly EndedAttempt[]): void {
    for (const each of ended) {
      this.#claimed.delete(each.run.job.id);
      this.#settling.set(each.run.job.id, each);
    }
  }

  /** Attempts reached the master. */
  settled(ended: readonly EndedAttempt[]): void {
    for (const each of ended) this.#settling.delete(each.run.job.id);
  }

  /** The claimed attempt of a job. */
  claimedRun(jobId: string): JobRun | undefined {
    return this.#claimed.get(jobId);
  }

  /** Whether anything is claimed. */
  get hasClaimed(): boolean {
    return this.#claimed.size > 0;
  }

  /** Whether a job in the buffer is due. */
  hasDue(nowMs: number): boolean {
    return (this.#buffer[0]?.job.scheduledAtMs ?? Infinity) <= nowMs;
  }

  /** When the first buffered job is due, in epoch milliseconds. */
  get nextDueAtMs(): number | undefined {
    return this.#buffer[0]?.job.scheduledAtMs;
  }

  /** Takes these jobs out of the buffer. */
  takeOut(jobIds: readonly string[]): void {
    if (jobIds.length === 0) return;
    const taken = new Set(jobIds);
    this.#buffer = this.#buffer.filter(({ job }) => !taken.has(job.id));
    for (const id of jobIds) this.#buffered.delete(id);
  }

  /** Takes the whole buffer out. */
  takeBuffer(): readonly Job[] {
    const taken = this.#buffer.map(({ job }) => job);
    this.#buffer = [];
    this.#buffered.clear();
    return taken;
  }

  /** Jobs that have been buffered since before `beforeMs` and are not marked as such; marks them. */
  takeUnmarked(beforeMs: number): readonly Job[] {
    const due = this.#buffer.filter((each) => !each.marked && each.sinceMs <= beforeMs);
    for (const each of due) each.marked = true;
    return due.map(({ job }) => job);
  }

  #isNews({ id, revision }: Job): boolean {
    const buffered = this.#buffered.get(id);
    return buffered === undefined ? !this.has(id) : buffered < revision;
  }

  #withoutCopiesOf(jobs: readonly Job[]): readonly Buffered[] {
    const moved = new Set(jobs.map(({ id }) => id).filter((id) => this.#buffered.has(id)));
    return moved.size === 0 ? this.#buffer : this.#buffer.filter(({ job }) => !moved.has(job.id));
  }
}

function byDueTime(a: Buffered, b: Buffered): number {
  return a.job.scheduledAtMs - b.job.scheduledAtMs || (a.job.id < b.job.id ? -1 : 1);
}
