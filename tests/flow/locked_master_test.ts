/**
 * A master that does not answer for a while: somebody else holds its file or its jobs.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { defineJob } from "../../mod.ts";
import { openTestCluster, type TestCluster } from "../support/cluster.ts";
import { pause } from "../support/eventually.ts";

/** Longer than any single try for the lock. */
const LOCKED_MS = 1_500;

/** Keeps everybody else from writing while `work` runs. */
async function whileLocked(cluster: TestCluster, work: () => Promise<void>): Promise<void> {
  if (cluster.kind === "sqlite") return await whileFileLocked(cluster, work);
  const [lock, unlock] = cluster.kind === "postgres"
    ? ["BEGIN; LOCK TABLE jm_jobs IN EXCLUSIVE MODE", "ROLLBACK"]
    : ["LOCK TABLES jm_jobs READ", "UNLOCK TABLES"];
  await cluster.sql(lock);
  try {
    await work();
  } finally {
    await cluster.sql(unlock);
  }
}

async function whileFileLocked(cluster: TestCluster, work: () => Promise<void>): Promise<void> {
  const path = new URL(cluster.master.replace("sqlite:", "file:")).pathname;
  using database = new DatabaseSync(path);
  database.exec("BEGIN IMMEDIATE");
  try {
    await work();
  } finally {
    database.exec("ROLLBACK");
  }
}

Deno.test("jobs that are scheduled and that end while the master is locked are stored and settled afterwards", async () => {
  const gate = Promise.withResolvers<string>();
  const work = defineJob<number>({ id: "work" }, (job) => job.data === 0 ? gate.promise : job.data);
  await using cluster = await openTestCluster({ jobs: [work] });
  const { jm } = cluster;
  const running = await jm.schedule.now(work, 0);
  await cluster.untilJob(running.id, "Processing");
  let answered = false;
  let looks = 0;

  let scheduled: Promise<{ readonly id: string }>;
  await whileLocked(cluster, async () => {
    gate.resolve("done");
    scheduled = jm.schedule.now(work, 1).finally(() => answered = true);
    const until = performance.now() + LOCKED_MS;
    for (; performance.now() < until; looks++) await pause(10);
    strictEqual(answered, false, "nothing is accepted before it is stored");
    strictEqual((await jm.jobs.get(running.id)).status, "Processing");
  });

  const ended = [
    await jm.jobs.wait(running.id, { timeout: "60s" }),
    await jm.jobs.wait((await scheduled!).id, { timeout: "20s" }),
  ];
  deepStrictEqual(ended.map(({ result, attempts }) => [result, attempts]), [["done", 1], [1, 1]]);
  ok(looks > 20, "the application's thread went on meanwhile");
});
