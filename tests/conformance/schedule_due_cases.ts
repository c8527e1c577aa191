/**
 * Promises of finding the schedules a planner has to look at.
 *
 * @module
 */

import { deepStrictEqual as equal } from "node:assert/strict";
import { isFinal } from "../../core/job.ts";
import { OVERLAP_POLICIES, type Schedule, SCHEDULE_STATUSES } from "../../core/schedule.ts";
import { anOccurrence, aPlan, aSchedule, AT_MS, jobId } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { STORED_STATUSES } from "./mark_cases.ts";
import { NOW_MS, ScheduleScene } from "./schedule_scene.ts";

const SINCE_MS = AT_MS - 60_000;

/** Schedules with a job that has not ended, and whether there is something to decide all the same. */
const BUSY: Readonly<Record<string, readonly [Partial<Schedule>, boolean]>> = {
  "it queues overlaps": [{ overlap: "queue", nextAtMs: NOW_MS }, false],
  "it queues overlaps and nothing follows": [{ overlap: "queue", nextAtMs: null }, false],
  "it allows overlaps": [{ overlap: "allow" }, true],
  "it skips overlaps and its next occurrence is now": [
    { overlap: "skip", nextAtMs: NOW_MS },
    true,
  ],
  "it skips overlaps and its next occurrence is later": [
    { overlap: "skip", nextAtMs: NOW_MS + 1 },
    false,
  ],
  "it skips overlaps and nothing follows": [{ overlap: "skip", nextAtMs: null }, false],
  "it is static and was ensured just in time": [
    { type: "Static", ensuredAtMs: SINCE_MS },
    false,
  ],
  "it is static and was ensured too long ago": [
    { type: "Static", ensuredAtMs: SINCE_MS - 1 },
    true,
  ],
  "it is static and was never ensured": [{ type: "Static", ensuredAtMs: null }, false],
  "it is static, ensured too long ago, and idle": [
    { type: "Static", ensuredAtMs: SINCE_MS - 1, idleAtMs: SINCE_MS },
    false,
  ],
  "it is dynamic and has an old time of being ensured": [
    { type: "Dynamic", ensuredAtMs: SINCE_MS - 1 },
    false,
  ],
  ...Object.fromEntries(
    SCHEDULE_STATUSES.map((status) => [
      `it is ${status}`,
      [{ status, overlap: "queue" } as const, status !== "Active"] as const,
    ]),
  ),
};

