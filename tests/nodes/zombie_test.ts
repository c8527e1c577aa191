/**
 * Nodes that are paused or busy for longer than their lease.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { JobMaster } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";
import { block, deedsIn, quick, spin, untilTold } from "./fixtures/node_jobs.ts";
import { NodeProcess, PATIENTLY } from "./support/node_process.ts";

async function workersNamed({ client }: JobMaster, name: string) {
  return (await client.listWorkers()).filter((worker) => worker.name === name);
}

Deno.test("a node that was paused beyond its lease changes nothing with what it had, and works again", async () => {
  await using folder = await temporaryFolder();
  await using cluster = await openTestCluster({ workers: [] });
  const { jm, master } = cluster;
  const data = { folder: folder.path };
  await using zombie = await NodeProcess.start({ master, workers: [{ name: "zombie" }] });
  const { id } = await jm.schedule.now(untilTold, data);
  await cluster.untilJob(id, "Processing");
  await using rescuer = await NodeProcess.start({ master, workers: [{ name: "rescuer" }] });
  const [before] = await workersNamed(jm, "zombie");

  zombie.signal("SIGSTOP");
  await eventually(
    "the rescuer to start the job",
    async () => (await deedsIn(folder.path)).some(({ pid }) => pid === rescuer.pid),
    PATIENTLY,
  );
  await Deno.writeTextFile(`${folder.path}/go-${zombie.pid}`, "");
  zombie.signal("SIGCONT");
  await eventually(
    "the zombie's handler to end",
    async () =>
      (await deedsIn(folder.path)).some(({ pid, event }) => pid === zombie.pid && event === "end"),
    PATIENTLY,
  );
  await eventually("its late end to be refused", () => zombie.said(/ended too late/), PATIENTLY);
  const meanwhile = await jm.jobs.get(id);
  await Deno.writeTextFile(`${folder.path}/go-${rescuer.pid}`, "");
  const job = await jm.jobs.wait(id, { timeout: "30s" });
  await eventually("the zombie to begin a new life", async () => {
    const [after] = await workersNamed(jm, "zombie");
    return after?.status === "Active" && after.incarnation > before!.incarnation;
  }, PATIENTLY);
  rescuer.signal("SIGTERM");
  strictEqual((await rescuer.exited()).code, 0);
  const next = await jm.schedule.now(quick, data);

  deepStrictEqual([meanwhile.status, meanwhile.attempts, meanwhile.result], [
    "Processing",
    2,
    null,
  ]);
  deepStrictEqual([job.attempts, job.result], [2, rescuer.pid]);
  const executions = await jm.jobs.executions(id);
  deepStrictEqual(executions.map(({ attempt, outcome }) => [attempt, outcome]), [
    [1, "crashed"],
    [2, "succeeded"],
  ]);
  strictEqual((await jm.jobs.wait(next.id, { timeout: "30s" })).result, zombie.pid);
});

Deno.test("a handler that blocks its node for longer than the lease keeps it, and runs once", async () => {
  await using folder = await temporaryFolder();
  await using cluster = await openTestCluster({ workers: [] });
  const { jm, master } = cluster;
  await using node = await NodeProcess.start({ master, workers: [{ name: "busy" }] });
  await using _other = await NodeProcess.start({ master, workers: [{ name: "other", lane: "b" }] });
  const [before] = await workersNamed(jm, "busy");

  const { id } = await jm.schedule.now(block, { folder: folder.path, ms: 6_000 });
  const job = await jm.jobs.wait(id, { timeout: "30s" });
  const after = await jm.client.findWorker(before!.id);
  const next = await jm.schedule.now(quick, { folder: folder.path });

  deepStrictEqual([job.attempts, job.result], [1, node.pid]);
  ok(job.finishedAtMs! - job.startedAtMs! >= 6_000);
  deepStrictEqual([after.incarnation, after.status], [before!.incarnation, "Active"]);
  strictEqual((await jm.jobs.executions(id)).length, 1);
  strictEqual((await jm.jobs.wait(next.id, { timeout: "30s" })).result, node.pid);
  deepStrictEqual(
    (await deedsIn(folder.path)).map(({ jobId }) => jobId),
    [id, next.id],
  );
});

Deno.test("a handler that never yields on a thread is given up at its timeout, and others go on", async () => {
  await using folder = await temporaryFolder();
  await using cluster = await openTestCluster({ workers: [] });
  const { jm, master } = cluster;
  const data = { folder: folder.path };
  await using node = await NodeProcess.start({ master, workers: [{}], isolation: "thread" });

  const stuck = await jm.schedule.now(spin, data, { timeout: "1s", maxRetries: 0 });
  const failed = await cluster.untilJob(stuck.id, "Failed");
  const jobs = await jm.schedule.many(quick, [data, data, data, data, data]);

  deepStrictEqual([failed.attempts, failed.error?.code], [1, "timed_out"]);
  for (const { id } of jobs) {
    const { attempts, result } = await jm.jobs.wait(id, { timeout: "30s" });
    deepStrictEqual([attempts, result], [1, node.pid]);
  }
});
