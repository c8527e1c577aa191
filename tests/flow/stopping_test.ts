/**
 * Stopping a node: nothing is lost, and it ends as soon as nothing runs.
 */

import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { defineJob, type JobContext } from "../../mod.ts";
import { openTestCluster, type TestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";

/** Ends when the signal is aborted, with its reason. */
function untilAborted({ signal }: JobContext): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** A definition whose handlers wait at a gate. */
function gated() {
  const gate = Promise.withResolvers<string>();
  const started: string[] = [];
  const definition = defineJob({ id: "gated" }, (job) => {
    started.push(job.id);
    return gate.promise;
  });
  return { definition, started, open: () => gate.resolve("done") };
}

/** Looks at the cluster from a node of its own, which outlives the one that is stopped. */
function observer(cluster: TestCluster) {
  return cluster.join({ workers: [] });
}

Deno.test("a graceful stop lets running jobs finish and hands the waiting ones back", async () => {
  const { definition, started, open } = gated();
  await using cluster = await openTestCluster({
    jobs: [definition],
    workers: [{ parallelism: 0.1 }],
  });
  const { jm } = cluster;
  const watching = await observer(cluster);
  const running = await jm.schedule.now(definition);
  const queued = await jm.schedule.now(definition);
  const soon = await jm.schedule.after(definition, undefined, "20s");
  const later = await jm.schedule.after(definition, undefined, "5m");
  const far = await jm.schedule.after(definition, undefined, "1d");
  await cluster.untilJob(running.id, "Processing");
  await cluster.untilJob(queued.id, "Queued");
  await cluster.untilJob(soon.id, "Onboarded");

  const stopped = jm.stop({ graceful: true });
  const statusOf = async (id: string) => (await watching.jobs.get(id)).status;
  await eventually(
    "the queued one to be handed back while the other runs",
    async () => await statusOf(queued.id) === "HeldOnMaster",
  );
  const meanwhile = await statusOf(running.id);
  open();
  await stopped;

  strictEqual(meanwhile, "Processing");
  strictEqual((await watching.jobs.get(running.id)).result, "done");
  deepStrictEqual(started, [running.id]);
  for (const { id } of [queued, soon, later, far]) {
    const { status, attempts, bucketId } = await watching.jobs.get(id);
    deepStrictEqual([status, attempts, bucketId], ["HeldOnMaster", 0, null]);
  }
  deepStrictEqual(await watching.client.listWorkers(), []);
  deepStrictEqual(await watching.client.listBuckets({}), []);
});

Deno.test("a graceful stop ends at once when nothing runs, and its jobs run after the next start", async () => {
  const { definition, open } = gated();
  open();
  await using cluster = await openTestCluster({ jobs: [definition] });
  const job = await cluster.jm.schedule.after(definition, undefined, "1500ms");

  let stopped = false;
  void cluster.jm.stop({ graceful: true }).then(() => stopped = true);
  await eventually("the stop, long before its timeout", () => stopped);
  const next = await cluster.join({ jobs: [definition] });

  strictEqual((await next.jobs.wait(job.id, { timeout: "60s" })).result, "done");
});

Deno.test("a graceful stop aborts what still runs when its time is over", async () => {
  const polite = defineJob({ id: "polite" }, untilAborted);
  await using cluster = await openTestCluster({ jobs: [polite] });
  const watching = await observer(cluster);
  const { id } = await cluster.jm.schedule.now(polite);
  await cluster.untilJob(id, "Processing");

  await cluster.jm.stop({ graceful: true, timeout: "200ms" });

  const { status, attempts } = await watching.jobs.get(id);
  deepStrictEqual([status, attempts], ["HeldOnMaster", 0]);
});

Deno.test("a forced stop aborts running jobs and gives their attempts back", async () => {
  const reasons: unknown[] = [];
  const polite = defineJob({ id: "polite" }, (job) =>
    untilAborted(job).catch((error) => {
      reasons.push(error.code);
      throw error;
    }));
  const deaf = defineJob({ id: "deaf" }, () => new Promise(() => {}));
  await using cluster = await openTestCluster({ jobs: [polite, deaf] });
  const { jm } = cluster;
  const watching = await observer(cluster);
  const jobs = [await jm.schedule.now(polite), await jm.schedule.now(deaf)];
  for (const { id } of jobs) await cluster.untilJob(id, "Processing");

  await jm.stop({ graceful: false });

  deepStrictEqual(reasons, ["interrupted"]);
  for (const { id } of jobs) {
    const { status, attempts, error } = await watching.jobs.get(id);
    deepStrictEqual([status, attempts, error], ["HeldOnMaster", 0, null]);
    deepStrictEqual(await watching.jobs.executions(id), []);
  }
});

Deno.test("a job that was interrupted runs again on another node, as its first attempt", async () => {
  let runs = 0;
  const once = defineJob({ id: "once", maxRetries: 0 }, (job) => {
    return ++runs === 1 ? untilAborted(job) : job.attempt;
  });
  await using cluster = await openTestCluster({ jobs: [once] });
  const { id } = await cluster.jm.schedule.now(once);
  await cluster.untilJob(id, "Processing");

  await cluster.jm.stop({ graceful: false });
  const next = await cluster.join({ jobs: [once] });

  deepStrictEqual([(await next.jobs.wait(id, { timeout: "60s" })).result, runs], [1, 2]);
});

Deno.test("a stop that is under way can be hurried, and repeated", async () => {
  const polite = defineJob({ id: "polite" }, untilAborted);
  await using cluster = await openTestCluster({ jobs: [polite] });
  const watching = await observer(cluster);
  const { id } = await cluster.jm.schedule.now(polite);
  await cluster.untilJob(id, "Processing");

  const first = cluster.jm.stop();
  await eventually("the worker to be stopping", async () => {
    const [worker] = await watching.client.listWorkers();
    return worker?.status === "Stopping";
  });
  await Promise.all([cluster.jm.stop({ graceful: false }), first]);
  await cluster.jm.stop();

  strictEqual((await watching.jobs.get(id)).status, "HeldOnMaster");
});

Deno.test("a stopping node runs nothing new, wherever it is scheduled", async () => {
  const { definition, started, open } = gated();
  await using cluster = await openTestCluster({ jobs: [definition] });
  const { jm } = cluster;
  const watching = await observer(cluster);
  const running = await jm.schedule.now(definition);
  await cluster.untilJob(running.id, "Processing");
  const stopped = jm.stop();
  await eventually("the buckets to take nothing new", async () => {
    const buckets = await watching.client.listBuckets({});
    return buckets.every(({ status }) => status === "Completing");
  });

  const here = await jm.schedule.now(definition);
  const there = await watching.schedule.now(definition);
  open();
  await stopped;

  deepStrictEqual(started, [running.id]);
  for (const { id } of [here, there]) {
    strictEqual((await watching.jobs.get(id)).status, "HeldOnMaster");
  }
});

Deno.test("a stopped node answers every call with actor_stopped", async () => {
  const { definition } = gated();
  await using cluster = await openTestCluster({ jobs: [definition] });
  await cluster.jm.stop();

  await rejects(cluster.jm.schedule.now(definition), { code: "actor_stopped" });
  await rejects(cluster.jm.jobs.count(), { code: "actor_stopped" });
});

Deno.test("another node takes the lead when the leading one stops", async () => {
  const { definition, open } = gated();
  open();
  await using cluster = await openTestCluster({ jobs: [definition] });
  const second = await cluster.join({ jobs: [definition], lease: { renewMs: 500 } });
  const held = await second.schedule.after(definition, undefined, "1d");

  await cluster.jm.stop();
  await second.jobs.runNow(held.id);

  strictEqual((await second.jobs.wait(held.id, { timeout: "15s" })).result, "done");
});
