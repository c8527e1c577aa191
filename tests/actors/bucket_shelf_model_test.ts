/**
 * A bucket agent's shelf against a simple model of it, under random but orderly use.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { BucketShelf } from "../../actors/bucket_shelf.ts";
import type { JobRun } from "../../actors/handler_run.ts";
import type { Job } from "../../core/job.ts";
import { aJob, AT_MS, jobId } from "../support/factories.ts";

/** One thing a bucket agent does; the numbers choose which jobs and how many. */
type Step = readonly [
  "read" | "wait" | "take" | "answer" | "reserve" | "accept" | "end" | "settle" | "empty",
  number,
];

const STEPS: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.tuple(
    fc.constantFrom(
      ...["read", "read", "wait", "take", "answer", "reserve", "accept", "end", "settle"] as const,
      "empty" as const,
    ),
    fc.integer({ min: 0, max: 9 }),
  ),
  { minLength: 20, maxLength: 120 },
);

const CAPACITIES = fc.record({
  runSlots: fc.integer({ min: 1, max: 4 }),
  waiting: fc.integer({ min: 0, max: 8 }),
  buffer: fc.integer({ min: 1, max: 10 }),
});

/** Drives a shelf as its agent does, and remembers where every job must be. */
class Agent {
  readonly #shelf: BucketShelf;
  #nowMs = AT_MS;
  #made = 0;
  #buffered: readonly Job[] = [];
  #claiming: readonly (readonly Job[])[] = [];
  #claimed: readonly JobRun[] = [];
  #settling: readonly JobRun[] = [];
  #promised: readonly number[] = [];

  constructor(shelf: BucketShelf) {
    this.#shelf = shelf;
  }

  /** Does one step and checks everything that can be seen. */
  do([step, number]: Step): void {
    this.#steps[step](number);
    this.#check();
  }

  readonly #steps: Readonly<Record<Step[0], (number: number) => void>> = {
    read: (count) => {
      const fresh = Array.from({ length: count }, () => this.#newJob());
      const known = [...this.#buffered, ...this.#claiming.flat(), ...this.#held()].slice(0, count);
      const all = [...this.#buffered, ...fresh].sort(inOrder);
      this.#buffered = all.slice(0, this.#shelf.capacity.buffer);
      const left = this.#shelf.shelve([...known, ...fresh], this.#nowMs);
      strictEqual(left, all.length - this.#buffered.length);
    },
    wait: (count) => void (this.#nowMs += count * 10), // never long enough for a promise to lapse
    take: () => {
      const due = this.#buffered.filter((job) => job.scheduledAtMs <= this.#nowMs);
      const expected = due.slice(0, this.#room());
      deepStrictEqual(this.#shelf.takeDue(this.#nowMs), expected);
      this.#buffered = this.#buffered.slice(expected.length);
      this.#claiming = [...this.#claiming, expected];
    },
    answer: (granted) => {
      const [first = [], ...rest] = this.#claiming;
      const runs = toRuns(first.slice(0, granted));
      this.#shelf.claimAnswered(first.map(({ id }) => id));
      this.#shelf.claim(runs);
      this.#claiming = rest;
      this.#claimed = [...this.#claimed, ...runs];
    },
    reserve: (count) => {
      const waits = this.#buffered.some((job) => job.scheduledAtMs <= this.#nowMs);
      const granted = waits ? 0 : Math.min(count, this.#room());
      strictEqual(this.#shelf.reserve(count, this.#nowMs), granted);
      if (granted > 0) this.#promised = [...this.#promised, granted];
    },
    accept: (count) => {
      const [granted = 0, ...rest] = this.#promised;
      const used = Math.min(count, granted);
      const runs = toRuns(Array.from({ length: used }, () => this.#newJob()));
      this.#shelf.giveBack(granted);
      this.#shelf.claim(runs);
      this.#promised = rest;
      this.#claimed = [...this.#claimed, ...runs];
    },
    end: (count) => {
      const runs = this.#claimed.slice(0, count);
      this.#shelf.settling(runs.map(toEnded));
      this.#claimed = this.#claimed.slice(count);
      this.#settling = [...this.#settling, ...runs];
    },
    settle: (count) => {
      this.#shelf.settled(this.#settling.slice(0, count).map(toEnded));
      this.#settling = this.#settling.slice(count);
    },
    empty: () => {
      deepStrictEqual(this.#shelf.takeBuffer(), this.#buffered);
      this.#buffered = [];
    },
  };

  #newJob(): Job {
    const number = ++this.#made;
    return aJob({
      id: jobId((number * 7_919) % 65_521), // ids in no order of time
      scheduledAtMs: this.#nowMs + ((number * 37) % 11 - 5) * 10,
    });
  }

  #held(): readonly Job[] {
    return [...this.#claimed, ...this.#settling].map(({ job }) => job);
  }

  #taken(): number {
    const promised = this.#promised.reduce((sum, count) => sum + count, 0);
    return this.#claimed.length + this.#claiming.flat().length + promised;
  }

  #room(): number {
    const { runSlots, waiting } = this.#shelf.capacity;
    return runSlots + waiting - this.#taken();
  }

  #check(): void {
    const { capacity } = this.#shelf;
    const { buffered, claimed, settling } = this.#shelf.holdings();
    ok(buffered <= capacity.buffer, "the buffer is bounded");
    ok(claimed <= capacity.runSlots + capacity.waiting, "attempts are bounded");
    ok(this.#shelf.room >= 0);
    deepStrictEqual(
      [buffered, claimed, settling],
      [this.#buffered.length, this.#taken(), this.#settling.length],
    );
    strictEqual(this.#shelf.room, this.#room());
    strictEqual(this.#shelf.nextDueAtMs, this.#buffered[0]?.scheduledAtMs);
    for (const job of [...this.#buffered, ...this.#claiming.flat(), ...this.#held()]) {
      ok(this.#shelf.has(job.id), "a job that is held is known");
    }
  }
}

function toRuns(jobs: readonly Job[]): readonly JobRun[] {
  return jobs.map((job) => ({ job, attempt: 1, epoch: 1 }));
}

function toEnded(run: JobRun) {
  const ending = { outcome: "succeeded", result: "null", error: null } as const;
  return { run, ending, startedAtMs: AT_MS, finishedAtMs: AT_MS, progress: null, logs: [] };
}

function inOrder(a: Job, b: Job): number {
  return a.scheduledAtMs - b.scheduledAtMs || (a.id < b.id ? -1 : 1);
}

Deno.test("BucketShelf keeps its bounds, its order and every job, whatever its agent does", () => {
  fc.assert(fc.property(CAPACITIES, STEPS, (capacity, steps) => {
    const agent = new Agent(new BucketShelf(capacity));
    for (const step of steps) agent.do(step);
  }));
});
