/**
 * Several nodes and several clusters on one master.
 */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { defineJob, type JobMaster } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";

function numbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, n) => n);
}

Deno.test("two nodes share 2,000 jobs and run each exactly once", async () => {
  const runs = new Map<number, number>();
  const count = defineJob<number>({ id: "count" }, (job) => {
    runs.set(job.data, (runs.get(job.data) ?? 0) + 1);
  });
  const workers = (name: string) => [{ name, parallelism: 4 }];
  await using cluster = await openTestCluster({ jobs: [count], workers: workers("a") });
  const other = await cluster.join({ jobs: [count], workers: workers("b") });
  const half = (node: JobMaster, from: number) =>
    Promise.all(
      [0, 250, 500, 750].map((offset) =>
        node.schedule.many(count, numbers(250).map((n) => from + offset + n))
      ),
    );

  const [mine, theirs] = await Promise.all([half(cluster.jm, 0), half(other, 1_000)]);
  await eventually(
    "all to succeed",
    async () => await cluster.jm.jobs.count({ statuses: ["Succeeded"] }) === 2_000,
    { timeoutMs: 30_000 },
  );

  strictEqual(new Set([...mine, ...theirs].flat().map(({ id }) => id)).size, 2_000);
  strictEqual(runs.size, 2_000);
  deepStrictEqual([...new Set(runs.values())], [1]);
  const [executions] = await cluster.sql(
    `SELECT count(*) AS n, count(DISTINCT job_id) AS jobs, max(attempt) AS attempts
     FROM jm_executions`,
  ) as { n: number; jobs: number; attempts: number }[];
  deepStrictEqual({ ...executions }, { n: 2_000, jobs: 2_000, attempts: 1 });
  const ran = await cluster.sql("SELECT DISTINCT worker_id AS id FROM jm_jobs") as { id: string }[];
  deepStrictEqual(ran.map(({ id }) => id.split(".")[0]).sort(), ["a", "b"]);
});

Deno.test("a node without workers schedules by what others have announced, and they run it", async () => {
  const hello = defineJob<{ readonly name: string }>(
    { id: "hello", maxRetries: 7, timeout: "9s" },
    (job) => `hello ${job.data.name}`,
  );
  const nameOnly = defineJob<{ readonly name: string }>({ id: "hello" }, () => {});
  await using cluster = await openTestCluster({ jobs: [hello] });
  const producer = await cluster.join({ workers: [] });

  const { id, maxRetries, timeoutMs } = await producer.schedule.now(nameOnly, { name: "Ada" });
  const job = await producer.jobs.wait(id, { timeout: "60s" });

  deepStrictEqual([maxRetries, timeoutMs], [7, 9_000]);
  strictEqual(job.result, "hello Ada");
});

Deno.test("a node that lacks a definition leaves its jobs to one that has it", async () => {
  const rare = defineJob({ id: "rare" }, () => "ran");
  await using cluster = await openTestCluster({
    jobs: [],
    workers: [{ name: "lacks", buckets: { VeryLow: 0, Low: 0, Medium: 1, High: 0, Critical: 0 } }],
  });
  const announcer = await cluster.join({ jobs: [rare], workers: [] });
  const { id } = await announcer.schedule.now(rare);

  const job = await eventually("the job to be put back", async () => {
    const found = await cluster.jm.jobs.get(id);
    return found.scheduledAtMs > found.originalScheduledAtMs && found;
  });
  const logs = await cluster.jm.jobs.logs(id);

  deepStrictEqual([job.attempts, job.error], [0, null]);
  deepStrictEqual(logs.map(({ level }) => level), ["Warning"]);
  ok(logs[0]!.message.includes('"rare"'));
});

Deno.test("two clusters in one file know nothing of each other", async () => {
  const seen: string[] = [];
  const note = defineJob({ id: "note" }, (job) => void seen.push(`${job.clusterId} ${job.id}`));
  await using cluster = await openTestCluster({ cluster: "red", jobs: [note] });
  const blue = await cluster.join({
    cluster: "blue",
    jobs: [note],
    workers: [],
    settings: { defaultMaxRetries: 9 },
  });
  const id = "019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071";

  const inBlue = await blue.schedule.now(note, undefined, { id, uniqueKey: "k" });
  const inRed = await cluster.jm.schedule.now(note, undefined, { id, uniqueKey: "k" });
  await cluster.jm.jobs.wait(id, { timeout: "60s" });

  deepStrictEqual([inBlue.created, inRed.created], [true, true]);
  deepStrictEqual([inBlue.maxRetries, inRed.maxRetries], [9, 3]);
  deepStrictEqual(seen, [`red ${id}`]);
  strictEqual((await blue.jobs.get(id)).status, "HeldOnMaster");
  strictEqual((await blue.jobs.why(id)).reasons[0]?.code, "no_bucket");
  deepStrictEqual(await blue.client.listWorkers(), []);
  deepStrictEqual(await blue.client.listBuckets({}), []);
  await blue.jobs.cancel(id);
  strictEqual((await cluster.jm.jobs.get(id)).status, "Succeeded");
  await blue.changeSettings({ mode: "Archived" });
  strictEqual((await cluster.jm.client.cluster()).settings.mode, "Active");
});

Deno.test("a second cluster is served by a second node in the same process", async () => {
  const note = defineJob({ id: "note" }, (job) => job.clusterId);
  await using cluster = await openTestCluster({ cluster: "red", jobs: [note] });
  const blue = await cluster.join({ cluster: "blue", jobs: [note] });

  const jobs = [await cluster.jm.schedule.now(note), await blue.schedule.now(note)];

  strictEqual((await cluster.jm.jobs.wait(jobs[0]!.id, { timeout: "60s" })).result, "red");
  strictEqual((await blue.jobs.wait(jobs[1]!.id, { timeout: "60s" })).result, "blue");
  await rejects(blue.jobs.get(jobs[0]!.id), { code: "job_not_found" });
});

Deno.test("many nodes that start at once on an empty file make one cluster with one coordinator", async () => {
  const noop = defineJob({ id: "noop" }, () => {});
  await using cluster = await openTestCluster({ workers: [], cluster: "other" });

  const nodes = await Promise.all(
    numbers(4).map((n) => cluster.join({ jobs: [noop], workers: [{ name: `n${n}` }] })),
  );
  const jobs = await Promise.all(nodes.map((node) => node.schedule.now(noop)));
  for (const { id } of jobs) await nodes[0]!.jobs.wait(id, { timeout: "60s" });

  strictEqual((await nodes[0]!.client.listWorkers()).length, 4);
  const leases = await cluster.sql("SELECT term FROM jm_leases WHERE cluster_id = 'local'");
  strictEqual(leases.length, 1);
});
