/**
 * Cancelling: from every status, with and without the help of the handler.
 */

import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import { defineJob, type JobContext } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";

let runs = 0;
const noop = defineJob({ id: "noop" }, () => void runs++);

/** Ends when the signal is aborted, with its reason. */
function untilAborted({ signal }: JobContext): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

Deno.test("jobs.cancel ends a held job at once", async () => {
  await using cluster = await openTestCluster({ jobs: [noop], workers: [] });
  const { jm } = cluster;

  const { id } = await jm.schedule.after(noop, undefined, "1h");
  const outcome = await jm.jobs.cancel(id);
  const job = await jm.jobs.get(id);

  deepStrictEqual([outcome, job.status, job.attempts], ["changed", "Cancelled", 0]);
  strictEqual(typeof job.finishedAtMs, "number");
  deepStrictEqual(await jm.jobs.executions(id), []);
});

Deno.test("jobs.cancel ends an assigned and an onboarded job, which then never run", async () => {
  runs = 0;
  await using cluster = await openTestCluster({ jobs: [noop] });
  const { jm } = cluster;
  const assigned = await jm.schedule.after(noop, undefined, "5m");
  const onboarded = await jm.schedule.after(noop, undefined, "1500ms");
  const marker = await jm.schedule.after(noop, undefined, "1600ms");
  await cluster.untilJob(assigned.id, "AssignedToBucket");
  await cluster.untilJob(onboarded.id, "Onboarded");

  deepStrictEqual([await jm.jobs.cancel(assigned.id), await jm.jobs.cancel(onboarded.id)], [
    "changed",
    "changed",
  ]);
  await jm.jobs.wait(marker.id, { timeout: "60s" });

  const [first, second] = [await jm.jobs.get(assigned.id), await jm.jobs.get(onboarded.id)];
  deepStrictEqual([first.status, second.status], ["Cancelled", "Cancelled"]);
  deepStrictEqual([first.bucketId, second.bucketId], [null, null]);
  strictEqual(runs, 1);
});

Deno.test("jobs.cancel ends a queued job without running it", async () => {
  runs = 0;
  const gate = Promise.withResolvers<void>();
  const block = defineJob({ id: "block" }, () => gate.promise);
  await using cluster = await openTestCluster({
    jobs: [block, noop],
    workers: [{ parallelism: 0.1 }],
  });
  const { jm } = cluster;
  await jm.schedule.now(block);
  const queued = await jm.schedule.now(noop);
  const behind = await jm.schedule.now(noop);
  await cluster.untilJob(queued.id, "Queued");

  strictEqual(await jm.jobs.cancel(queued.id), "requested");
  await cluster.untilJob(queued.id, "Cancelled");
  gate.resolve();
  await jm.jobs.wait(behind.id, { timeout: "60s" });

  strictEqual((await jm.jobs.get(queued.id)).status, "Cancelled");
  strictEqual(runs, 1);
});

Deno.test("jobs.cancel aborts the signal of a running job, which ends Cancelled", async () => {
  const started = Promise.withResolvers<void>();
  let reason: { readonly code?: string } = {};
  const polite = defineJob({ id: "polite" }, async (job) => {
    started.resolve();
    await untilAborted(job).catch((error) => {
      reason = error;
      throw error;
    });
  });
  await using cluster = await openTestCluster({ jobs: [polite] });
  const { jm } = cluster;
  const { id } = await jm.schedule.now(polite);
  await started.promise;

  strictEqual(await jm.jobs.cancel(id), "requested");
  const job = await cluster.untilJob(id, "Cancelled");

  strictEqual(reason.code, "job_cancelled");
  strictEqual(job.attempts, 1);
  const executions = await jm.jobs.executions(id);
  deepStrictEqual(executions.map(({ outcome }) => outcome), ["cancelled"]);
  await rejects(jm.jobs.wait(id), { code: "job_cancelled" });
});

Deno.test("jobs.cancel ends a running job whose handler ignores it, and frees its slot", async () => {
  runs = 0;
  const started = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<string>();
  const deaf = defineJob({ id: "deaf" }, () => {
    started.resolve();
    return gate.promise;
  });
  await using cluster = await openTestCluster({
    jobs: [deaf, noop],
    workers: [{ parallelism: 0.1 }],
  });
  const { jm } = cluster;
  const { id } = await jm.schedule.now(deaf);
  await started.promise;

  await jm.jobs.cancel(id);
  const job = await cluster.untilJob(id, "Cancelled");
  const next = await jm.schedule.now(noop);
  await jm.jobs.wait(next.id, { timeout: "60s" });
  gate.resolve("late");

  strictEqual(runs, 1);
  deepStrictEqual(await jm.jobs.get(id), job);
});

Deno.test("jobs.cancel is seen by the node that runs the job when another node was asked", async () => {
  const polite = defineJob({ id: "polite" }, untilAborted);
  await using cluster = await openTestCluster({ jobs: [polite] });
  const producer = await cluster.join({ workers: [] });
  const { id } = await cluster.jm.schedule.now(polite);
  await cluster.untilJob(id, "Processing");

  strictEqual(await producer.jobs.cancel(id), "requested");

  await cluster.untilJob(id, "Cancelled");
});

Deno.test("jobs.cancel asked for between two attempts prevents the next one", async () => {
  const flaky = defineJob({ id: "flaky", retry: { base: "1h", jitter: "none" } }, () => {
    throw new Error("no");
  });
  await using cluster = await openTestCluster({ jobs: [flaky] });
  const { jm } = cluster;
  const { id } = await jm.schedule.now(flaky);
  await cluster.untilJob(id, "HeldOnMaster");

  strictEqual(await jm.jobs.cancel(id), "changed");

  const job = await jm.jobs.get(id);
  deepStrictEqual([job.status, job.attempts, job.error?.message], ["Cancelled", 1, "no"]);
});

Deno.test("jobs.cancel refuses a job that has ended and one that nobody knows", async () => {
  await using cluster = await openTestCluster({ jobs: [noop] });
  const { jm } = cluster;
  const { id } = await jm.schedule.now(noop);
  const ended = await jm.jobs.wait(id, { timeout: "60s" });

  await rejects(jm.jobs.cancel(id), (error: Error & { code: string }) => {
    strictEqual(error.code, "job_state_conflict");
    match(error.message, /Succeeded/);
    return true;
  });
  await rejects(jm.jobs.cancel("019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071"), { code: "job_not_found" });
  await rejects(jm.jobs.cancel("one"), { code: "invalid_request" });

  deepStrictEqual(await jm.jobs.get(id), ended);
});

Deno.test("a cancelled job may be scheduled again under a new id, its unique key stays taken", async () => {
  await using cluster = await openTestCluster({ jobs: [noop], workers: [] });
  const { jm } = cluster;
  const first = await jm.schedule.after(noop, undefined, "1h", { uniqueKey: "a" });
  await jm.jobs.cancel(first.id);

  const again = await jm.schedule.after(noop, undefined, "1h", { uniqueKey: "a" });

  deepStrictEqual([again.created, again.id, again.status], [false, first.id, "Cancelled"]);
});
