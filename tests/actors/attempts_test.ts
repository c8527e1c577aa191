/**
 * The attempts an executor holds: their order, their slots, and what is new about them.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Attempts, type RunHandle } from "../../actors/attempts.ts";
import type { JobRun } from "../../actors/handler_run.ts";
import type { Progress } from "../../core/job.ts";
import type { LogEntry } from "../../core/log.ts";
import { aJob, aLogEntry, AT_MS, jobId, logId } from "../support/factories.ts";

function run(number: number, attempt = 1): JobRun {
  return { job: aJob({ id: jobId(number) }), attempt, epoch: 1 };
}

/** A handler that says what a test wants it to say. */
class TalkingHandle implements RunHandle {
  progress: Progress | null = null;
  logs: LogEntry[] = [];

  takeLogs(): readonly LogEntry[] {
    return this.logs.splice(0);
  }

  abort(): void {}
}

function progress(percent: number): Progress {
  return { percent, note: null };
}

Deno.test("Attempts hands out waiting attempts in order while a slot is free", () => {
  const attempts = new Attempts(2);
  for (const number of [3, 1, 2]) attempts.enqueue(run(number));
  const first = attempts.next()!;
  const opened = attempts.open(first, AT_MS);
  attempts.open(attempts.next()!, AT_MS);

  strictEqual(attempts.running, 2);
  strictEqual(attempts.next(), undefined);
  ok(attempts.close(opened));
  deepStrictEqual([first.job.id, attempts.next()?.job.id], [jobId(3), jobId(2)]);
  strictEqual(attempts.next(), undefined);
});

Deno.test("Attempts opens an attempt without a handle, a deadline or anything said", () => {
  const attempt = new Attempts(1).open(run(1), AT_MS);
  deepStrictEqual(attempt, {
    run: run(1),
    startedAtMs: AT_MS,
    handle: null,
    abortCode: null,
    timer: null,
    progress: null,
    logs: [],
    reported: null,
  });
});

Deno.test("Attempts frees a slot once", () => {
  const attempts = new Attempts(1);
  const attempt = attempts.open(run(1), AT_MS);

  deepStrictEqual([attempts.close(attempt), attempts.close(attempt)], [true, false]);
  strictEqual(attempts.running, 0);
  strictEqual(attempts.find(jobId(1)), undefined);
});

Deno.test("Attempts leaves the next attempt of a job alone when an earlier one is closed late", () => {
  const attempts = new Attempts(2);
  const early = attempts.open(run(1, 1), AT_MS);
  attempts.close(early);
  const late = attempts.open(run(1, 2), AT_MS);

  strictEqual(attempts.close(early), false);
  strictEqual(attempts.find(jobId(1)), late);
});

Deno.test("Attempts selects running attempts by job, or all of them", () => {
  const attempts = new Attempts(3);
  for (const number of [1, 2]) attempts.open(run(number), AT_MS);
  attempts.enqueue(run(3));
  const ids = (of: readonly string[] | null) => attempts.select(of).map((each) => each.run.job.id);

  deepStrictEqual(ids(null), [jobId(1), jobId(2)]);
  deepStrictEqual(ids([jobId(2), jobId(3), jobId(9)]), [jobId(2)]);
  deepStrictEqual(ids([]), []);
});

Deno.test("Attempts takes waiting attempts out by job, or all of them, and keeps the order of the rest", () => {
  const attempts = new Attempts(9);
  for (const number of [1, 2, 3, 4]) attempts.enqueue(run(number));
  const taken = (of: readonly string[] | null) => attempts.takeWaiting(of).map(({ job }) => job.id);

  deepStrictEqual(taken([jobId(3), jobId(1), jobId(9)]), [jobId(1), jobId(3)]);
  deepStrictEqual(taken([]), []);
  deepStrictEqual(taken(null), [jobId(2), jobId(4)]);
  strictEqual(attempts.next(), undefined);
});

Deno.test("Attempts tells once that an attempt has started", () => {
  const attempts = new Attempts(3);
  attempts.open(run(1, 4), AT_MS).handle = new TalkingHandle();

  deepStrictEqual(attempts.takeNews(AT_MS), [
    { jobId: jobId(1), attempt: 4, startedAtMs: AT_MS, progress: null, logs: [] },
  ]);
  deepStrictEqual(attempts.takeNews(AT_MS), []);
});

Deno.test("Attempts tells nothing of an attempt that is young or not yet begun", () => {
  const attempts = new Attempts(3);
  attempts.open(run(1), AT_MS + 1).handle = new TalkingHandle();
  attempts.open(run(2), AT_MS);

  deepStrictEqual(attempts.takeNews(AT_MS), []);
  strictEqual(attempts.takeNews(AT_MS + 1).length, 1);
});

Deno.test("Attempts tells what a handler said since the last time, and nothing twice", () => {
  const attempts = new Attempts(3);
  const handle = new TalkingHandle();
  const attempt = attempts.open(run(1), AT_MS);
  attempt.handle = handle;
  const news = () => {
    const [first] = attempts.takeNews(AT_MS);
    return first && [first.progress?.percent ?? null, first.logs.map(({ id }) => id)];
  };
  deepStrictEqual(news(), [null, []]);

  handle.progress = progress(10);
  deepStrictEqual(news(), [10, []]);
  strictEqual(news(), undefined);

  handle.logs.push(aLogEntry({ id: logId(2) }));
  attempt.logs.push(aLogEntry({ id: logId(1) }));
  deepStrictEqual(news(), [10, [logId(1), logId(2)]]);
  strictEqual(news(), undefined);

  handle.progress = progress(20);
  deepStrictEqual(news(), [20, []]);
});

Deno.test("Attempts tells the progress that reached it from another thread", () => {
  const attempts = new Attempts(1);
  const attempt = attempts.open(run(1), AT_MS);
  attempt.handle = new TalkingHandle();
  attempt.progress = progress(30);

  strictEqual(attempts.takeNews(AT_MS)[0]?.progress?.percent, 30);
});
