/**
 * Schedules declared in code: they come with their code, change with it, and go with it.
 */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { defineJob, defineSchedules, type JobMaster } from "../../mod.ts";
import { openTestCluster, type TestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";

const quick = defineJob<{ n: number }>({ id: "quick" }, (job) => [job.data.n, job.triggerSource]);

/** The code of a node: one schedule, `care:quick`. */
function code(recurrence: string, n = 1) {
  return [
    defineSchedules("care", (schedules) => schedules.add(quick, recurrence, { data: { n } })),
  ];
}

const ID = "care:quick";

function holds(what: string, check: () => Promise<void>): Promise<true> {
  return eventually(what, async () => {
    await check();
    return true as const;
  }, { timeoutMs: 60_000 });
}

async function lastResult(jm: JobMaster): Promise<unknown> {
  const { items } = await jm.jobs.list({ filter: { scheduleId: ID, statuses: ["Succeeded"] } });
  return items[0]?.result;
}

/** Makes the schedule look as if no node had declared it since `minutes` ago. */
async function forget(cluster: TestCluster, minutes: number): Promise<void> {
  await cluster.sql(
    "UPDATE jm_schedules SET ensured_at = ?, plan_at = 0, revision = revision + 1 WHERE id = ?",
    Math.floor(Date.now() / 1_000 - minutes * 60) * 1_000,
    ID,
  );
}

Deno.test("defineSchedules runs its schedules under ids of the code", async () => {
  await using cluster = await openTestCluster({ jobs: [quick], schedules: code("every 1 second") });

  await holds(
    "a run",
    async () => deepStrictEqual(await lastResult(cluster.jm), [1, "StaticRecurring"]),
  );

  const schedule = await cluster.jm.schedules.get(ID);
  deepStrictEqual(
    [schedule.type, schedule.profileId, schedule.status, schedule.data],
    ["Static", "care", "Active", { n: 1 }],
  );
  strictEqual(await cluster.jm.schedules.count({ type: "Static", profileId: "care" }), 1);
});

Deno.test("defineSchedules is found in the modules of jobs, and runs on threads", async () => {
  const jobs = new URL("./fixtures/scheduled_jobs.ts", import.meta.url);
  await using cluster = await openTestCluster({ jobs, isolation: "thread" });
  const filter = { scheduleId: "module:told", statuses: ["Succeeded"] as const };

  await holds("a run", async () => ok(await cluster.jm.jobs.count(filter) >= 1));

  const { items } = await cluster.jm.jobs.list({ filter });
  deepStrictEqual(items[0]!.result, "module:told");
});

Deno.test("defineSchedules keeps the row and its phase when the same code starts again", async () => {
  await using cluster = await openTestCluster({ jobs: [quick], schedules: code("every 1 hour") });
  const before = await cluster.jm.schedules.get(ID);

  const again = await cluster.join({ jobs: [quick], schedules: code("every 1 hour") });
  const after = await again.schedules.get(ID);

  deepStrictEqual(
    [after.createdAtMs, after.updatedAtMs, after.nextRunAtMs],
    [before.createdAtMs, before.updatedAtMs, before.nextRunAtMs],
  );
  ok(after.ensuredAtMs! >= before.ensuredAtMs!);
});

Deno.test("defineSchedules follows the code when it has changed", async () => {
  await using cluster = await openTestCluster({ jobs: [quick], schedules: code("every 1 hour") });
  const before = await cluster.jm.schedules.get(ID);

  const newer = await cluster.join({ jobs: [quick], schedules: code("every 1 second", 2) });
  await holds("a run of the new code", async () => {
    deepStrictEqual(await lastResult(newer), [2, "StaticRecurring"]);
  });

  const after = await newer.schedules.get(ID);
  strictEqual(after.createdAtMs, before.createdAtMs, "the same row");
  strictEqual(after.recurrence.text, "every 1 second");
});

Deno.test("defineSchedules leaves a change by a call alone until the code changes", async () => {
  await using cluster = await openTestCluster({ jobs: [quick], schedules: code("every 1 hour") });
  await cluster.jm.schedules.edit(ID, { expression: "every 2 hours" });

  const same = await cluster.join({ jobs: [quick], schedules: code("every 1 hour") });
  strictEqual((await same.schedules.get(ID)).recurrence.text, "every 2 hours");

  const newer = await cluster.join({ jobs: [quick], schedules: code("every 3 hours") });
  strictEqual((await newer.schedules.get(ID)).recurrence.text, "every 3 hours");
});

Deno.test("defineSchedules keeps a paused schedule paused over restarts", async () => {
  await using cluster = await openTestCluster({ jobs: [quick], schedules: code("every 1 second") });
  await cluster.jm.schedules.pause(ID);

  for (const recurrence of ["every 1 second", "every 1 hour"]) {
    const again = await cluster.join({ jobs: [quick], schedules: code(recurrence) });
    const { status, recurrence: { text } } = await again.schedules.get(ID);
    deepStrictEqual([status, text], ["Paused", recurrence]);
  }
});

Deno.test("planner lets a static schedule idle when its code is gone, and brings it back", async () => {
  await using cluster = await openTestCluster({ jobs: [quick], schedules: code("every 1 minute") });
  const { jm } = cluster;
  await holds("a job ahead", async () => strictEqual(await jm.jobs.count({ scheduleId: ID }), 1));

  await forget(cluster, 5);
  await holds("it to be idle", async () => ok((await jm.schedules.get(ID)).idleAtMs !== null));

  const idle = await jm.schedules.get(ID);
  deepStrictEqual([idle.status, idle.nextRunAtMs, idle.terminatedAtMs], ["Active", null, null]);
  strictEqual(await jm.jobs.count({ scheduleId: ID }), 0, "what waited is taken back");

  await cluster.join({ jobs: [quick], schedules: code("every 1 minute") });
  await holds("it to be planned again", async () => {
    strictEqual(await jm.jobs.count({ scheduleId: ID }), 1);
  });
  const back = await jm.schedules.get(ID);
  deepStrictEqual([back.idleAtMs, back.createdAtMs], [null, idle.createdAtMs]);
});

Deno.test("planner makes a forgotten static schedule Inactive, and its code revives the row", async () => {
  await using cluster = await openTestCluster({ jobs: [quick], schedules: code("every 1 second") });
  const { jm } = cluster;

  await forget(cluster, 60);
  await holds("it to be Inactive", async () => {
    strictEqual((await jm.schedules.get(ID)).status, "Inactive");
  });
  const gone = await jm.schedules.get(ID);
  ok(gone.terminatedAtMs !== null);

  const again = await cluster.join({ jobs: [quick], schedules: code("every 1 second") });
  const back = await again.schedules.get(ID);
  deepStrictEqual(
    [back.status, back.terminatedAtMs, back.idleAtMs, back.createdAtMs],
    ["Active", null, null, gone.createdAtMs],
  );
  await holds("it to run again", async () => {
    const { items } = await jm.jobs.list({ filter: { scheduleId: ID, statuses: ["Succeeded"] } });
    ok(items.some(({ occurrenceAtMs }) => occurrenceAtMs! > back.updatedAtMs));
  });
});

Deno.test("defineSchedules leaves a cancelled schedule cancelled", async () => {
  await using cluster = await openTestCluster({ jobs: [quick], schedules: code("every 1 second") });
  await cluster.jm.schedules.cancel(ID);

  for (const recurrence of ["every 1 second", "every 1 hour"]) {
    const again = await cluster.join({ jobs: [quick], schedules: code(recurrence) });
    strictEqual((await again.schedules.get(ID)).status, "Cancelled");
  }
});

Deno.test("schedules.remove refuses a static schedule that code keeps alive", async () => {
  await using cluster = await openTestCluster({ jobs: [quick], schedules: code("every 1 hour") });
  const { schedules } = cluster.jm;

  await rejects(schedules.remove(ID), { code: "schedule_state_conflict", message: /code/ });
  await schedules.cancel(ID);
  await schedules.remove(ID);
  await rejects(schedules.get(ID), { code: "schedule_not_found" });

  const again = await cluster.join({ jobs: [quick], schedules: code("every 1 hour") });
  strictEqual((await again.schedules.get(ID)).status, "Active", "made anew");
});

Deno.test("JobMaster.start refuses schedules that can never run, all at once", async () => {
  const bad = defineSchedules("bad", (schedules) =>
    schedules
      .add(quick, "every blue moon", { id: "a", data: { n: 1 } })
      .add(quick, "every 1 hour", { id: "b", timeZone: "Mars/Base" })
      .add(quick, "every 1 hour", { id: "c", overlap: "sometimes" as "skip" }));

  await rejects(openTestCluster({ jobs: [quick], schedules: [bad] }), (error: unknown) => {
    const { code, problems } = error as { code: string; problems: string[] };
    strictEqual(code, "configuration_invalid");
    deepStrictEqual(problems.map((line) => /"(bad:\w)"/.exec(line)?.[1]), [
      "bad:a",
      "bad:b",
      "bad:c",
    ]);
    return true;
  });
  await rejects(
    openTestCluster({
      jobs: [quick],
      schedules: [...code("every 1 hour"), ...code("every 1 hour")],
    }),
    { code: "configuration_invalid", message: /twice/ },
  );
});
