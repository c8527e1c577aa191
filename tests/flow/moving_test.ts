/**
 * Rescheduling, running now, retrying and removing jobs.
 */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { defineJob, type JobMaster } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";

const QUICKLY = { base: "10ms", factor: 1, jitter: "none" } as const;

function inMs(milliseconds: number): Temporal.Instant {
  return Temporal.Now.instant().add({ milliseconds });
}

/** A definition that notes when its jobs run. */
function witness() {
  const ranAtMs: number[] = [];
  const definition = defineJob({ id: "witness" }, () => void ranAtMs.push(Date.now()));
  return { ranAtMs, definition };
}

async function waitFor(jm: JobMaster, id: string) {
  return await jm.jobs.wait(id, { timeout: "60s" });
}

Deno.test("jobs.reschedule moves an onboarded job earlier: it runs then, and once", async () => {
  const { definition, ranAtMs } = witness();
  await using cluster = await openTestCluster({ jobs: [definition] });
  const { jm } = cluster;
  const { id } = await jm.schedule.after(definition, undefined, "2500ms");
  await cluster.untilJob(id, "Onboarded");
  const at = inMs(200);

  const moved = await jm.jobs.reschedule(id, at);
  const job = await waitFor(jm, id);

  strictEqual(moved.status, "HeldOnMaster");
  ok(job.startedAtMs! >= at.epochMilliseconds);
  ok(job.startedAtMs! < job.originalScheduledAtMs, "it did not wait for its first time");
  const marker = await jm.schedule.at(
    definition,
    undefined,
    Temporal.Instant.fromEpochMilliseconds(job.originalScheduledAtMs + 50),
  );
  await waitFor(jm, marker.id); // by now a stale copy would have run
  strictEqual(ranAtMs.length, 2);
  strictEqual((await jm.jobs.get(id)).attempts, 1);
});

Deno.test("jobs.reschedule moves an onboarded job later: the copy in memory does not run early", async () => {
  const { definition, ranAtMs } = witness();
  await using cluster = await openTestCluster({ jobs: [definition] });
  const { jm } = cluster;
  const { id } = await jm.schedule.after(definition, undefined, "1s");
  await cluster.untilJob(id, "Onboarded");
  const at = inMs(1_600);

  await jm.jobs.reschedule(id, at);
  const job = await waitFor(jm, id);

  ok(job.startedAtMs! >= at.epochMilliseconds, "it did not start early");
  deepStrictEqual([ranAtMs.length, job.attempts], [1, 1]);
});

Deno.test("jobs.reschedule moves an onboarded job much later: the copy in memory runs neither", async () => {
  const { definition, ranAtMs } = witness();
  await using cluster = await openTestCluster({ jobs: [definition] });
  const { jm } = cluster;
  const { id, scheduledAtMs } = await jm.schedule.after(definition, undefined, "2s");
  await cluster.untilJob(id, "Onboarded");

  await jm.jobs.reschedule(id, inMs(300_000));
  await cluster.untilJob(id, "AssignedToBucket"); // the same bucket: its priority has only one
  const afterwards = Temporal.Instant.fromEpochMilliseconds(scheduledAtMs + 100);
  const marker = await jm.schedule.at(definition, undefined, afterwards);
  await waitFor(jm, marker.id);

  const { status, attempts } = await jm.jobs.get(id);
  deepStrictEqual([status, attempts, ranAtMs.length], ["AssignedToBucket", 0, 1]);
});

Deno.test("jobs.reschedule moves a held job beyond the threshold and back", async () => {
  const { definition } = witness();
  await using cluster = await openTestCluster({ jobs: [definition] });
  const { jm } = cluster;
  const { id } = await jm.schedule.after(definition, undefined, "5m");
  await cluster.untilJob(id, "AssignedToBucket");

  const far = await jm.jobs.reschedule(id, inMs(86_400_000));
  const near = await jm.jobs.reschedule(id, inMs(300_000));
  await cluster.untilJob(id, "AssignedToBucket");

  strictEqual(far.status, "HeldOnMaster");
  strictEqual(far.bucketId, null);
  strictEqual(near.originalScheduledAtMs, far.originalScheduledAtMs);
});

Deno.test("jobs.reschedule to the past runs the job now", async () => {
  const { definition } = witness();
  await using cluster = await openTestCluster({ jobs: [definition] });
  const { id } = await cluster.jm.schedule.after(definition, undefined, "1h");

  await cluster.jm.jobs.reschedule(id, new Date(0));

  strictEqual((await waitFor(cluster.jm, id)).attempts, 1);
});

Deno.test("jobs.runNow runs an onboarded, an assigned and a held job at once, each once", async () => {
  const { definition, ranAtMs } = witness();
  await using cluster = await openTestCluster({ jobs: [definition] });
  const { jm } = cluster;
  const onboarded = await jm.schedule.after(definition, undefined, "25s");
  const assigned = await jm.schedule.after(definition, undefined, "5m");
  const held = await jm.schedule.after(definition, undefined, "1d");
  await cluster.untilJob(onboarded.id, "Onboarded");

  for (const { id } of [onboarded, assigned, held]) await jm.jobs.runNow(id);

  for (const { id } of [onboarded, assigned, held]) await waitFor(jm, id);
  strictEqual(ranAtMs.length, 3);
});

Deno.test("jobs.runNow starts a job that waits for its next attempt", async () => {
  const flaky = defineJob({ id: "flaky", retry: { base: "1h", jitter: "none" } }, (job) => {
    if (job.attempt === 1) throw new Error("no");
    return job.attempt;
  });
  await using cluster = await openTestCluster({ jobs: [flaky] });
  const { id } = await cluster.jm.schedule.now(flaky);
  await cluster.untilJob(id, "HeldOnMaster");

  await cluster.jm.jobs.runNow(id);

  strictEqual((await waitFor(cluster.jm, id)).result, 2);
});

