/**
 * What is planned, what is left out, and when a schedule is looked at again.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  goneOn,
  IDLE_AFTER_MS,
  INACTIVE_AFTER_MS,
  MAX_PLANNED,
  MAX_SKIPS_ON_RECORD,
  PLAN_AHEAD_MS,
  PLAN_CLOSE_MS,
  type PlanningInput,
  planSchedule,
  takenBack,
} from "../../core/planning.ts";
import type { MisfirePolicy, Schedule } from "../../core/schedule.ts";
import { aSchedule } from "../support/factories.ts";

const T0 = Date.UTC(2027, 0, 1);
const MINUTE = 60_000;
const HOUR = 3_600_000;

/** Every `stepMs`, counted from the instant itself. */
const every = (stepMs: number) => (afterMs: number) => afterMs + stepMs;

/** At fixed instants, then never again. */
const only = (...atMs: readonly number[]) => (afterMs: number) => atMs.find((at) => at > afterMs);

function plan(schedule: Partial<Schedule>, input: Partial<PlanningInput> = {}) {
  return planSchedule({
    schedule: aSchedule({ cursorAtMs: T0, checkpointAtMs: T0, createdAtMs: T0, ...schedule }),
    unfinished: false,
    nowMs: T0,
    budget: 1_000,
    next: every(MINUTE),
    ...input,
  });
}

const runs = (result: ReturnType<typeof plan>) =>
  result.occurrences.filter(({ fate }) => fate === "run").map(({ atMs }) => atMs - T0);
const fates = (result: ReturnType<typeof plan>) => result.occurrences.map(({ fate }) => fate);

Deno.test("planSchedule plans five minutes ahead when jobs may overlap", () => {
  const result = plan({ overlap: "allow" });

  deepStrictEqual(runs(result), [1, 2, 3, 4, 5].map((n) => n * MINUTE));
  strictEqual(result.cursorAtMs, T0 + 5 * MINUTE);
  strictEqual(result.nextAtMs, T0 + 6 * MINUTE);
  strictEqual(result.checkpointAtMs, T0);
  strictEqual(result.planAtMs, T0 + PLAN_AHEAD_MS / 2, "a batch at a time");
  strictEqual(result.skipped, 0);
});

Deno.test("planSchedule looks again when a rare occurrence comes within reach", () => {
  const result = plan({ overlap: "allow" }, { next: every(24 * HOUR) });

  deepStrictEqual(runs(result), []);
  strictEqual(result.planAtMs, T0 + 24 * HOUR - PLAN_AHEAD_MS);
});

Deno.test("planSchedule plans one occurrence when jobs run one at a time", () => {
  for (const overlap of ["queue", "skip"] as const) {
    const result = plan({ overlap });

    deepStrictEqual(runs(result), [MINUTE], overlap);
    strictEqual(result.nextAtMs, T0 + 2 * MINUTE);
    strictEqual(result.planAtMs, T0 + MINUTE, "it does not end before it is due");
  }
});

Deno.test("planSchedule plans close to the time when late occurrences are left out", () => {
  const misfire: MisfirePolicy = { policy: "skip" };
  const early = plan({ overlap: "allow", misfire }, { nowMs: T0 + MINUTE - PLAN_CLOSE_MS - 1 });
  const close = plan({ overlap: "allow", misfire }, { nowMs: T0 + MINUTE - PLAN_CLOSE_MS });

  deepStrictEqual(runs(early), []);
  deepStrictEqual(runs(close), [MINUTE]);
});

Deno.test("planSchedule lets a queued occurrence wait while a job has not ended", () => {
  const result = plan({ overlap: "queue" }, { unfinished: true, nowMs: T0 + 70_000 });

  deepStrictEqual(result.occurrences, []);
  strictEqual(result.cursorAtMs, T0);
  strictEqual(result.nextAtMs, T0 + MINUTE);
});

Deno.test("planSchedule leaves out what is due while a job has not ended, and no more", () => {
  const result = plan({ overlap: "skip" }, {
    unfinished: true,
    nowMs: T0 + 25_000,
    next: every(10_000),
  });

  deepStrictEqual(fates(result), ["overlapped", "overlapped"]);
  strictEqual(result.cursorAtMs, T0 + 20_000);
  strictEqual(result.nextAtMs, T0 + 30_000);
  strictEqual(result.skipped, 2);
});

Deno.test("planSchedule runs what is late by up to a minute whatever the misfire policy", () => {
  for (const policy of ["skip", "latest"] as const) {
    const result = plan({ overlap: "allow", misfire: { policy } }, { nowMs: T0 + 2 * MINUTE });

    deepStrictEqual(runs(result), [MINUTE, 2 * MINUTE], policy);
    strictEqual(result.skipped, 0);
  }
});

