/**
 * Overlap and misfire policies on real nodes, and schedules that cannot be planned.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { defineJob, type JobMaster, type JobView } from "../../mod.ts";
import { openTestCluster, type TestCluster } from "../support/cluster.ts";
import { eventually, pause } from "../support/eventually.ts";

const quick = defineJob({ id: "quick" }, (job) => job.occurrenceAtMs);

async function jobsOf(jm: JobMaster, scheduleId: string): Promise<readonly JobView[]> {
  const { items } = await jm.jobs.list({
    filter: { scheduleId },
    sort: { by: "scheduledAt", direction: "asc" },
    limit: 200,
  });
  return items;
}

function holds(what: string, check: () => Promise<void>): Promise<true> {
  return eventually(what, async () => {
    await check();
    return true as const;
  }, { timeoutMs: 60_000 });
}

/** A job that takes 2.5 s, and when its runs began and ended. */
function slowJob() {
  const spans: { from: number; to: number }[] = [];
  const definition = defineJob({ id: "slow" }, async ({ signal }) => {
    const from = performance.now();
    await work(2_500, signal);
    spans.push({ from, to: performance.now() });
  });
  return { spans, definition };
}

/** Plays work that ends when it is aborted. */
function work(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function overlaps(spans: readonly { from: number; to: number }[]): number {
  const sorted = spans.toSorted((a, b) => a.from - b.from);
  return sorted.slice(1).filter(({ from }, index) => from < sorted[index]!.to).length;
}

Deno.test("planner runs jobs one after the other and loses none when overlap is queue", async () => {
  const { spans, definition } = slowJob();
  await using cluster = await openTestCluster({ jobs: [definition] });
  const { id } = await cluster.jm.schedule.recurring(definition, "every 1 second");

  await holds("three runs", () => Promise.resolve(ok(spans.length >= 3)));
  const jobs = await jobsOf(cluster.jm, id);

  strictEqual(overlaps(spans), 0);
  const [first, second, third] = jobs.map(({ occurrenceAtMs }) => occurrenceAtMs!);
  deepStrictEqual([second! - first!, third! - second!], [1_000, 1_000], "late, but each of them");
  ok(jobs.every(({ status }) => status !== "Cancelled"));
});

Deno.test("planner leaves out what would overlap, on record, when overlap is skip", async () => {
  const { spans, definition } = slowJob();
  await using cluster = await openTestCluster({ jobs: [definition] });
  const { jm } = cluster;
  const { id } = await jm.schedule.recurring(definition, "every 1 second", { overlap: "skip" });

  await holds("two runs", () => Promise.resolve(ok(spans.length >= 2)));
  const jobs = await jobsOf(jm, id);

  strictEqual(overlaps(spans), 0);
  const occurrences = jobs.map(({ occurrenceAtMs }) => occurrenceAtMs!);
  occurrences.slice(1).forEach((at, i) =>
    strictEqual(at - occurrences[i]!, 1_000, "each on record")
  );
  const skipped = jobs.filter(({ status }) => status === "Cancelled");
  ok(skipped.length >= 3, `${skipped.length} skipped`);
  for (const { error, attempts, finishedAtMs, startedAtMs } of skipped) {
    strictEqual(error?.code, "occurrence_overlapped");
    deepStrictEqual([attempts, startedAtMs], [0, null]);
    ok(finishedAtMs !== null);
  }
  ok((await jm.schedules.get(id)).skippedCount >= 3);
  const why = await jm.jobs.why(skipped[0]!.id);
  ok(why.reasons[0]!.message.includes("overlap policy"), why.reasons[0]!.message);
});

Deno.test("planner runs jobs side by side when overlap is allow", async () => {
  const { spans, definition } = slowJob();
  await using cluster = await openTestCluster({ jobs: [definition] });
  await cluster.jm.schedule.recurring(definition, "every 1 second", { overlap: "allow" });

  await holds("three runs", () => Promise.resolve(ok(spans.length >= 3)));

  ok(overlaps(spans) > 0);
});

/** Makes a schedule look as if nobody had planned it for an hour. */
async function loseAnHour(cluster: TestCluster, scheduleId: string): Promise<void> {
  const hourAgoMs = Math.floor(Date.now() / 1_000 - 3_600) * 1_000;
  await cluster.sql(
    `UPDATE jm_schedules SET cursor_at = ?, checkpoint_at = ?, plan_at = 0, revision = revision + 1
     WHERE id = ?`,
    hourAgoMs,
    hourAgoMs,
    scheduleId,
  );
}

for (
  const [misfire, late] of [["skip", 0], ["latest", 1], ["all(7)", 7], ["all", 58]] as const
) {
  Deno.test(`planner runs ${late} of the missed occurrences when misfire is ${misfire}`, async () => {
    await using cluster = await openTestCluster({ jobs: [quick] });
    const { jm } = cluster;
    const { id } = await jm.schedule.recurring(quick, "every 1 minute", {
      misfire,
      overlap: "allow",
    });
    await jm.schedules.pause(id);
    await cluster.sql("UPDATE jm_schedules SET status = 'Active' WHERE id = ?", id);
    await loseAnHour(cluster, id);

    await holds("the past to be decided", async () => {
      const { cursorAtMs } = await jm.schedules.get(id);
      ok(cursorAtMs > Date.now() - 61_000);
    });
    const past = (await jobsOf(jm, id)).filter(({ occurrenceAtMs }) =>
      occurrenceAtMs! < Date.now() - 90_000
    );
    const run = past.filter(({ error }) => error === null);
    const missed = past.filter(({ error }) => error !== null);

    ok(Math.abs(run.length - late) <= 1, `${run.length} runs`); // one may cross the border meanwhile
    ok(past.length >= 57 && past.length <= 59, `${past.length} on record`);
    ok(
      missed.every(({ status, error }) =>
        status === "Cancelled" && error?.code === "occurrence_missed"
      ),
    );
    const lastMissed = missed.at(-1)?.occurrenceAtMs ?? 0;
    ok(run.every(({ occurrenceAtMs }) => occurrenceAtMs! > lastMissed), "the last ones run");
    const { skippedCount } = await jm.schedules.get(id);
    ok(Math.abs(skippedCount - missed.length) <= 1);
  });
}

Deno.test("planner says on a schedule why it cannot be planned, and plans the others", async () => {
  await using cluster = await openTestCluster({ jobs: [quick] });
  const { jm } = cluster;
  const broken = await jm.schedule.recurring(quick, "every 1 second");
  const orphan = await jm.schedule.recurring(quick, "every 1 second");
  const alien = await jm.schedule.recurring(quick, "every 1 second");
  const change = (column: string, value: string, id: string) =>
    cluster.sql(
      `UPDATE jm_schedules SET ${column} = ?, revision = revision + 1 WHERE id = ?`,
      value,
      id,
    );
  await change("recurrence_text", "every blue moon", broken.id);
  await change("definition_id", "nosuch", orphan.id);
  await change("recurrence_type", "martian", alien.id);

  const sound = await jm.schedule.recurring(quick, "every 1 second");
  await holds("the reasons to be on record", async () => {
    const codes = await Promise.all([broken, orphan, alien].map(async ({ id }) => {
      const { status, error } = await jm.schedules.get(id);
      return [status, error?.code];
    }));
    deepStrictEqual(codes, [
      ["Active", "invalid_recurrence"],
      ["Active", "job_definition_not_found"],
      ["Active", "invalid_recurrence"],
    ]);
  });
  await holds("the sound one to run", async () => {
    ok(await jm.jobs.count({ scheduleId: sound.id, statuses: ["Succeeded"] }) >= 2);
  });

  strictEqual(await jm.schedules.count({ failing: true }), 3);
  deepStrictEqual((await jm.schedules.get(broken.id)).description, null);
  const healed = await jm.schedules.edit(broken.id, { expression: "every 1 second" });
  strictEqual(healed.error, null);
  await holds("the healed one to run", async () => {
    ok(await jm.jobs.count({ scheduleId: broken.id, statuses: ["Succeeded"] }) >= 2);
  });
  strictEqual((await jm.schedules.pause(alien.id)).status, "Paused", "even unreadable");
  strictEqual((await jm.schedules.cancel(alien.id)).status, "Cancelled");
});

Deno.test("planner plans every occurrence once when two nodes take turns to lead", async () => {
  const lease = { leaseMs: 4_000, renewMs: 300 };
  await using cluster = await openTestCluster({ jobs: [quick], lease });
  const { jm } = cluster;
  const ids: string[] = [];
  for (let n = 0; n < 10; n++) {
    ids.push((await jm.schedule.recurring(quick, "every 1 second")).id);
  }
  for (let turn = 0; turn < 4; turn++) {
    const other = await cluster.join({ jobs: [quick], lease });
    await cluster.sql(
      "UPDATE jm_leases SET lease_until = 0, holder = 'nobody' WHERE name = 'coordinator'",
    );
    await pause(700);
    await other.stop({ graceful: turn % 2 === 0 });
  }
  await pause(1_500);

  for (const id of ids) {
    const jobs = await jobsOf(jm, id);
    const occurrences = jobs.map(({ occurrenceAtMs }) => occurrenceAtMs!);
    occurrences.slice(1).forEach((at, i) => strictEqual(at - occurrences[i]!, 1_000, id));
    ok(occurrences.length >= 3);
  }
});
