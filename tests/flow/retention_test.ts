/**
 * Retention: what ended long ago goes, with everything that belongs to it.
 */

import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { defineJob } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";

const HOUR_MS = 3_600_000;

Deno.test("a job that ended before the retention goes with its executions and logs, one that ended later stays", async () => {
  const talk = defineJob<number>({ id: "talk" }, (job) => job.log.info(`said ${job.data}`));
  await using cluster = await openTestCluster({ jobs: [talk], settings: { retention: null } });
  const { jm } = cluster;
  const [old, fresh] = [await jm.schedule.now(talk, 1), await jm.schedule.now(talk, 2)];
  const waiting = await jm.schedule.after(talk, 3, "1d");
  for (const { id } of [old, fresh]) await jm.jobs.wait(id, { timeout: "60s" });
  const longAgoMs = Date.now() - 3 * HOUR_MS;
  await cluster.sql(
    "UPDATE jm_jobs SET created_at = ?, scheduled_at = scheduled_at - ?",
    longAgoMs,
    HOUR_MS,
  );
  await cluster.sql("UPDATE jm_jobs SET finished_at = ? WHERE id = ?", longAgoMs, old.id);
  await cluster.sql("UPDATE jm_logs SET written_at = ? WHERE subject_id = ?", longAgoMs, old.id);

  await jm.changeSettings({ retention: "1h" });
  await eventually(
    "the old job to be gone",
    () => jm.jobs.get(old.id).then(() => false, () => true),
    { timeoutMs: 60_000, everyMs: 50 },
  );

  await rejects(jm.jobs.get(old.id), { code: "job_not_found" });
  strictEqual((await jm.jobs.get(fresh.id)).status, "Succeeded");
  strictEqual(typeof (await jm.jobs.get(waiting.id)).status, "string");
  const executions = await cluster.sql("SELECT job_id AS id FROM jm_executions") as {
    id: string;
  }[];
  deepStrictEqual(executions.map(({ id }) => id), [fresh.id]);
  strictEqual(await jm.client.countLogs({ subjectId: old.id }), 0);
  strictEqual((await jm.jobs.logs(fresh.id)).length, 1);
  strictEqual(await jm.jobs.count({ statuses: ["Succeeded"] }), 1);
  const again = await jm.schedule.now(talk, 1, { id: old.id });
  strictEqual(again.created, true);
});

Deno.test("a schedule that was terminated before the retention goes, its later ones and its jobs stay", async () => {
  const quick = defineJob({ id: "quick" }, () => null);
  await using cluster = await openTestCluster({ jobs: [quick], settings: { retention: null } });
  const { jm } = cluster;
  const ids: string[] = [];
  for (let n = 0; n < 3; n++) ids.push((await jm.schedule.recurring(quick, "every 1 hour")).id);
  const [old, fresh, living] = ids as [string, string, string];
  const { id: jobId } = await jm.schedules.runNow(old);
  await jm.jobs.wait(jobId, { timeout: "60s" });
  for (const id of [old, fresh]) await jm.schedules.cancel(id);
  const longAgoMs = Date.now() - 3 * HOUR_MS;
  // With a revision each, as every change: a node that is about to write what it read before looks again.
  const aged = "UPDATE jm_schedules SET revision = revision + 1,";
  await cluster.sql(`${aged} created_at = ?`, longAgoMs);
  await cluster.sql(`${aged} terminated_at = ? WHERE id = ?`, longAgoMs, old);

  await jm.changeSettings({ retention: "1h" });
  await eventually(
    "the old schedule to be gone",
    () => jm.schedules.get(old).then(() => false, () => true),
    { timeoutMs: 60_000, everyMs: 50 },
  );

  await rejects(jm.schedules.get(old), { code: "schedule_not_found" });
  strictEqual((await jm.schedules.get(fresh)).status, "Cancelled");
  strictEqual((await jm.schedules.get(living)).status, "Active");
  strictEqual((await jm.jobs.get(jobId)).status, "Succeeded");
});
