/**
 * Coordinators that die without a word while they plan: every occurrence becomes one job, and runs once.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { defineJob } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually, pause } from "../support/eventually.ts";
import { NodeProcess, PATIENTLY } from "./support/node_process.ts";

Deno.test("planners that are killed in turn leave no occurrence out and run none twice", async () => {
  const started: string[] = [];
  const tick = defineJob({ id: "tick" }, (job) => {
    started.push(`${job.scheduleId} ${job.occurrenceAtMs}`);
  });
  await using cluster = await openTestCluster({ jobs: [tick], workers: [{ mode: "Execution" }] });
  const { jm, master } = cluster;
  const ids: string[] = [];
  for (let n = 0; n < 20; n++) {
    const overlap = n % 2 === 0 ? "queue" : "allow";
    ids.push((await jm.schedule.recurring(tick, "every 1 second", { overlap })).id);
  }
  const coordinator = () => NodeProcess.start({ master, workers: [{ mode: "Coordinator" }] });
  let leading = await coordinator();
  for (let kills = 0; kills < 3; kills++) {
    const next = coordinator();
    await pause(700);
    await leading.kill();
    leading = await next;
  }
  await using _leading = leading;
  const cutMs = Date.now();
  await eventually("every schedule to be past the kills", async () => {
    const { items } = await jm.schedules.list({ limit: 200 });
    return items.every(({ cursorAtMs }) => cursorAtMs > cutMs);
  }, PATIENTLY);

  for (const id of ids) {
    const { items } = await jm.jobs.list({
      filter: { scheduleId: id },
      sort: { by: "scheduledAt", direction: "asc" },
      limit: 200,
    });
    const occurrences = items.map(({ occurrenceAtMs }) => occurrenceAtMs!);
    occurrences.slice(1).forEach((at, i) =>
      strictEqual(at - occurrences[i]!, 1_000, "none left out")
    );
    ok(occurrences[0]! < cutMs);
    const due = occurrences.filter((at) => at <= cutMs).map((at) => `${id} ${at}`);
    await eventually(
      "what was due to run",
      () => due.every((key) => started.includes(key)),
      PATIENTLY,
    );
    deepStrictEqual(
      due.map((key) => started.filter((each) => each === key).length),
      due.map(() => 1),
    );
  }
});
