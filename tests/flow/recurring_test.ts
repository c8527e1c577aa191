/**
 * Recurring schedules on real nodes: they run, stand still, change, and end as asked.
 */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { z } from "zod";
import { defineJob, type JobContext, type JobMaster, type JobView } from "../../mod.ts";
import { openTestCluster, type TestCluster } from "../support/cluster.ts";
import { eventually, pause } from "../support/eventually.ts";

const quick = defineJob<unknown>({ id: "quick", metadata: { team: "a", kind: "x" } }, (job) => ({
  at: job.occurrenceAtMs,
  schedule: job.scheduleId,
  trigger: job.triggerSource,
  data: job.data,
}));

/** Waits until `check` throws no more. */
function holds(what: string, check: () => Promise<void>): Promise<true> {
  return eventually(what, async () => {
    await check();
    return true as const;
  }, { timeoutMs: 60_000 });
}

async function jobsOf(jm: JobMaster, scheduleId: string): Promise<readonly JobView[]> {
  const { items } = await jm.jobs.list({
    filter: { scheduleId },
    sort: { by: "scheduledAt", direction: "asc" },
    limit: 200,
  });
  return items;
}

/** Waits until `count` jobs of the schedule have succeeded; answers them. */
function untilRuns(cluster: TestCluster, scheduleId: string, count: number) {
  return eventually(`${count} runs of ${scheduleId}`, async () => {
    const ended = (await jobsOf(cluster.jm, scheduleId)).filter(({ status }) =>
      status === "Succeeded"
    );
    ok(ended.length >= count, `${ended.length} runs`);
    return ended;
  }, { timeoutMs: 60_000 });
}

Deno.test("schedule.recurring runs a job for every occurrence, one second apart", async () => {
  await using cluster = await openTestCluster({ jobs: [quick] });

  const schedule = await cluster.jm.schedule.recurring(quick, "every 1 second", {
    data: { n: 7 },
    metadata: { kind: "y" },
    priority: "High",
    maxRetries: 1,
    timeout: "5s",
  });
  const jobs = await untilRuns(cluster, schedule.id, 3);

  strictEqual(schedule.created, true);
  strictEqual(schedule.status, "Active");
  ok(schedule.nextRunAtMs! > schedule.createdAtMs);
  const occurrences = jobs.map(({ occurrenceAtMs }) => occurrenceAtMs!);
  occurrences.slice(1).forEach((at, i) => strictEqual(at - occurrences[i]!, 1_000));
  for (const job of jobs) {
    deepStrictEqual(job.result, {
      at: job.occurrenceAtMs,
      schedule: schedule.id,
      trigger: "DynamicRecurring",
      data: { n: 7 },
    });
    deepStrictEqual(job.metadata, { team: "a", kind: "y" });
    deepStrictEqual([job.priority, job.maxRetries, job.timeoutMs], ["High", 1, 5_000]);
    strictEqual(job.originalScheduledAtMs, job.occurrenceAtMs);
    strictEqual(job.scheduledAtMs, job.occurrenceAtMs);
    ok(job.startedAtMs! >= job.occurrenceAtMs!, "not before its time");
  }
});

Deno.test("schedule.recurring answers the first schedule when its id is given again", async () => {
  await using cluster = await openTestCluster({ jobs: [quick] });
  const id = "019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071";

  const first = await cluster.jm.schedule.recurring(quick, "every 1 hour", { id });
  const second = await cluster.jm.schedule.recurring(quick, "every 2 hours", { id });

  deepStrictEqual([first.created, second.created], [true, false]);
  strictEqual(second.recurrence.text, "every 1 hour");
  strictEqual(await cluster.jm.schedules.count(), 1);
});