for (
  const [misfire, kept] of [
    [{ policy: "skip" }, 0],
    [{ policy: "latest" }, 1],
    [{ policy: "all", max: 30 }, 30],
    [{ policy: "all", max: 900 }, 178],
  ] as const
) {
  const name = JSON.stringify(misfire);
  Deno.test(`planSchedule runs ${kept} of 178 missed occurrences when misfire is ${name}`, () => {
    const nowMs = T0 + 3 * HOUR;
    const result = plan({ overlap: "allow", misfire }, { nowMs });

    const missed = runs(result).filter((at) => T0 + at < nowMs - MINUTE);
    strictEqual(missed.length, kept);
    strictEqual(missed.at(-1) ?? 178 * MINUTE, 178 * MINUTE, "the last ones");
    strictEqual(result.skipped, Math.max(0, 178 - kept));
    ok(runs(result).includes(179 * MINUTE), "late by exactly a minute is not missed");
    ok(runs(result).includes(180 * MINUTE));
  });
}

Deno.test("planSchedule keeps a bounded number of skips on record and counts them all", () => {
  const misfire: MisfirePolicy = { policy: "latest" };
  const result = plan({ overlap: "allow", misfire }, {
    nowMs: T0 + HOUR,
    next: every(10_000),
  });

  const missed = result.occurrences.filter(({ fate }) => fate === "missed");
  strictEqual(missed.length, MAX_SKIPS_ON_RECORD);
  strictEqual(result.skipped, 352);
  strictEqual(missed.at(-1)!.atMs, T0 + 352 * 10_000, "the latest ones");
});

Deno.test("planSchedule works off a long outage pass by pass, and runs exactly the last ones", () => {
  const misfire: MisfirePolicy = { policy: "all", max: 5 };
  const nowMs = T0 + 10 * HOUR; // 36,000 missed at one a second
  let schedule = aSchedule({
    overlap: "allow",
    misfire,
    cursorAtMs: T0,
    checkpointAtMs: T0,
    planAtMs: T0,
  });
  const ran: number[] = [];
  let skipped = 0;
  let passes = 0;
  for (; (schedule.planAtMs ?? 0) <= nowMs && passes < 100; passes++) {
    const result = planSchedule({
      schedule,
      unfinished: false,
      nowMs,
      budget: 1_000,
      next: every(1_000),
    });
    ran.push(...result.occurrences.filter(({ fate }) => fate === "run").map(({ atMs }) => atMs));
    skipped += result.skipped;
    schedule = { ...schedule, ...result };
  }

  ok(passes > 10 && passes < 30, `${passes} passes`);
  const missedRuns = ran.filter((at) => at < nowMs - MINUTE);
  deepStrictEqual(missedRuns.map((at) => (nowMs - at) / 1_000), [65, 64, 63, 62, 61]);
  strictEqual(skipped + ran.length, (schedule.cursorAtMs - T0) / 1_000);
  strictEqual(new Set(ran).size, ran.length);
});

Deno.test("planSchedule looks again at once when there is more than its budget", () => {
  const result = plan({ overlap: "allow" }, { next: every(1_000), budget: 10 });

  strictEqual(runs(result).length, 10);
  strictEqual(result.planAtMs, T0);
  strictEqual(result.cursorAtMs, T0 + 10_000);
});

Deno.test("planSchedule plans at most 900 occurrences at once", () => {
  const result = plan({ overlap: "allow" }, { next: every(100), budget: 10_000 });

  strictEqual(runs(result).length, MAX_PLANNED);
  strictEqual(result.planAtMs, T0);
});

Deno.test("planSchedule plans an occurrence at endBefore and none after it", () => {
  const result = plan({ overlap: "allow", endBeforeMs: T0 + 2 * MINUTE });

  deepStrictEqual(runs(result), [MINUTE, 2 * MINUTE]);
  strictEqual(result.nextAtMs, null);
  strictEqual(result.status, "Active");
  strictEqual(result.planAtMs, T0 + 2 * MINUTE + 1);
});

Deno.test("planSchedule makes a schedule Inactive once endBefore is past", () => {
  const schedule = { endBeforeMs: T0 + 90_000, cursorAtMs: T0 + MINUTE };

  strictEqual(plan(schedule, { nowMs: T0 + 90_000 }).status, "Active");
  const over = plan(schedule, { nowMs: T0 + 90_001 });
  deepStrictEqual([over.status, over.planAtMs, over.nextAtMs], ["Inactive", null, null]);
});

Deno.test("planSchedule makes a schedule Completed once its last occurrence is past", () => {
  const next = only(T0 + 1_000, T0 + 2_000);
  const first = plan({ overlap: "allow" }, { next });
  deepStrictEqual(runs(first), [1_000, 2_000]);
  deepStrictEqual([first.status, first.planAtMs], ["Active", T0 + 2_001]);

  const done = plan({ cursorAtMs: T0 + 2_000 }, { next, nowMs: T0 + 2_001 });
  deepStrictEqual([done.status, done.planAtMs], ["Completed", null]);
});