Deno.test("a job that runs or has ended cannot be moved", async () => {
  const gate = Promise.withResolvers<void>();
  const wait = defineJob({ id: "wait" }, () => gate.promise);
  await using cluster = await openTestCluster({ jobs: [wait] });
  const { jm } = cluster;
  const { id } = await jm.schedule.now(wait);
  await cluster.untilJob(id, "Processing");

  await rejects(jm.jobs.reschedule(id, inMs(0)), { code: "job_state_conflict" });
  await rejects(jm.jobs.runNow(id), { code: "job_state_conflict" });
  await rejects(jm.jobs.retry(id), { code: "job_state_conflict" });
  await rejects(jm.jobs.remove(id), { code: "job_state_conflict" });
  gate.resolve();
  await waitFor(jm, id);
  await rejects(jm.jobs.reschedule(id, inMs(0)), { code: "job_state_conflict" });
  await rejects(jm.jobs.runNow(id), { code: "job_state_conflict" });

  strictEqual((await jm.jobs.get(id)).status, "Succeeded");
});

Deno.test("jobs.retry runs a failed job again: attempts go on, the budget is fresh", async () => {
  let fails = 3;
  const flaky = defineJob({ id: "flaky", maxRetries: 1, retry: QUICKLY }, (job) => {
    if (fails-- > 0) throw new Error(`attempt ${job.attempt}`);
    return job.attempt;
  });
  await using cluster = await openTestCluster({ jobs: [flaky] });
  const { jm } = cluster;
  const { id } = await jm.schedule.now(flaky);
  const failed = await cluster.untilJob(id, "Failed");

  const retried = await jm.jobs.retry(id);
  const job = await waitFor(jm, id);

  deepStrictEqual([failed.attempts, failed.lastAttempt], [2, 2]);
  deepStrictEqual([retried.status, retried.error, retried.finishedAtMs], [
    "HeldOnMaster",
    null,
    null,
  ]);
  deepStrictEqual([job.attempts, job.lastAttempt, job.result], [4, 4, 4]);
  const executions = await jm.jobs.executions(id);
  deepStrictEqual(executions.map(({ attempt, outcome }) => [attempt, outcome]), [
    [1, "failed"],
    [2, "failed"],
    [3, "failed"],
    [4, "succeeded"],
  ]);
});

Deno.test("jobs.retry runs a job that succeeded and one that was cancelled as a new execution", async () => {
  const { definition, ranAtMs } = witness();
  await using cluster = await openTestCluster({ jobs: [definition] });
  const { jm } = cluster;
  const done = await jm.schedule.now(definition);
  const cancelled = await jm.schedule.after(definition, undefined, "1h");
  await waitFor(jm, done.id);
  await jm.jobs.cancel(cancelled.id);

  for (const { id } of [done, cancelled]) await jm.jobs.retry(id);

  deepStrictEqual([(await waitFor(jm, done.id)).attempts, ranAtMs.length >= 2], [2, true]);
  deepStrictEqual((await waitFor(jm, cancelled.id)).attempts, 1);
  strictEqual(ranAtMs.length, 3);
});

Deno.test("jobs.retry runs a job that was cancelled while it ran", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const polite = defineJob({ id: "polite" }, async (job) => {
    if (job.attempt > 1) return "again";
    resolve();
    await new Promise((_, reject) => {
      job.signal.addEventListener("abort", () => reject(job.signal.reason), { once: true });
    });
  });
  await using cluster = await openTestCluster({ jobs: [polite] });
  const { jm } = cluster;
  const { id } = await jm.schedule.now(polite);
  await promise;
  await jm.jobs.cancel(id);
  await cluster.untilJob(id, "Cancelled");

  await jm.jobs.retry(id);

  strictEqual((await waitFor(jm, id)).result, "again");
});

Deno.test("jobs.remove deletes a job that has ended, with executions and logs, and no other", async () => {
  const talk = defineJob({ id: "talk" }, (job) => job.log.info("said"));
  await using cluster = await openTestCluster({ jobs: [talk] });
  const { jm } = cluster;
  const [first, second] = [await jm.schedule.now(talk), await jm.schedule.now(talk)];
  for (const { id } of [first, second]) await waitFor(jm, id);

  await jm.jobs.remove(first.id);

  await rejects(jm.jobs.get(first.id), { code: "job_not_found" });
  strictEqual(await jm.client.countLogs({ subjectType: "Job", subjectId: first.id }), 0);
  const left = await cluster.sql("SELECT count(*) AS n FROM jm_executions") as { n: number }[];
  strictEqual(left[0]?.n, 1);
  strictEqual((await jm.jobs.logs(second.id)).length, 1);
});

Deno.test("a job that is moved again and again runs once", async () => {
  const { definition, ranAtMs } = witness();
  await using cluster = await openTestCluster({ jobs: [definition] });
  const { jm } = cluster;
  const { id } = await jm.schedule.after(definition, undefined, "10s");

  for (let i = 0; i < 20; i++) {
    await jm.jobs.reschedule(id, inMs(2_000 - i * 50));
    await jm.jobs.get(id);
  }
  await eventually("the job to be onboarded", async () => {
    const { status } = await jm.jobs.get(id);
    return status === "Onboarded" || status === "Succeeded";
  });
  const job = await waitFor(jm, id);

  deepStrictEqual([ranAtMs.length, job.attempts], [1, 1]);
});
