/**
 * Promises of listing, counting and purging schedules.
 *
 * @module
 */

import { deepStrictEqual as equal, rejects } from "node:assert/strict";
import { type Schedule, SCHEDULE_STATUSES, type ScheduleFilter } from "../../core/schedule.ts";
import { aFailure, aSchedule, AT_MS } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { readPages } from "./model_read_operations.ts";
import { ScheduleScene } from "./schedule_scene.ts";

/** Schedules that differ in what filters ask for. */
const VARIED: readonly Schedule[] = [
  ...SCHEDULE_STATUSES.map((status) => ({ status })),
  { type: "Static", profileId: "p-1" } as const,
  { type: "Static", profileId: "p-2", error: aFailure() } as const,
  { type: "Static", profileId: "P-1", status: "Paused" } as const,
  { definitionId: "report.build" },
  { definitionId: "report.build", status: "Cancelled", error: aFailure() } as const,
].map((given, i) => aSchedule({ ...given, id: `s-${i}`, createdAtMs: AT_MS - i }));

/** Filters, and which of {@linkcode VARIED} they leave. */
const FILTERS: Readonly<Record<string, readonly [ScheduleFilter, readonly number[]]>> = {
  "nothing": [{}, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
  "one status": [{ statuses: ["Paused"] }, [1, 7]],
  "several statuses": [{ statuses: ["Cancelled", "Completed"] }, [2, 4, 9]],
  "no status": [{ statuses: [] }, []],
  "the type": [{ type: "Static" }, [5, 6, 7]],
  "the definition": [{ definitionId: "report.build" }, [8, 9]],
  "the profile": [{ profileId: "p-1" }, [5]],
  "failing ones": [{ failing: true }, [6, 9]],
  "ones that do not fail": [{ failing: false }, [0, 1, 2, 3, 4, 5, 7, 8]],
  "everything at once": [
    {
      statuses: ["Cancelled", "Active"],
      type: "Dynamic",
      definitionId: "report.build",
      failing: true,
    },
    [9],
  ],
  "what nothing has": [{ type: "Dynamic", profileId: "p-1" }, []],
};

/** Promises of `schedules.list`, `schedules.count` and `history.purgeSchedules`. */
export const scheduleListCases: readonly MasterCase[] = [
  ...Object.entries(FILTERS).map(([what, [filter, wanted]]): MasterCase => ({
    name: `schedules.list and count find what matches when the filter asks for ${what}`,
    async run(master) {
      const scene = await ScheduleScene.open(master);
      await scene.insert(...VARIED);
      const page = { clusterId: "c-1", filter, cursor: null, limit: 100 };

      equal(await scene.store.list(page), {
        items: wanted.map((index) => VARIED[index]!),
        nextCursor: null,
      });
      equal(await scene.store.count({ clusterId: "c-1", filter }), wanted.length);
    },
  })),
  {
    name: "schedules.list answers the newest first, ties by id descending, in exact pages",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const [tie, later] = [AT_MS, AT_MS + 1];
      const created = { a: tie, b: later, c: tie, d: tie, e: later, f: tie, g: AT_MS - 1 };
      for (const [id, createdAtMs] of Object.entries(created)) {
        await scene.schedule({ id, createdAtMs });
      }
      for (const limit of [1, 2, 3, 6, 7, 8]) {
        const pages = await readPages((cursor) =>
          scene.store.list({ clusterId: "c-1", filter: {}, cursor, limit })
        );

        const ids = pages.map((page) => page.map(({ id }) => id));
        equal(ids.flat().join(""), "ebfdcag");
        equal(ids.slice(0, -1).every((page) => page.length === limit), true);
        equal(ids.length, Math.ceil(7 / limit));
      }
    },
  },
  {
    name: "schedules.list pages through what a filter leaves",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      for (let i = 0; i < 20; i++) {
        const status = i % 3 === 0 ? "Paused" : "Active";
        await scene.schedule({ id: `s-${String(i).padStart(2, "0")}`, status });
      }

      const pages = await readPages((cursor) =>
        scene.store.list({ clusterId: "c-1", filter: { statuses: ["Paused"] }, cursor, limit: 3 })
      );

      equal(pages.map((page) => page.map(({ id }) => id)), [
        ["s-18", "s-15", "s-12"],
        ["s-09", "s-06", "s-03"],
        ["s-00"],
      ]);
    },
  },
  {
    name: "schedules.list goes on where its page ended when others come and go meanwhile",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      for (const id of ["a", "b", "c", "d"]) await scene.schedule({ id });
      const list = (cursor: string | null) =>
        scene.store.list({ clusterId: "c-1", filter: {}, cursor, limit: 2 });
      const first = await list(null);
      await scene.store.remove({ clusterId: "c-1", scheduleId: "c", revision: 0 });
      await scene.schedule({ id: "z" });

      const second = await list(first.nextCursor);

      equal(first.items.map(({ id }) => id), ["d", "c"]);
      equal(second.items.map(({ id }) => id), ["b", "a"]);
      equal(second.nextCursor, null);
    },
  },
  {
    name: "schedules.list sorts ids by code point when creation times are equal",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      for (const id of ["\u{10000}", "\uFFFD", "Z", "a", "ä"]) await scene.schedule({ id });

      const pages = await readPages((cursor) =>
        scene.store.list({ clusterId: "c-1", filter: {}, cursor, limit: 2 })
      );

      equal(pages.flat().map(({ id }) => id), ["\u{10000}", "\uFFFD", "ä", "a", "Z"]);
    },
  },
  {
    name: "schedules.list and count keep clusters apart",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const other = await ScheduleScene.open(master, "c-2");
      await scene.schedule();
      const there = await other.schedule();

      const page = { clusterId: "c-2", filter: {}, cursor: null, limit: 9 };
      equal((await master.schedules.list(page)).items, [there]);
      equal(await master.schedules.count(page), 1);
      equal(await master.schedules.count({ clusterId: "nobody", filter: {} }), 0);
    },
  },
  {
    name: "history.purgeSchedules deletes schedules terminated before the cut, nothing else",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const other = await ScheduleScene.open(master, "c-2");
      const foreign = await other.schedule({ status: "Cancelled", terminatedAtMs: AT_MS });
      await scene.schedule({ id: "active" });
      await scene.schedule({ id: "revived", status: "Active", terminatedAtMs: null });
      for (const status of ["Cancelled", "Inactive", "Completed"] as const) {
        await scene.schedule({ id: status, status, terminatedAtMs: AT_MS });
      }
      await scene.job("Succeeded", {}, { id: "Cancelled", definitionId: "d" });
      const purge = (terminatedBeforeMs: number) =>
        master.history.purgeSchedules({ clusterId: "c-1", terminatedBeforeMs, limit: 100 });

      equal(await purge(AT_MS), 0);
      equal(await purge(AT_MS + 1), 3);
      equal(await purge(AT_MS + 1), 0);

      const page = { clusterId: "c-1", filter: {}, cursor: null, limit: 100 };
      const left = (await scene.store.list(page)).items.map(({ id }) => id);
      equal(left, ["revived", "active"]);
      equal((await scene.jobs("Cancelled")).length, 1);
      equal(await other.find(), foreign);
    },
  },
  {
    name: "history.purgeSchedules takes the longest ago first (then by id), up to its limit",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const terminated = { c: 10, b: 30, a: 20, d: 10, e: 10 };
      for (const [id, ms] of Object.entries(terminated)) {
        await scene.schedule({ id, status: "Cancelled", terminatedAtMs: AT_MS + ms });
      }
      const purge = (limit: number) =>
        master.history.purgeSchedules({
          ...{ clusterId: "c-1", terminatedBeforeMs: AT_MS + 30, limit },
        });
      const page = { clusterId: "c-1", filter: {}, cursor: null, limit: 100 };
      const left = async () => (await scene.store.list(page)).items.map(({ id }) => id).join("");

      equal([await purge(2), await left()], [2, "eba"]);
      equal([await purge(1), await left()], [1, "ba"]);
      equal([await purge(9), await left()], [1, "b"]);
    },
  },
  {
    name: "history.appendLogs keeps entries about schedules and finds them by their subject",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const entry = {
        id: "01900000-0000-7000-9000-000000000001",
        level: "Warning",
        message: "Skipped",
        subjectType: "Schedule",
        subjectId: "s-1",
        attempt: null,
        fields: null,
        host: "h",
        writtenAtMs: AT_MS,
      } as const;
      await scene.schedule({ status: "Cancelled", terminatedAtMs: AT_MS });
      await master.history.appendLogs({ clusterId: "c-1", entries: [entry] });
      const purge = { clusterId: "c-1", terminatedBeforeMs: AT_MS + 1, limit: 9 };
      equal(await master.history.purgeSchedules(purge), 1);

      const filter = { subjectType: "Schedule", subjectId: "s-1" } as const;
      const page = { clusterId: "c-1", filter, oldestFirst: false, cursor: null, limit: 9 };
      equal((await master.history.listLogs(page)).items, [entry]);
      const others = { ...page, filter: { ...filter, subjectType: "Job" } as const };
      equal((await master.history.listLogs(others)).items, []);
    },
  },
  {
    name:
      "schedules.list answers an empty page when there is nothing, and refuses what is no cursor",
    async run(master) {
      const empty = { items: [], nextCursor: null };
      const page = { clusterId: "c-1", filter: { failing: true }, cursor: null, limit: 9 };

      equal(await master.schedules.list(page), empty);
      await rejects(master.schedules.list({ ...page, cursor: "no cursor" }), {
        code: "invalid_request",
      });
    },
  },
];