Deno.test("schedule.recurring refuses what could never run, and stores nothing", async () => {
  const strict = defineJob({ id: "strict", input: z.object({ n: z.number() }) }, () => null);
  const absent = defineJob({ id: "absent" }, () => null);
  const tagged = defineJob({ id: "tagged", metadata: { note: "x".repeat(8_000) } }, () => null);
  await using cluster = await openTestCluster({ jobs: [strict, tagged] });
  const { schedule, schedules } = cluster.jm;
  const data = { n: 1 };
  const cases: readonly [() => Promise<unknown>, string][] = [
    [() => schedule.recurring(strict, "every blue moon", { data }), "invalid_recurrence"],
    [() => schedule.recurring(absent, "every 1 hour"), "job_definition_not_found"],
    [() => schedule.recurring(strict, "every 1 hour"), "invalid_payload"],
    [
      () => schedule.recurring(strict, "every 1 hour", { data, endBefore: "2001-01-01T00:00:00Z" }),
      "invalid_recurrence",
    ],
    [
      () => schedule.recurring(strict, "every 1 hour", { data, timeZone: "Mars/Base" }),
      "invalid_request",
    ],
    [
      () => schedule.recurring(strict, "every 1 hour", { data, misfire: "never" as "skip" }),
      "invalid_request",
    ],
    [() => schedule.recurring(strict, "every 1 hour", { data, jitter: "25h" }), "invalid_request"],
    [
      () =>
        schedule.recurring(strict, "every 1 hour", {
          data,
          metadata: { note: "x".repeat(9_000) },
        }),
      "payload_too_large",
    ],
    [
      () => schedule.recurring(tagged, "every 1 hour", { metadata: { more: "y".repeat(500) } }),
      "payload_too_large",
    ],
  ];
  for (const [call, code] of cases) await rejects(call, { code });
  strictEqual(await schedules.count(), 0);

  await cluster.jm.changeSettings({ mode: "Archived" });
  await rejects(schedule.recurring(strict, "every 1 hour", { data }), { code: "cluster_archived" });
});

Deno.test("schedules.pause takes planned jobs back, and resume goes on without what was due", async () => {
  await using cluster = await openTestCluster({ jobs: [quick] });
  const { jm } = cluster;
  const { id } = await jm.schedule.recurring(quick, "every 1 second", { overlap: "allow" });
  await holds("jobs planned ahead", async () => {
    ok((await jobsOf(jm, id)).length > 100);
  });

  const paused = await jm.schedules.pause(id);
  const left = await jobsOf(jm, id);
  const pausedAtMs = Date.now();

  strictEqual(paused.status, "Paused");
  strictEqual(paused.nextRunAtMs, null);
  ok(left.every(({ occurrenceAtMs }) => occurrenceAtMs! <= pausedAtMs), "none ahead is left");
  await rejects(jm.schedules.pause(id), { code: "schedule_state_conflict" });

  await pause(2_100); // two occurrences pass
  const resumed = await jm.schedules.resume(id);
  const resumedAtMs = Date.now();
  await untilRuns(cluster, id, left.length + 1);
  const jobs = await jobsOf(jm, id);

  strictEqual(resumed.status, "Active");
  const during = jobs.filter(({ occurrenceAtMs }) =>
    occurrenceAtMs! > pausedAtMs + 100 && occurrenceAtMs! < resumedAtMs - 100
  );
  deepStrictEqual(during, [], "nothing of the pause");
  ok(jobs.some(({ occurrenceAtMs }) => occurrenceAtMs! > resumedAtMs));
});

