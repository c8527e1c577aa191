/**
 * A job that kills the whole node whenever it runs.
 */

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { openTestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";
import { deedsIn, poison, quick } from "./fixtures/node_jobs.ts";
import { NodeProcess, PATIENTLY } from "./support/node_process.ts";

Deno.test("a job that kills its node is Failed after its last attempt, bystanders lose one attempt at most", async () => {
  await using folder = await temporaryFolder();
  await using cluster = await openTestCluster({ workers: [] });
  const { jm, master } = cluster;
  const data = { folder: folder.path };
  const start = () => NodeProcess.start({ master, workers: [{ parallelism: 0.1 }] });
  const first = await start();
  await using _first = first;

  const bad = await jm.schedule.after(poison, data, "1s"); // so that the others are behind it in the queue
  const bystanders = await jm.schedule.many(quick, [data, data, data, data, data], {
    at: Temporal.Instant.fromEpochMilliseconds(bad.scheduledAtMs + 1),
  });
  await first.exited();
  await using second = await start();
  await second.exited();
  await using third = await start();
  const failed = await eventually("the job to be given up", async () => {
    const job = await jm.jobs.get(bad.id);
    return job.status === "Failed" && job;
  }, PATIENTLY);

  deepStrictEqual([failed.attempts, failed.crashes, failed.error?.code], [2, 2, "crashed"]);
  const executions = await jm.jobs.executions(bad.id);
  deepStrictEqual(executions.map(({ outcome }) => outcome), ["crashed", "crashed"]);
  for (const { id } of bystanders) {
    const job = await jm.jobs.wait(id, { timeout: "30s" });
    strictEqual(job.result, third.pid);
    strictEqual(job.attempts <= 2, true, `${job.attempts} attempts`);
  }
  const starts = (await deedsIn(folder.path)).filter(({ jobId }) => jobId === bad.id);
  deepStrictEqual(starts.map(({ attempt, pid }) => [attempt, pid]), [
    [1, first.pid],
    [2, second.pid],
  ]);
});
