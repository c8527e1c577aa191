/**
 * Planning over time: a schedule is planned again and again, by planners that come and go, while its jobs run and its
 * cluster fails. Every occurrence has exactly one fate, and jobs that run one at a time do.
 */

import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { planSchedule, takenBack } from "../../core/planning.ts";
import type { MisfirePolicy, OverlapPolicy, Schedule } from "../../core/schedule.ts";
import { aSchedule } from "../support/factories.ts";

const T0 = Date.UTC(2027, 0, 1);

interface World {
  readonly overlap: OverlapPolicy;
  readonly misfire: MisfirePolicy;
  readonly stepMs: number;
  readonly runMs: number;
  /** Seconds between looks of a planner; a long one is an outage. */
  readonly looksS: readonly number[];
  /** At which looks what was planned ahead is taken back first, as by a pause or an edit. */
  readonly takenBackAt: ReadonlySet<number>;
}

const WORLDS: fc.Arbitrary<World> = fc.record({
  overlap: fc.constantFrom<OverlapPolicy>("skip", "queue", "allow"),
  misfire: fc.oneof(
    fc.constantFrom<MisfirePolicy>({ policy: "skip" }, { policy: "latest" }),
    fc.integer({ min: 1, max: 50 }).map((max) => ({ policy: "all" as const, max })),
  ),
  stepMs: fc.integer({ min: 1, max: 90 }).map((seconds) => seconds * 1_000),
  runMs: fc.integer({ min: 1, max: 100_000 }),
  looksS: fc.array(
    fc.oneof(
      { weight: 12, arbitrary: fc.double({ min: 0.1, max: 2, noNaN: true }) },
      { weight: 2, arbitrary: fc.integer({ min: 3, max: 50 }) },
      { weight: 1, arbitrary: fc.integer({ min: 61, max: 2_000 }) },
    ),
    { minLength: 5, maxLength: 80 },
  ),
  takenBackAt: fc.uniqueArray(fc.integer({ min: 1, max: 79 }), { maxLength: 3 })
    .map((looks) => new Set(looks)),
});

interface Run {
  readonly atMs: number;
  readonly startMs: number;
}

/** Lives through a world; checks what must hold at every step. */
function live(world: World) {
  const next = (afterMs: number) => afterMs + world.stepMs;
  let schedule: Schedule = aSchedule({
    overlap: world.overlap,
    misfire: world.misfire,
    cursorAtMs: T0,
    checkpointAtMs: T0,
    nextAtMs: T0 + world.stepMs,
    planAtMs: T0,
  });
  let nowMs = T0;
  let runs: Run[] = [];
  const skipped: number[] = [];
  let skippedCount = 0;
  world.looksS.forEach((seconds, look) => {
    nowMs += Math.round(seconds * 1_000);
    if (world.takenBackAt.has(look)) {
      schedule = { ...schedule, ...takenBack(schedule, nowMs, next) };
      runs = runs.filter(({ atMs }) => atMs <= schedule.cursorAtMs);
    }
    for (let pass = 0; pass < 50; pass++) {
      const unfinished = runs.some(({ startMs }) => startMs + world.runMs > nowMs);
      const listed = (schedule.planAtMs ?? Infinity) <= nowMs &&
        (world.overlap === "allow" || !unfinished ||
          (world.overlap === "skip" && schedule.nextAtMs! <= nowMs));
      if (!listed) return;
      const plan = planSchedule({ schedule, unfinished, nowMs, budget: 1_000, next });
      for (const { atMs, fate } of plan.occurrences) {
        if (fate === "run") runs.push({ atMs, startMs: Math.max(atMs, nowMs) });
        else skipped.push(atMs);
      }
      skippedCount += plan.skipped;
      ok(plan.cursorAtMs >= schedule.cursorAtMs, "the cursor never goes back by itself");
      ok(plan.checkpointAtMs <= nowMs || plan.checkpointAtMs === T0);
      ok(plan.checkpointAtMs <= plan.cursorAtMs);
      schedule = { ...schedule, ...plan };
    }
    ok(false, "a look comes to an end");
  });
  return { schedule, runs, skipped, skippedCount, nowMs };
}

Deno.test("planSchedule gives every occurrence exactly one fate, whatever happens", () => {
  fc.assert(
    fc.property(WORLDS, (world) => {
      const { schedule, runs, skipped, skippedCount } = live(world);
      const decided = [...runs.map(({ atMs }) => atMs), ...skipped];
      ok(new Set(decided).size === decided.length, "none twice");
      for (const atMs of decided) {
        ok((atMs - T0) % world.stepMs === 0, "none that is no occurrence");
      }
      const due = (schedule.cursorAtMs - T0) / world.stepMs;
      deepStrictEqual(runs.length + skippedCount, due, "none lost");
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("planSchedule never starts two jobs at a time when they may not overlap", () => {
  fc.assert(
    fc.property(WORLDS.filter(({ overlap }) => overlap !== "allow"), (world) => {
      const { runs } = live(world);
      const sorted = runs.toSorted((a, b) => a.startMs - b.startMs);
      sorted.slice(1).forEach(({ startMs }, index) =>
        ok(startMs >= sorted[index]!.startMs + world.runMs, "the one before had ended")
      );
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("planSchedule loses nothing while it looks every second and jobs may overlap", () => {
  const calm = WORLDS.map((world): World => ({
    ...world,
    overlap: "allow",
    looksS: world.looksS.map((seconds) => Math.min(seconds, 50)),
  }));
  fc.assert(
    fc.property(calm, (world) => {
      const { schedule, runs, skippedCount, nowMs } = live(world);
      deepStrictEqual(skippedCount, 0);
      deepStrictEqual(runs.length, (schedule.cursorAtMs - T0) / world.stepMs);
      ok(schedule.nextAtMs! > nowMs, "everything that was due has been planned");
    }),
    { numRuns: 1_000 },
  );
});
