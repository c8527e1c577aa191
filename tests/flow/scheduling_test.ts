/**
 * Scheduling: what a call says is what is stored and run, once.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { z } from "zod";
import { defineJob, type JobMaster } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";

const echo = defineJob<{ readonly n: number }>({ id: "echo" }, (job) => ({ echoed: job.data.n }));

const HOUR_MS = 3_600_000;

function inOneHour(): Temporal.Instant {
  return Temporal.Now.instant().add({ hours: 1 });
}

function countJobs(jm: JobMaster): Promise<number> {
  return jm.jobs.count();
}

Deno.test("schedule.now runs the job once and keeps its result", async () => {
  await using cluster = await openTestCluster({ jobs: [echo] });

  const scheduled = await cluster.jm.schedule.now(echo, { n: 7 }, { metadata: { team: "a" } });
  const job = await cluster.jm.jobs.wait(scheduled.id, { timeout: "60s" });

  strictEqual(scheduled.created, true);
  strictEqual(job.status, "Succeeded");
  deepStrictEqual(job.result, { echoed: 7 });
  deepStrictEqual(job.data, { n: 7 });
  deepStrictEqual(job.metadata, { team: "a" });
  strictEqual(job.attempts, 1);
  strictEqual(job.error, null);
  strictEqual(job.triggerSource, "Once");
  ok(job.createdAtMs <= job.startedAtMs! && job.startedAtMs! <= job.finishedAtMs!);
});

Deno.test("schedule.now lets the definition's defaults stand when the call is silent", async () => {
  const timid = defineJob({
    id: "timid",
    timeout: "7s",
    maxRetries: 1,
    priority: "Low",
    metadata: { team: "a", kind: "x" },
    retry: { base: "1s" },
  }, (job) => [job.timeoutMs, job.maxRetries, job.priority, job.metadata]);
  await using cluster = await openTestCluster({ jobs: [timid] });

  const silent = await cluster.jm.schedule.now(timid);
  const loud = await cluster.jm.schedule.now(timid, undefined, {
    timeout: "9s",
    maxRetries: 5,
    priority: "High",
    metadata: { kind: "y" },
  });

  const results = [silent, loud].map(({ id }) => cluster.jm.jobs.wait(id, { timeout: "60s" }));
  deepStrictEqual((await Promise.all(results)).map(({ result }) => result), [
    [7_000, 1, "Low", { team: "a", kind: "x" }],
    [9_000, 5, "High", { team: "a", kind: "y" }],
  ]);
});

Deno.test("schedule.at runs a job whose time is past now", async () => {
  await using cluster = await openTestCluster({ jobs: [echo] });

  const { id } = await cluster.jm.schedule.at(echo, { n: 1 }, "2001-01-01T00:00:00Z");

  strictEqual((await cluster.jm.jobs.wait(id, { timeout: "60s" })).status, "Succeeded");
});

Deno.test("schedule.after runs the job not before its time", async () => {
  await using cluster = await openTestCluster({ jobs: [echo] });

  const { id, scheduledAtMs, createdAtMs } = await cluster.jm.schedule.after(
    echo,
    { n: 1 },
    "400ms",
  );
  const job = await cluster.jm.jobs.wait(id, { timeout: "60s" });

  strictEqual(scheduledAtMs, createdAtMs + 400);
  ok(job.startedAtMs! >= scheduledAtMs, `started ${scheduledAtMs - job.startedAtMs!} ms early`);
});

Deno.test("schedule.at keeps a job of the future where it is until then", async () => {
  await using cluster = await openTestCluster({ jobs: [echo] });
  const at = inOneHour();

  const job = await cluster.jm.schedule.at(echo, { n: 1 }, at);

  strictEqual(job.scheduledAtMs, at.epochMilliseconds);
  strictEqual(job.originalScheduledAtMs, at.epochMilliseconds);
  strictEqual(job.status, "HeldOnMaster");
  strictEqual(job.attempts, 0);
});

Deno.test("schedule.many stores all jobs in the order of their payloads and runs each once", async () => {
  const seen: number[] = [];
  const note = defineJob<{ readonly n: number }>({ id: "note" }, (job) => {
    seen.push(job.data.n);
  });
  await using cluster = await openTestCluster({ jobs: [note] });
  const payloads = Array.from({ length: 500 }, (_, n) => ({ n }));

  const jobs = await cluster.jm.schedule.many(note, payloads);
  await Promise.all(jobs.map(({ id }) => cluster.jm.jobs.wait(id, { timeout: "60s" })));

  deepStrictEqual(jobs.map(({ data }) => data), payloads);
  deepStrictEqual(seen.toSorted((a, b) => a - b), payloads.map(({ n }) => n));
});

Deno.test("a handler sees what the schema makes of the payload, the row what was sent", async () => {
  const parsing = defineJob(
    {
      id: "parsing",
      input: z.object({ n: z.string().transform(Number), extra: z.number().default(5) }),
    },
    (job) => [typeof job.data.n, job.data.n, job.data.extra],
  );
  await using cluster = await openTestCluster({ jobs: [parsing] });

  const { id } = await cluster.jm.schedule.now(parsing, { n: "42" });
  const job = await cluster.jm.jobs.wait(id, { timeout: "60s" });

  deepStrictEqual(job.result, ["number", 42, 5]);
  deepStrictEqual(job.data, { n: "42" });
});

Deno.test("a job fails with invalid_payload, unretried, when the stored payload no longer fits", async () => {
  let runs = 0;
  const strict = defineJob(
    { id: "strict", input: z.object({ n: z.number() }), maxRetries: 3 },
    () => void runs++,
  );
  await using cluster = await openTestCluster({ jobs: [strict] });
  const { id } = await cluster.jm.schedule.at(strict, { n: 1 }, inOneHour());
  await cluster.sql("UPDATE jm_jobs SET data = ? WHERE id = ?", '{"n":"one"}', id);

  await cluster.jm.jobs.runNow(id);
  const job = await cluster.untilJob(id, "Failed");

  strictEqual(job.error?.code, "invalid_payload");
  deepStrictEqual([job.attempts, runs], [1, 0]);
});

Deno.test("schedule.now makes one job and runs it once when 50 calls share a unique key", async () => {
  let runs = 0;
  const charge = defineJob<{ readonly order: string }>({ id: "charge" }, () => void runs++);
  await using cluster = await openTestCluster({ jobs: [charge] });
  const call = () => cluster.jm.schedule.now(charge, { order: "A" }, { uniqueKey: "A" });

  const answers = await Promise.all(Array.from({ length: 50 }, call));
  await cluster.jm.jobs.wait(answers[0]!.id, { timeout: "60s" });
  const late = await call();

  strictEqual(new Set([...answers, late].map(({ id }) => id)).size, 1);
  strictEqual(answers.filter(({ created }) => created).length, 1);
  strictEqual(late.status, "Succeeded");
  strictEqual(await countJobs(cluster.jm), 1);
  strictEqual(runs, 1);
});

Deno.test("a unique key is free for another definition", async () => {
  const other = defineJob({ id: "other" }, () => {});
  await using cluster = await openTestCluster({ jobs: [echo, other], workers: [] });

  await cluster.jm.schedule.now(echo, { n: 1 }, { uniqueKey: "A" });
  const second = await cluster.jm.schedule.now(other, undefined, { uniqueKey: "A" });

  strictEqual(second.created, true);
});

Deno.test("schedule.now answers the job that is there when an id comes again", async () => {
  let runs = 0;
  const once = defineJob<{ readonly n: number }>({ id: "once" }, () => void runs++);
  await using cluster = await openTestCluster({ jobs: [once] });
  const id = "019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071";

  const first = await cluster.jm.schedule.now(once, { n: 1 }, { id });
  await cluster.jm.jobs.wait(id, { timeout: "60s" });
  const again = await cluster.jm.schedule.now(once, { n: 2 }, { id: id.toUpperCase() });

  deepStrictEqual([first.created, again.created], [true, false]);
  deepStrictEqual(again.data, { n: 1 });
  strictEqual(again.status, "Succeeded");
  strictEqual(runs, 1);
});

Deno.test("a job tells its handler when it was first due and when it is due", async () => {
  const times = defineJob(
    { id: "times" },
    (job) => [job.originalScheduledAtMs, job.scheduledAtMs, job.createdAtMs],
  );
  await using cluster = await openTestCluster({ jobs: [times] });
  const at = inOneHour();

  const job = await cluster.jm.schedule.at(times, undefined, at);
  const moved = await cluster.jm.jobs.runNow(job.id);
  const { result } = await cluster.jm.jobs.wait(job.id, { timeout: "60s" });

  ok(moved.scheduledAtMs <= at.epochMilliseconds - HOUR_MS / 2);
  deepStrictEqual(result, [at.epochMilliseconds, moved.scheduledAtMs, job.createdAtMs]);
});
