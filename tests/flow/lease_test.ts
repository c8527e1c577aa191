/**
 * Leases and fencing: a worker that is taken for dead lets go, changes nothing any more, and comes back.
 */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { defineJob } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually, pause } from "../support/eventually.ts";

const QUICK_LEASE = { leaseMs: 4_000, renewMs: 500 };

/** What a node says when its lease is lost on purpose. */
const LOST = /lost its lease|worker-.* crashed/;

Deno.test("a worker that is declared dead aborts its handlers and starts a new life", async () => {
  const reasons: unknown[] = [];
  const work = defineJob({ id: "work", maxRetries: 1 }, async (job) => {
    if (job.attempt > 1) return job.attempt;
    // It does not end: what it would say could still count until somebody takes its bucket away.
    await new Promise(() => {
      job.signal.addEventListener("abort", () => reasons.push(job.signal.reason.code));
    });
  });
  await using cluster = await openTestCluster({
    jobs: [work],
    lease: QUICK_LEASE,
    expectedErrors: LOST,
  });
  const { jm } = cluster;
  const { id } = await jm.schedule.now(work);
  await cluster.untilJob(id, "Processing");
  const [before] = await jm.client.listWorkers();

  await cluster.sql("UPDATE jm_workers SET status = 'Dead'");
  const job = await jm.jobs.wait(id, { timeout: "60s" });

  deepStrictEqual(reasons, ["lease_lost"]);
  strictEqual(job.result, 2);
  const executions = await jm.jobs.executions(id);
  deepStrictEqual(executions.map(({ attempt, outcome }) => [attempt, outcome]), [
    [1, "crashed"],
    [2, "succeeded"],
  ]);
  const after = await jm.client.findWorker(before!.id);
  strictEqual(after.status, "Active");
  ok(after.incarnation > before!.incarnation);
  await eventually("the lost buckets to be gone", async () => {
    const buckets = await jm.client.listBuckets({});
    return buckets.length === 5 && buckets.every(({ status }) => status === "Active");
  });
});

Deno.test("what a fenced-out worker settles late changes nothing", async () => {
  const gate = Promise.withResolvers<string>();
  const work = defineJob({ id: "work" }, () => gate.promise);
  await using cluster = await openTestCluster({
    jobs: [work],
    workers: [{ name: "owner", mode: "Execution" }], // so that nobody empties the bucket
  });
  const { jm } = cluster;
  const { id } = await jm.schedule.now(work);
  const running = await cluster.untilJob(id, "Processing");

  await cluster.sql(
    `UPDATE jm_buckets SET status = 'Lost', worker_id = NULL, incarnation = NULL, epoch = epoch + 1
     WHERE id = ?`,
    running.bucketId,
  );
  gate.resolve("late");
  await eventually(
    "the late end to be refused",
    () => cluster.lines.some(({ message }) => /ended too late/.test(message)),
  );
  const meanwhile = await jm.jobs.get(id);
  await cluster.join({ workers: [{ name: "boss", mode: "Coordinator" }] });
  await cluster.join({ workers: [{ name: "drainer", mode: "Drain" }] });
  await cluster.untilJob(id, "HeldOnMaster");

  deepStrictEqual(meanwhile, running);
  const executions = await jm.jobs.executions(id);
  deepStrictEqual(executions.map(({ outcome }) => outcome), ["crashed"]);
  strictEqual((await jm.jobs.get(id)).result, null);
});

Deno.test("a worker that is told to die keeps the node, its other workers and their jobs alive", async () => {
  const gate = Promise.withResolvers<string>();
  const work = defineJob({ id: "work" }, () => gate.promise);
  await using cluster = await openTestCluster({
    jobs: [work],
    workers: [{ name: "dies", lane: "a" }, { name: "lives", lane: "b" }],
    lease: QUICK_LEASE,
    expectedErrors: LOST,
  });
  const { jm } = cluster;
  const bystander = await jm.schedule.now(work, undefined, { lane: "b" });
  await cluster.untilJob(bystander.id, "Processing");

  await cluster.sql("UPDATE jm_workers SET status = 'Dead' WHERE name = 'dies'");
  await eventually("it to be back", async () => {
    const dies = (await jm.client.listWorkers()).find(({ name }) => name === "dies");
    return dies?.status === "Active";
  });
  gate.resolve("done");

  strictEqual((await jm.jobs.wait(bystander.id, { timeout: "60s" })).attempts, 1);
  const crash = cluster.lines.find(({ level }) => level === "error");
  match(crash?.message ?? "", LOST);
});

Deno.test("a handler that takes longer than the lease keeps it, and runs once", async () => {
  const long = defineJob({ id: "long" }, async (job) => {
    await pause(QUICK_LEASE.leaseMs + 1_500);
    return [job.attempt, job.signal.aborted];
  });
  await using cluster = await openTestCluster({ jobs: [long], lease: QUICK_LEASE });

  const { id } = await cluster.jm.schedule.now(long);

  deepStrictEqual((await cluster.jm.jobs.wait(id, { timeout: "60s" })).result, [1, false]);
});

Deno.test("a node that loses its lease while it stops comes to its end all the same", async () => {
  const deaf = defineJob({ id: "deaf" }, () => new Promise(() => {}));
  await using cluster = await openTestCluster({
    jobs: [deaf],
    lease: QUICK_LEASE,
    expectedErrors: LOST,
  });
  const { jm } = cluster;
  const watching = await cluster.join({ workers: [] });
  const { id } = await jm.schedule.now(deaf);
  await cluster.untilJob(id, "Processing");

  let stopped = false;
  void jm.stop().then(() => stopped = true);
  await eventually("it to be stopping", async () => {
    const [worker] = await watching.client.listWorkers();
    return worker?.status === "Stopping";
  });
  await cluster.sql("UPDATE jm_workers SET status = 'Dead'");

  await eventually("the stop, long before its timeout", () => stopped, { timeoutMs: 15_000 });
});
