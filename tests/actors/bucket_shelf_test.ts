/**
 * What a bucket agent holds in memory: the order of its buffer, its bounds, and its promises.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { BucketShelf } from "../../actors/bucket_shelf.ts";
import type { EndedAttempt } from "../../actors/executor_protocol.ts";
import type { JobRun } from "../../actors/handler_run.ts";
import type { Job } from "../../core/job.ts";
import { aJob, AT_MS, jobId } from "../support/factories.ts";

const CAPACITY = { runSlots: 2, waiting: 3, buffer: 4 };
const PROMISE_MS = 30_000;

function job(number: number, given: Partial<Job> = {}): Job {
  return aJob({ id: jobId(number), ...given });
}

function jobs(count: number, given?: Partial<Job>): readonly Job[] {
  return Array.from({ length: count }, (_, i) => job(i + 1, given));
}

function runs(of: readonly Job[]): readonly JobRun[] {
  return of.map((each) => ({ job: each, attempt: 1, epoch: 1 }));
}

function ended(of: readonly JobRun[]): readonly EndedAttempt[] {
  return of.map((run) => ({
    run,
    ending: { outcome: "succeeded", result: "null", error: null },
    startedAtMs: AT_MS,
    finishedAtMs: AT_MS,
    progress: null,
    logs: [],
  }));
}

function numbers(of: readonly Job[]): readonly number[] {
  return of.map(({ id }) => Number(`0x${id.slice(-12)}`));
}

Deno.test("BucketShelf orders its buffer by due time, then by id", () => {
  const shelf = new BucketShelf({ ...CAPACITY, buffer: 9 });
  shelf.shelve([job(5, { scheduledAtMs: AT_MS + 2 }), job(4), job(2)], AT_MS);
  shelf.shelve([job(3), job(1, { scheduledAtMs: AT_MS + 1 })], AT_MS);

  strictEqual(shelf.nextDueAtMs, AT_MS);
  deepStrictEqual(numbers(shelf.takeBuffer()), [2, 3, 4, 1, 5]);
  strictEqual(shelf.nextDueAtMs, undefined);
});

Deno.test("BucketShelf keeps the earliest jobs when not all fit, and says how many do not", () => {
  const shelf = new BucketShelf(CAPACITY);
  shelf.shelve(jobs(3, { scheduledAtMs: AT_MS + 10 }), AT_MS);
  const left = shelf.shelve([job(7), job(8), job(9, { scheduledAtMs: AT_MS + 20 })], AT_MS);

  strictEqual(left, 2);
  deepStrictEqual([3, 7, 9].map((number) => shelf.has(jobId(number))), [false, true, false]);
  deepStrictEqual(numbers(shelf.takeBuffer()), [7, 8, 1, 2]);
});

Deno.test("BucketShelf adds no job that it knows, wherever it is", () => {
  const shelf = new BucketShelf(CAPACITY);
  shelf.shelve(jobs(3), AT_MS);
  const [claiming, claimed, settling] = shelf.takeDue(AT_MS);
  const [first, second] = runs([claimed!, settling!]);
  shelf.claimAnswered([claimed!.id, settling!.id]);
  shelf.claim([first!, second!]);
  shelf.settling(ended([second!]));
  deepStrictEqual(shelf.holdings(), { buffered: 0, claimed: 2, settling: 1 });

  strictEqual(shelf.shelve([claiming!, claimed!, settling!], AT_MS), 0);
  strictEqual(shelf.holdings().buffered, 0);
});

Deno.test("BucketShelf replaces a buffered job that was moved meanwhile, and keeps a newer copy", () => {
  const shelf = new BucketShelf(CAPACITY);
  shelf.shelve([job(1, { revision: 1, scheduledAtMs: AT_MS + 9 }), job(2)], AT_MS);
  shelf.shelve([job(1, { revision: 2, scheduledAtMs: AT_MS - 9 })], AT_MS);
  shelf.shelve([job(1, { revision: 1, scheduledAtMs: AT_MS + 9 })], AT_MS);

  strictEqual(shelf.holdings().buffered, 2);
  deepStrictEqual(
    shelf.takeBuffer().map(({ revision, scheduledAtMs }) => [revision, scheduledAtMs - AT_MS]),
    [[2, -9], [0, 0]],
  );
});

Deno.test("BucketShelf takes what is due, and no more than there is room for", () => {
  const shelf = new BucketShelf({ ...CAPACITY, buffer: 20 });
  shelf.shelve([...jobs(7), job(8, { scheduledAtMs: AT_MS + 1 })], AT_MS);

  deepStrictEqual(shelf.takeDue(AT_MS - 1), []);
  deepStrictEqual(numbers(shelf.takeDue(AT_MS)), [1, 2, 3, 4, 5]);
  deepStrictEqual(shelf.takeDue(AT_MS), []);
  shelf.claimAnswered([jobId(1)]);
  deepStrictEqual(numbers(shelf.takeDue(AT_MS)), [6]);
  ok(shelf.hasDue(AT_MS));
});

Deno.test("BucketShelf takes at most 1,000 jobs at once", () => {
  const shelf = new BucketShelf({ runSlots: 300, waiting: 1_500, buffer: 2_000 });
  shelf.shelve(jobs(2_000), AT_MS);
  strictEqual(shelf.takeDue(AT_MS).length, 1_000);
  strictEqual(shelf.takeDue(AT_MS).length, 800);
});

Deno.test("BucketShelf gives the place of an attempt free when it ends, not when it is settled", () => {
  const shelf = new BucketShelf(CAPACITY);
  const held = runs(jobs(5));
  shelf.claim(held);
  deepStrictEqual([shelf.room, shelf.hasClaimed], [0, true]);
  strictEqual(shelf.claimedRun(jobId(3)), held[2]);

  shelf.settling(ended(held));
  deepStrictEqual([shelf.room, shelf.hasClaimed, shelf.has(jobId(3))], [5, false, true]);
  strictEqual(shelf.claimedRun(jobId(3)), undefined);
  shelf.settled(ended(held));
  deepStrictEqual(shelf.holdings(), { buffered: 0, claimed: 0, settling: 0 });
  strictEqual(shelf.has(jobId(3)), false);
});

Deno.test("BucketShelf has no room while 2,000 endings wait for the master", () => {
  const shelf = new BucketShelf({ runSlots: 500, waiting: 2_500, buffer: 10 });
  const endings = ended(runs(jobs(2_000)));
  shelf.settling(endings.slice(0, 1_999));
  strictEqual(shelf.room, 3_000);
  shelf.settling(endings.slice(1_999));
  shelf.shelve([job(9_999)], AT_MS);

  deepStrictEqual([shelf.room, shelf.reserve(1, AT_MS - 1), shelf.takeDue(AT_MS)], [0, 0, []]);
  shelf.settled(endings.slice(0, 1));
  strictEqual(shelf.room, 3_000);
});

Deno.test("BucketShelf promises places up to its room and takes them back", () => {
  const shelf = new BucketShelf(CAPACITY);
  deepStrictEqual([shelf.reserve(3, AT_MS), shelf.reserve(3, AT_MS)], [3, 2]);
  deepStrictEqual([shelf.room, shelf.reserve(1, AT_MS)], [0, 0]);
  shelf.giveBack(4);
  strictEqual(shelf.room, 4);
  shelf.giveBack(9);
  strictEqual(shelf.room, 5);
});

Deno.test("BucketShelf promises no place while a due job waits: it comes first", () => {
  const shelf = new BucketShelf(CAPACITY);
  shelf.shelve([job(1)], AT_MS);
  deepStrictEqual([shelf.reserve(1, AT_MS), shelf.reserve(1, AT_MS - 1)], [0, 1]);
});

Deno.test("BucketShelf takes promised places back when nobody came for 30 s", () => {
  const shelf = new BucketShelf(CAPACITY);
  shelf.reserve(5, AT_MS);
  strictEqual(shelf.reserve(1, AT_MS + 1), 0);
  strictEqual(shelf.reserve(5, AT_MS + 1 + PROMISE_MS + 1), 5);
});

Deno.test("BucketShelf lets a lost promise lapse while others keep asking", () => {
  const shelf = new BucketShelf(CAPACITY);
  shelf.reserve(5, AT_MS);
  const later = AT_MS + PROMISE_MS;
  strictEqual(shelf.reserve(1, later), 0);
  strictEqual(shelf.reserve(1, later + 1), 1);
  shelf.giveBack(1);

  shelf.reserve(5, later + 1);
  shelf.shelve([job(1)], AT_MS);
  deepStrictEqual(shelf.takeDue(later + 1), []);
  deepStrictEqual(shelf.takeDue(later + PROMISE_MS + 2).map(({ id }) => id), [jobId(1)]);
});

Deno.test("BucketShelf says once which jobs have been in the buffer for a while", () => {
  const shelf = new BucketShelf(CAPACITY);
  shelf.shelve([job(1)], AT_MS);
  shelf.shelve([job(2)], AT_MS + 10);

  deepStrictEqual(shelf.takeUnmarked(AT_MS - 1), []);
  deepStrictEqual(numbers(shelf.takeUnmarked(AT_MS)), [1]);
  deepStrictEqual(numbers(shelf.takeUnmarked(AT_MS + 10)), [2]);
  deepStrictEqual(shelf.takeUnmarked(AT_MS + 99), []);
});

Deno.test("BucketShelf reads a full buffer and what is just being claimed", () => {
  const shelf = new BucketShelf(CAPACITY);
  strictEqual(shelf.readLimit, 4);
  shelf.shelve(jobs(3), AT_MS);
  shelf.takeDue(AT_MS);
  strictEqual(shelf.readLimit, 7);
});

Deno.test("BucketShelf runs low at a quarter of its buffer", () => {
  const shelf = new BucketShelf({ ...CAPACITY, buffer: 8 });
  const low = [0, 1, 2, 3].map((count) => {
    shelf.shelve(jobs(count), AT_MS);
    return shelf.isLow;
  });
  deepStrictEqual(low, [true, true, true, false]);
});