Deno.test("schedules.edit changes what is planned ahead, and fires nothing by itself", async () => {
  await using cluster = await openTestCluster({ jobs: [quick] });
  const { jm } = cluster;
  const { id } = await jm.schedule.recurring(quick, "every 1 minute", {
    overlap: "allow",
    data: { n: 1 },
  });
  await holds("jobs planned ahead", async () => strictEqual((await jobsOf(jm, id)).length, 5));
  const before = await jobsOf(jm, id);
  await pause(2_100); // so that a count that began anew would show

  const edited = await jm.schedules.edit(id, { data: { n: 2 }, priority: "Low" });
  await holds("the jobs to be planned again", async () => {
    const jobs = await jobsOf(jm, id);
    deepStrictEqual(jobs.map(({ data }) => data), Array(5).fill({ n: 2 }));
    deepStrictEqual(
      jobs.map(({ occurrenceAtMs }) => occurrenceAtMs),
      before.map(({ occurrenceAtMs }) => occurrenceAtMs),
      "the count goes on",
    );
    ok(jobs.every(({ priority, status }) => priority === "Low" && status !== "Succeeded"));
  });

  const editedAtMs = Date.now();
  const recounted = await jm.schedules.edit(id, { expression: "every 2 minutes" });
  strictEqual(edited.status, "Active");
  ok(recounted.nextRunAtMs! >= editedAtMs + 119_000, "a new recurrence counts from now");
  await rejects(jm.schedules.edit(id, { expression: "every blue moon" }), {
    code: "invalid_recurrence",
  });
  await rejects(jm.schedules.edit(id, { colour: "red" } as never), { code: "invalid_request" });
});

Deno.test("schedules.runNow runs a job besides the occurrences", async () => {
  await using cluster = await openTestCluster({ jobs: [quick] });
  const { jm } = cluster;
  const { id } = await jm.schedule.recurring(quick, "every 1 minute", { data: { n: 3 } });

  const job = await jm.schedules.runNow(id);
  const ended = await jm.jobs.wait(job.id, { timeout: "60s" });

  deepStrictEqual(ended.result, {
    at: null,
    schedule: id,
    trigger: "DynamicRecurring",
    data: { n: 3 },
  });
  await holds("the next occurrence to be planned again", async () => {
    const waiting = (await jobsOf(jm, id)).filter(({ status }) => status !== "Succeeded");
    strictEqual(waiting.length, 1);
    ok(waiting[0]!.occurrenceAtMs! > Date.now());
  });
});

Deno.test("schedules.runNow refuses to overlap a job that has not ended", async () => {
  const gate = Promise.withResolvers<void>();
  const slow = defineJob({ id: "slow" }, () => gate.promise);
  await using cluster = await openTestCluster({ jobs: [slow] });
  const { jm } = cluster;
  const { id } = await jm.schedule.recurring(slow, "every 1 hour");
  const first = await jm.schedules.runNow(id);
  await cluster.untilJob(first.id, "Processing");

  await rejects(jm.schedules.runNow(id), { code: "schedule_state_conflict" });

  gate.resolve();
  await jm.jobs.wait(first.id, { timeout: "60s" });
  await jm.jobs.wait((await jm.schedules.runNow(id)).id, { timeout: "10s" });
});

Deno.test("schedules.cancel cancels every job that waits and lets the running one finish", async () => {
  const started = Promise.withResolvers<JobContext>();
  const gate = Promise.withResolvers<void>();
  const slow = defineJob({ id: "slow" }, (job) => {
    started.resolve(job);
    return gate.promise;
  });
  await using cluster = await openTestCluster({ jobs: [slow] });
  const { jm } = cluster;
  const { id } = await jm.schedule.recurring(slow, "every 1 second", { overlap: "allow" });
  const running = await started.promise;

  const cancelled = await jm.schedules.cancel(id);
  const waiting = ["HeldOnMaster", "AssignedToBucket", "Onboarded"] as const;
  strictEqual(await jm.jobs.count({ scheduleId: id, statuses: waiting }), 0, "at once");
  gate.resolve();
  await holds("every job to end", async () => {
    const left = (await jobsOf(jm, id)).filter(({ finishedAtMs }) => finishedAtMs === null);
    strictEqual(left.length, 0);
  });

  strictEqual(cancelled.status, "Cancelled");
  ok(cancelled.terminatedAtMs !== null);
  strictEqual((await jm.jobs.get(running.id)).status, "Succeeded");
  const count = await jm.jobs.count({ scheduleId: id });
  ok(await jm.jobs.count({ scheduleId: id, statuses: ["Cancelled"] }) > 200, "all of them");
  await pause(1_500);
  strictEqual(await jm.jobs.count({ scheduleId: id }), count, "no further ones");
  for (const change of ["pause", "resume", "cancel"] as const) {
    await rejects(jm.schedules[change](id), { code: "schedule_state_conflict" });
  }
  await rejects(jm.schedules.runNow(id), { code: "schedule_state_conflict" });
});

