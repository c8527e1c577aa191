/**
 * The statuses a job shows on its way, and what moves it from one to the next.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { JOB_STATUSES } from "../../core/job.ts";
import { defineJob } from "../../mod.ts";
import { openTestCluster, type TestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";

const noop = defineJob({ id: "noop" }, () => {});

Deno.test("a job beyond the transient threshold stays HeldOnMaster, a nearer one is Onboarded when it is due soon", async () => {
  await using cluster = await openTestCluster({ jobs: [noop] });
  const { jm } = cluster;

  const far = await jm.schedule.after(noop, undefined, "11m");
  const near = await jm.schedule.after(noop, undefined, "9m");
  const soon = await jm.schedule.after(noop, undefined, "20s");
  const onboarded = await cluster.untilJob(soon.id, "Onboarded");

  deepStrictEqual([far.status, near.status, soon.status], [
    "HeldOnMaster",
    "AssignedToBucket",
    "AssignedToBucket",
  ]);
  ok(onboarded.bucketId !== null && onboarded.workerId !== null);
  strictEqual(onboarded.agentConnectionId, "standalone-agent-conn");
  const [farNow, nearNow] = [await jm.jobs.get(far.id), await jm.jobs.get(near.id)];
  deepStrictEqual([farNow.status, nearNow.status], ["HeldOnMaster", "AssignedToBucket"]);
  deepStrictEqual([farNow.bucketId, farNow.workerId], [null, null]);
});

Deno.test("a held job moves into a bucket as soon as the threshold reaches it", async () => {
  await using cluster = await openTestCluster({
    jobs: [noop],
    settings: { transientThreshold: "10s" },
  });
  const { id, status } = await cluster.jm.schedule.after(noop, undefined, "5m");

  await cluster.jm.changeSettings({ transientThreshold: "10m" });

  strictEqual(status, "HeldOnMaster");
  await cluster.untilJob(id, "AssignedToBucket");
});

Deno.test("a settings change of the threshold is followed by the next schedule call", async () => {
  await using cluster = await openTestCluster({
    jobs: [noop],
    settings: { transientThreshold: "10s" },
  });
  await cluster.jm.changeSettings({ transientThreshold: "1h" });

  await eventually("a new job to be assigned at once", async () => {
    const { status } = await cluster.jm.schedule.after(noop, undefined, "30m");
    return status === "AssignedToBucket";
  });
});

Deno.test("a job that takes a while is Processing, with its start and its progress", async () => {
  const half = Promise.withResolvers<void>();
  const end = Promise.withResolvers<void>();
  const slow = defineJob({ id: "slow" }, async (job) => {
    job.progress(10, "warming up");
    await half.promise;
    job.progress(50.5, "half way");
    await end.promise;
    job.progress(100);
    return "done";
  });
  await using cluster = await openTestCluster({ jobs: [slow] });
  const { jm } = cluster;
  const progressOf = async () => (await jm.jobs.get(id)).progress;

  const { id } = await jm.schedule.now(slow);
  const running = await cluster.untilJob(id, "Processing");
  await eventually("the first progress", async () => (await progressOf())?.percent === 10);
  half.resolve();
  const later = await eventually("more progress", async () => {
    const progress = await progressOf();
    return progress?.percent === 50.5 && progress;
  });
  const [execution, ...others] = await jm.jobs.executions(id);
  const why = await jm.jobs.why(id);
  end.resolve();
  const job = await jm.jobs.wait(id, { timeout: "60s" });

  ok(running.startedAtMs !== null && running.startedAtMs >= running.createdAtMs);
  strictEqual(running.finishedAtMs, null);
  strictEqual(later.note, "half way");
  deepStrictEqual([execution?.attempt, execution?.outcome, others.length], [1, null, 0]);
  deepStrictEqual([why.status, why.stuck, why.reasons.at(-1)?.code], [
    "Processing",
    false,
    "running",
  ]);
  deepStrictEqual(job.progress, { percent: 100, note: null });
  strictEqual(job.result, "done");
  strictEqual(job.startedAtMs, running.startedAtMs);
});

Deno.test("jobs for which there is no free slot are Queued, and run when there is one", async () => {
  const gate = Promise.withResolvers<void>();
  const wait = defineJob({ id: "wait" }, () => gate.promise);
  await using cluster = await openTestCluster({ jobs: [wait], workers: [{ parallelism: 0.1 }] });
  const { jm } = cluster;

  const first = await jm.schedule.now(wait);
  const second = await jm.schedule.now(wait);
  await cluster.untilJob(first.id, "Processing");
  const queued = await cluster.untilJob(second.id, "Queued");
  const why = await jm.jobs.why(second.id);
  gate.resolve();
  const ended = await jm.jobs.wait(second.id, { timeout: "60s" });

  strictEqual(queued.startedAtMs, null);
  strictEqual(queued.attempts, 1);
  strictEqual(why.stuck, false);
  strictEqual(ended.attempts, 1);
});

/** Statements after which the table `seen` gets every status a job changes to. */
const WATCHING_STATUSES: Readonly<Record<TestCluster["kind"], readonly string[]>> = {
  sqlite: [
    "CREATE TABLE seen (n INTEGER PRIMARY KEY, status INTEGER)",
    `CREATE TRIGGER look AFTER UPDATE OF status ON jm_jobs WHEN old.status <> new.status
     BEGIN INSERT INTO seen (status) VALUES (new.status); END`,
  ],
  postgres: [
    "CREATE TABLE seen (n bigint GENERATED ALWAYS AS IDENTITY, status integer)",
    `CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN INSERT INTO seen (status) VALUES (new.status); RETURN NULL; END $$`,
    `CREATE TRIGGER look AFTER UPDATE OF status ON jm_jobs FOR EACH ROW
     WHEN (old.status <> new.status) EXECUTE FUNCTION look()`,
  ],
  mysql: [
    "CREATE TABLE seen (n bigint AUTO_INCREMENT PRIMARY KEY, status integer)",
    `CREATE TRIGGER look AFTER UPDATE ON jm_jobs FOR EACH ROW
     INSERT INTO seen (status) SELECT new.status FROM DUAL WHERE old.status <> new.status`,
  ],
};

Deno.test("statuses of a job follow the life that is promised", async () => {
  const gate = Promise.withResolvers<void>();
  const wait = defineJob({ id: "wait" }, () => gate.promise);
  await using cluster = await openTestCluster({ jobs: [wait] });
  for (const statement of WATCHING_STATUSES[cluster.kind]) await cluster.sql(statement);

  const { id } = await cluster.jm.schedule.after(wait, undefined, "1500ms");
  await cluster.untilJob(id, "Processing");
  gate.resolve();
  await cluster.jm.jobs.wait(id, { timeout: "60s" });

  const rows = await cluster.sql("SELECT status FROM seen ORDER BY n") as { status: number }[];
  const statuses = rows.map(({ status }) => JOB_STATUSES[status]);
  // Whether it was stored as assigned already depends on how long the node has been up.
  deepStrictEqual(statuses.filter((status) => status !== "AssignedToBucket"), [
    "Onboarded",
    "Queued",
    "Processing",
    "Succeeded",
  ]);
});
