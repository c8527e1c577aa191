/** Several programs plan the schedules of one SQLite master at once. */

import { deepStrictEqual as equal, ok } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { anOccurrence, aPlan, aSchedule, jobId } from "../support/factories.ts";
import { CLUSTER, ensureCluster } from "./scene.ts";
import { startProgram, type TemporaryFile, temporaryFile } from "./temporary_file.ts";

const SCHEDULES = 20;
const OCCURRENCES = 100;

interface Stored {
  readonly id: string;
  readonly schedule_id: string;
  readonly occurrence_at: number;
}

async function withSchedules(file: TemporaryFile): Promise<number> {
  await using master = await file.open();
  await ensureCluster(master);
  const lease = { name: "coordinator", holder: "w-1", leaseMs: 600_000 };
  const granted = await master.workers.acquireLease({ ...CLUSTER, ...lease });
  const schedules = Array.from(
    { length: SCHEDULES },
    (_, i) => aSchedule({ id: `s-${i}`, overlap: "allow", cursorAtMs: 0, planAtMs: 0 }),
  );
  await master.schedules.insert({ ...CLUSTER, schedules });
  return granted!.term;
}

function storedIn(file: TemporaryFile): readonly Stored[] {
  using database = new DatabaseSync(file.path);
  const rows = database.prepare("SELECT id, schedule_id, occurrence_at FROM jm_jobs").all();
  return rows as unknown as readonly Stored[];
}

Deno.test("schedules.plan stores every occurrence exactly once when three processes plan at once", async () => {
  await using file = await temporaryFile();
  const term = await withSchedules(file);
  await using stack = new AsyncDisposableStack();
  const planners = [1, 2, 3].map((number) =>
    stack.use(
      startProgram(
        "plan_schedules",
        ...[file.path, String(term), String(OCCURRENCES), String(number * 1_000_000)],
      ),
    )
  );
  for (const planner of planners) equal(await planner.nextLine(), "ready");

  await Promise.all(planners.map((planner) => planner.tell("go")));

  const lines = await Promise.all(planners.map((planner) => planner.nextLine()));
  equal(await Promise.all(planners.map(({ ended }) => ended)), [0, 0, 0]);
  const told = lines.map((line) => JSON.parse(line!) as readonly string[]);
  const stored = storedIn(file);
  const occurrences = new Set(stored.map((job) => `${job.schedule_id} ${job.occurrence_at}`));
  ok(told.filter((ids) => ids.length > 0).length > 1, "only one of them planned anything");
  equal(stored.length, SCHEDULES * OCCURRENCES);
  equal(occurrences.size, SCHEDULES * OCCURRENCES);
  equal(told.flat().toSorted(), stored.map(({ id }) => id).toSorted());
  await using master = await file.open();
  const page = { ...CLUSTER, filter: {}, cursor: null, limit: 100 };
  for (const { cursorAtMs, revision } of (await master.schedules.list(page)).items) {
    equal([cursorAtMs, revision], [OCCURRENCES, OCCURRENCES]);
  }
});

Deno.test("schedules.plan lets one connection win when two plan the same reading at once", async () => {
  await using file = await temporaryFile();
  const term = await withSchedules(file);
  await using one = await file.open();
  await using two = await file.open();
  const lease = { name: "coordinator", holder: "w-1", term };
  const page = { ...CLUSTER, filter: {}, cursor: null, limit: 100 };
  const { items } = await one.schedules.list(page);
  const planOn = (master: typeof one, first: number) =>
    items.map((schedule, i) =>
      master.schedules.plan({
        ...{ ...CLUSTER, lease, nowMs: 0 },
        plans: [
          aPlan(schedule, { jobs: [anOccurrence(schedule, 1, { id: jobId(first + i) })] }),
        ],
      })
    );

  const results = await Promise.all([...planOn(one, 0), ...planOn(two, 1_000)]);

  const planned = results.flatMap((result) => result === "lease_lost" ? [] : result.planned);
  equal(planned.toSorted(), items.map(({ id }) => id).toSorted());
  equal(storedIn(file).length, SCHEDULES);
});