Deno.test("schedules.remove deletes the schedule with what waits and keeps what ran", async () => {
  await using cluster = await openTestCluster({ jobs: [quick] });
  const { jm } = cluster;
  const { id } = await jm.schedule.recurring(quick, "every 1 second");
  await untilRuns(cluster, id, 1);

  await jm.schedules.remove(id);

  await rejects(jm.schedules.get(id), { code: "schedule_not_found" });
  await rejects(jm.schedules.pause(id), { code: "schedule_not_found" });
  const statuses = new Set((await jobsOf(jm, id)).map(({ status }) => status));
  ok(statuses.has("Succeeded"));
  ok(
    [...statuses].every((status) => ["Succeeded", "Cancelled"].includes(status)),
    `${[...statuses]}`,
  );
});

Deno.test("schedules.next previews runs within its bounds without planning them", async () => {
  await using cluster = await openTestCluster({ jobs: [quick] });
  const { jm } = cluster;
  const start = Temporal.Now.instant().add({ hours: 1 }).round("second");
  const { id } = await jm.schedule.recurring(quick, "every 10 minutes", {
    startAfter: start,
    endBefore: start.add({ minutes: 25 }),
  });

  const runs = await jm.schedules.next(id, { count: 5 });
  const later = await jm.schedules.next(id, { from: start.add({ minutes: 15 }) });

  deepStrictEqual(runs.map((run) => run.since(start).total("minutes")), [10, 20]);
  deepStrictEqual(later.map((run) => run.since(start).total("minutes")), [20]);
  strictEqual(await jm.jobs.count({ scheduleId: id }), 0);
  strictEqual((await jm.schedules.get(id)).nextRunAtMs, runs[0]!.epochMilliseconds);
});

Deno.test("planner makes a schedule Inactive after endBefore and keeps the jobs it planned", async () => {
  await using cluster = await openTestCluster({ jobs: [quick] });
  const { jm } = cluster;
  const { id } = await jm.schedule.recurring(quick, "every 1 second", {
    endBefore: new Date(Date.now() + 2_500),
  });

  await holds("it to be Inactive", async () => {
    const { status, terminatedAtMs, nextRunAtMs } = await jm.schedules.get(id);
    deepStrictEqual([status, terminatedAtMs !== null, nextRunAtMs], ["Inactive", true, null]);
  });

  const jobs = await untilRuns(cluster, id, 2);
  ok(jobs.length <= 3);
});

Deno.test("planner spreads jobs by the jitter and keeps their occurrences", async () => {
  await using cluster = await openTestCluster({ jobs: [quick] });
  const { jm } = cluster;
  const { id } = await jm.schedule.recurring(quick, "every 10 seconds", {
    overlap: "allow",
    jitter: "5s",
  });

  await holds("jobs planned ahead", async () => ok((await jobsOf(jm, id)).length >= 20));
  const splays = (await jobsOf(jm, id)).map((job) => job.scheduledAtMs - job.occurrenceAtMs!);

  ok(splays.every((splay) => splay >= 0 && splay < 5_000));
  ok(new Set(splays).size > 5, "by chance");
});

Deno.test("planner stands still in a Passive cluster", async () => {
  await using cluster = await openTestCluster({ jobs: [quick] });
  const { jm } = cluster;
  await jm.changeSettings({ mode: "Passive" });
  const { id } = await jm.schedule.recurring(quick, "every 1 second");
  await pause(1_500);
  strictEqual(await jm.jobs.count({ scheduleId: id }), 0);

  await jm.changeSettings({ mode: "Active" });
  await untilRuns(cluster, id, 2);
});