Deno.test("planSchedule keeps the last occurrence until now as its checkpoint", () => {
  const ahead = plan(
    { overlap: "allow", cursorAtMs: T0 + 5 * MINUTE, checkpointAtMs: T0 },
    { nowMs: T0 + 2.5 * MINUTE },
  );

  strictEqual(ahead.checkpointAtMs, T0 + 2 * MINUTE);
  strictEqual(ahead.cursorAtMs, T0 + 7 * MINUTE);
});

const STATIC: Partial<Schedule> = { type: "Static", ensuredAtMs: T0, overlap: "allow" };

Deno.test("planSchedule looks at a static schedule again before its code may be gone", () => {
  const result = plan(STATIC, { next: every(24 * HOUR) });

  strictEqual(result.planAtMs, T0 + IDLE_AFTER_MS);
});

Deno.test("planSchedule withdraws a static schedule whose code is gone, in five minutes at most", () => {
  const alive = plan(STATIC, { nowMs: T0 + IDLE_AFTER_MS - 1 });
  const gone = plan({ ...STATIC, cursorAtMs: T0 + 10 * MINUTE }, { nowMs: T0 + IDLE_AFTER_MS });

  deepStrictEqual([alive.withdraw, alive.idle], [false, false]);
  deepStrictEqual([gone.withdraw, gone.idle, gone.status], [true, true, "Active"]);
  strictEqual(gone.cursorAtMs, T0 + IDLE_AFTER_MS, "four minutes after the start");
  strictEqual(gone.planAtMs, T0 + INACTIVE_AFTER_MS);
  ok(IDLE_AFTER_MS + MINUTE <= 5 * MINUTE, "it was ensured a minute before its code went");
  ok(INACTIVE_AFTER_MS + MINUTE <= HOUR);
});

Deno.test("planSchedule makes a static schedule Inactive when its code is gone for an hour", () => {
  const gone = plan({ ...STATIC, idleAtMs: T0 + IDLE_AFTER_MS }, { nowMs: T0 + INACTIVE_AFTER_MS });

  deepStrictEqual([gone.status, gone.planAtMs, gone.idle], ["Inactive", null, true]);
});

Deno.test("planSchedule watches a paused static schedule without calling it idle", () => {
  const paused = plan({ ...STATIC, status: "Paused" }, { nowMs: T0 + 1_000 });

  deepStrictEqual([paused.status, paused.idle, paused.occurrences], ["Paused", false, []]);
  strictEqual(paused.planAtMs, T0 + INACTIVE_AFTER_MS);
});

Deno.test("planSchedule never looks again at a paused dynamic schedule", () => {
  const paused = plan({ status: "Paused" });

  deepStrictEqual([paused.status, paused.planAtMs, paused.withdraw], ["Paused", null, true]);
});

Deno.test("takenBack keeps the phase of what was planned ahead", () => {
  const schedule = aSchedule({ checkpointAtMs: T0 + 13_000, cursorAtMs: T0 + 13_000 + HOUR });

  const back = takenBack(schedule, T0 + 200_000, every(MINUTE));

  strictEqual(back.cursorAtMs, T0 + 13_000 + 3 * MINUTE);
  strictEqual(back.nextAtMs, T0 + 13_000 + 4 * MINUTE);
  strictEqual(back.checkpointAtMs, back.cursorAtMs);
});

Deno.test("takenBack leaves a schedule alone when nothing is planned ahead", () => {
  const schedule = aSchedule({ checkpointAtMs: T0, cursorAtMs: T0 + MINUTE });

  strictEqual(takenBack(schedule, T0 + HOUR, every(MINUTE)).cursorAtMs, T0 + MINUTE);
});

Deno.test("goneOn passes over what was due meanwhile and keeps the phase", () => {
  const schedule = aSchedule({ checkpointAtMs: T0 + 7_000, cursorAtMs: T0 + 7_000 });

  const on = goneOn(schedule, T0 + 3 * HOUR, every(MINUTE));

  strictEqual(on.cursorAtMs, T0 + 7_000 + 179 * MINUTE);
  strictEqual(on.nextAtMs, T0 + 7_000 + 180 * MINUTE);
});

Deno.test("goneOn counts from now when counting through would take too long", () => {
  const schedule = aSchedule({ checkpointAtMs: T0, cursorAtMs: T0 });
  const nowMs = T0 + 365 * 24 * HOUR;

  strictEqual(goneOn(schedule, nowMs, every(1_000)).cursorAtMs, nowMs);
});