/** Promises of `schedules.listDue`. */
export const scheduleDueCases: readonly MasterCase[] = [
  {
    name: "schedules.listDue answers whole schedules that are due, at nowMs too, never later ones",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const past = await scene.schedule({ id: "past", planAtMs: -1 });
      const now = await scene.schedule({ id: "now", planAtMs: NOW_MS });
      await scene.schedule({ id: "later", planAtMs: NOW_MS + 1 });
      await scene.schedule({ id: "never", planAtMs: null });

      const unfinished = false;
      equal(await scene.due(), [{ schedule: past, unfinished }, { schedule: now, unfinished }]);
      equal(await scene.dueIds({ nowMs: NOW_MS - 1 }), ["past"]);
    },
  },
  {
    name: "schedules.listDue answers the longest due first, ties by id, up to its limit",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const due = { c: 3, a: 3, z: 1, "\u{10000}": 3, "\uFFFD": 3, b: 2 };
      for (const [id, ms] of Object.entries(due)) {
        await scene.schedule({ id, planAtMs: AT_MS + ms });
      }

      const sorted = ["z", "b", "a", "c", "\uFFFD", "\u{10000}"];
      equal(await scene.dueIds(), sorted);
      for (const limit of [1, 2, 4]) equal(await scene.dueIds({ limit }), sorted.slice(0, limit));
    },
  },
  {
    name: "schedules.listDue does not count what it leaves out towards its limit",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      for (const id of ["a", "b", "c", "d"]) await scene.schedule({ id });
      for (const [i, id] of ["a", "c"].entries()) {
        await scene.job("HeldOnMaster", { id: jobId(i) }, aSchedule({ id }));
      }

      equal(await scene.dueIds({ limit: 2 }), ["b", "d"]);
    },
  },
  ...Object.entries(BUSY).map(([what, [given, listed]]): MasterCase => ({
    name: `schedules.listDue ${listed ? "lists" : "leaves out"} a busy schedule when ${what}`,
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const schedule = await scene.schedule(given);
      const due = () => scene.due({ ensuredSinceMs: SINCE_MS });
      equal(await due(), [{ schedule, unfinished: false }]);
      const job = await scene.job("HeldOnMaster");

      equal(await due(), listed ? [{ schedule, unfinished: true }] : []);
      await scene.scene.change(job.id, { type: "cancel" });
      equal(await due(), [{ schedule, unfinished: false }]);
    },
  })),
  ...OVERLAP_POLICIES.map((overlap): MasterCase => ({
    name: `schedules.listDue says what has not ended when overlap is ${overlap}, in every status`,
    async run(master) {
      for (const status of STORED_STATUSES) {
        const clusterId = `c-${status}`;
        const scene = await ScheduleScene.open(master, clusterId);
        const schedule = await scene.schedule({ overlap, nextAtMs: NOW_MS });
        await scene.job(status, { occurrenceAtMs: null });
        const unfinished = !isFinal(status);

        const listed = !unfinished || overlap !== "queue";
        equal(await scene.due(), listed ? [{ schedule, unfinished }] : [], status);
      }
    },
  })),
  {
    name: "schedules.listDue looks at jobs of that schedule and cluster only",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const other = await ScheduleScene.open(master, "c-2");
      await scene.schedule({ id: "s-1" });
      await scene.schedule({ id: "s-2" });
      await other.schedule({ id: "s-1" });
      await other.job("HeldOnMaster");
      await scene.job("HeldOnMaster", { id: jobId(2) }, aSchedule({ id: "s-2" }));
      await scene.scene.held({ id: jobId(3) });

      equal(await scene.dueIds(), ["s-1"]);
      equal(await other.dueIds(), []);
    },
  },
  {
    name: "schedules.listDue lists a schedule again once its last job has ended",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule();
      const placement = scene.scene.placement(true);
      const jobs = [1, 2].map((number) =>
        anOccurrence(stored, AT_MS + number, { id: jobId(number), placement })
      );
      await scene.plan(aPlan(stored, { planAtMs: AT_MS, jobs }));
      const seen: unknown[] = [await scene.dueIds()];
      for (const { id } of jobs) {
        await scene.scene.settle((await scene.jobOf(id))!);
        seen.push(await scene.dueIds());
      }
      await scene.scene.change(jobId(1), { type: "retry", scheduledAtMs: AT_MS });
      seen.push(await scene.dueIds());

      equal(seen, [[], [], ["s-1"], []]);
    },
  },
  {
    name: "schedules.listDue follows what plan and update say of planAtMs",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule({ planAtMs: NOW_MS });
      const seen: unknown[] = [];
      const look = async () => seen.push(await scene.dueIds());

      await look();
      await scene.plan(aPlan(stored, { planAtMs: NOW_MS + 1 }));
      await look();
      await scene.update({ ...(await scene.find())!, planAtMs: NOW_MS - 1 });
      await look();
      await scene.plan(aPlan((await scene.find())!, { planAtMs: null }));
      await look();
      await scene.update({ ...(await scene.find())!, planAtMs: 0 });
      await scene.store.remove({ clusterId: "c-1", scheduleId: "s-1", revision: 4 });
      await look();

      equal(seen, [["s-1"], [], ["s-1"], [], []]);
    },
  },
  {
    name: "schedules.listDue lists in every mode of the cluster, and nothing where there is none",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      await scene.schedule();
      for (const mode of ["Passive", "Archived"] as const) {
        await scene.scene.setMode(mode);
        equal(await scene.dueIds(), ["s-1"]);
      }
      const nobody = { clusterId: "nobody", nowMs: NOW_MS, ensuredSinceMs: 0, limit: 9 };
      equal(await master.schedules.listDue(nobody), []);
    },
  },
];
