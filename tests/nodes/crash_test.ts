/**
 * Nodes that die without a word: no accepted job is lost, and what ran is counted.
 */

import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { JobView } from "../../mod.ts";
import { openTestCluster, type TestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { isAlive } from "../support/processes.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";
import { deedsIn, quick, spin, untilTold } from "./fixtures/node_jobs.ts";
import { NodeProcess, PATIENTLY } from "./support/node_process.ts";

const FINAL = ["Succeeded", "Failed", "Cancelled"] as const;

async function outcomesOf(cluster: TestCluster, { id }: Pick<JobView, "id">) {
  return (await cluster.jm.jobs.executions(id)).map(({ outcome }) => outcome);
}

Deno.test("after kill -9 and a restart every accepted job ends, the interrupted ones counted", async () => {
  await using folder = await temporaryFolder();
  await using cluster = await openTestCluster({ workers: [] });
  const { jm, master } = cluster;
  const data = { folder: folder.path };
  const worker = { name: "first", buckets: { VeryLow: 0, Low: 0, High: 0, Critical: 0 } };
  const first = await NodeProcess.start({ master, workers: [worker] });
  await using _first = first;
  const told = await jm.schedule.many(untilTold, Array.from({ length: 24 }, () => data));
  await eventually("four to run and twenty to be queued", async () => {
    const [running, queued] = await Promise.all([
      jm.jobs.count({ statuses: ["Processing"] }),
      jm.jobs.count({ statuses: ["Queued"] }),
    ]);
    return running === 4 && queued === 20;
  });
  const buffered = await jm.schedule.many(quick, Array.from({ length: 30 }, () => data));
  const soon = await jm.schedule.after(quick, data, "8s");
  await cluster.untilJob(soon.id, "Onboarded");
  const far = await jm.schedule.after(quick, data, "1h");
  const ran = new Set((await deedsIn(folder.path)).map(({ jobId }) => jobId));

  await first.kill();
  await Deno.writeTextFile(`${folder.path}/go`, "");
  await using second = await NodeProcess.start({ master, workers: [worker] });
  await jm.jobs.runNow(far.id);
  await eventually(
    "every job to end",
    async () => await jm.jobs.count({ statuses: FINAL }) === 24 + 30 + 2,
    PATIENTLY,
  );

  strictEqual(await jm.jobs.count({ statuses: ["Succeeded"] }), 56);
  strictEqual(ran.size, 4);
  for (const { id } of told) {
    const job = await jm.jobs.get(id);
    deepStrictEqual([job.attempts, job.crashes, job.result], [2, 1, second.pid]);
    deepStrictEqual(await outcomesOf(cluster, job), ["crashed", "succeeded"]);
  }
  for (const { id } of [...buffered, soon, far]) {
    const job = await jm.jobs.get(id);
    deepStrictEqual([job.attempts, job.crashes, job.result], [1, 0, second.pid]);
  }
  await eventually(
    "the dead worker's buckets to be gone",
    async () => (await jm.client.listBuckets({})).length === 1,
    PATIENTLY,
  );
});

Deno.test("a living node takes over the jobs of a dead one, and goes on with its own", async () => {
  await using folder = await temporaryFolder();
  await using cluster = await openTestCluster({ workers: [] });
  const { jm, master } = cluster;
  const data = { folder: folder.path };
  const doomed = await NodeProcess.start({ master, workers: [{ name: "doomed" }] });
  await using _doomed = doomed;
  const jobs = await jm.schedule.many(untilTold, Array.from({ length: 3 }, () => data));
  for (const { id } of jobs) await cluster.untilJob(id, "Processing");
  await using living = await NodeProcess.start({ master, workers: [{ name: "living" }] });
  const planned = await jm.schedule.many(quick, Array.from({ length: 20 }, () => data), {
    after: "1h",
  });

  await doomed.kill();
  const own = await jm.schedule.many(quick, Array.from({ length: 20 }, () => data));
  await Deno.writeTextFile(`${folder.path}/go`, "");
  for (const { id } of planned) await jm.jobs.runNow(id);

  for (const { id } of [...jobs, ...own, ...planned]) {
    const job = await jm.jobs.wait(id, { timeout: "30s" });
    strictEqual(job.result, living.pid);
  }
  for (const job of jobs) {
    deepStrictEqual(await outcomesOf(cluster, job), ["crashed", "succeeded"]);
    notStrictEqual((await jm.jobs.get(job.id)).workerId, job.workerId);
  }
});

Deno.test("handlers in processes of their own end with the node that was killed", async () => {
  await using folder = await temporaryFolder();
  await using cluster = await openTestCluster({ workers: [] });
  const { jm, master } = cluster;
  const data = { folder: folder.path };
  await using node = await NodeProcess.start({ master, workers: [{}], isolation: "process" });
  const jobs = [await jm.schedule.now(untilTold, data), await jm.schedule.now(spin, data)];
  const pids = await eventually("both to start", async () => {
    const deeds = await deedsIn(folder.path);
    return deeds.length === jobs.length && deeds.map(({ pid }) => pid);
  }, PATIENTLY);
  try {
    ok(!pids.includes(node.pid));
    deepStrictEqual(pids.map(isAlive), [true, true]);

    await node.kill();

    await eventually("both processes to be gone", () => !pids.some(isAlive), PATIENTLY);
  } finally {
    for (const pid of pids.filter(isAlive)) Deno.kill(pid, "SIGKILL");
  }
});
