/**
 * Promises of storing, finding, touching and removing schedules.
 *
 * @module
 */

import { deepStrictEqual as equal, rejects } from "node:assert/strict";
import { PRIORITIES } from "../../core/job.ts";
import { type Schedule, SCHEDULE_STATUSES } from "../../core/schedule.ts";
import { aFailure, anOccurrence, aPlan, aSchedule, AT_MS, jobId } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { NOW_MS, ScheduleScene } from "./schedule_scene.ts";

const LAST_INSTANT_MS = 8_640_000_000_000_000;
const LARGEST = Number.MAX_SAFE_INTEGER;
const TEXT =
  "“Ünïcødé” 漢字 ﷽ عربي 👩‍👩‍👧‍👦 \u{10FFFF} \uFFFD e\u0301 \t\r\n 'a' \"b\" \\ % _ ; -- $1 ? :x";

/** Schedules with values at the edge of what they may hold. */
const EDGES: Readonly<Record<string, Partial<Schedule>>> = {
  "every field": {
    type: "Static",
    status: "Paused",
    profileId: "p-1",
    code: '{ "text": "x" }',
    ensuredAtMs: AT_MS + 1,
    idleAtMs: AT_MS + 2,
    definitionId: "report.build",
    recurrence: { type: "cron", text: "0 2 * * *" },
    timeZone: "Europe/Vienna",
    data: '{"b":1,  "a":[1.0,"ä"]}',
    metadata: { tenant: "acme", size: 1.5, urgent: true },
    priority: "Critical",
    lane: "slow",
    timeoutMs: 1,
    maxRetries: 0,
    retry: { baseMs: 1, factor: 1.5, maxMs: 9, jitter: "none" },
    startAfterMs: AT_MS + 3,
    endBeforeMs: AT_MS + 4,
    misfire: { policy: "all", max: 900 },
    overlap: "skip",
    jitterMs: 5,
    cursorAtMs: AT_MS + 6,
    checkpointAtMs: AT_MS + 7,
    nextAtMs: AT_MS + 8,
    planAtMs: AT_MS + 9,
    skippedCount: 10,
    error: aFailure(),
    createdAtMs: AT_MS + 11,
    updatedAtMs: AT_MS + 12,
    terminatedAtMs: AT_MS + 13,
    revision: 14,
  },
  "null wherever it may be": { nextAtMs: null, planAtMs: null },
  "instants before 1970": {
    cursorAtMs: -1,
    checkpointAtMs: -86_400_001,
    nextAtMs: -1,
    planAtMs: -1,
    startAfterMs: -1,
    endBeforeMs: -1,
    createdAtMs: -1,
    updatedAtMs: -1,
  },
  "instants and numbers of every size": {
    cursorAtMs: LAST_INSTANT_MS,
    checkpointAtMs: 0,
    nextAtMs: LAST_INSTANT_MS,
    planAtMs: 0,
    startAfterMs: 0,
    endBeforeMs: LAST_INSTANT_MS,
    timeoutMs: LARGEST,
    jitterMs: LARGEST,
    skippedCount: LARGEST - 1,
    revision: LARGEST - 1,
    metadata: { large: LARGEST, small: -LARGEST, tiny: 5e-324 },
    retry: { baseMs: LARGEST, factor: 1.1, maxMs: LARGEST, jitter: "full" },
  },
  "text of every alphabet": {
    id: TEXT,
    definitionId: TEXT,
    profileId: TEXT,
    code: TEXT,
    recurrence: { type: TEXT, text: TEXT },
    timeZone: TEXT,
    lane: "größe.漢字",
    data: JSON.stringify(TEXT),
    metadata: { [TEXT]: TEXT },
    error: aFailure({ message: TEXT, cause: null }),
  },
  "empty texts": {
    id: "",
    profileId: "",
    code: "",
    recurrence: { type: "", text: "" },
    timeZone: "",
    lane: "",
    data: '""',
    metadata: { "": "" },
  },
  "JSON text to the letter": { data: '{ "b" : 1.0e2, "b":2 , "big": 12345678901234567890 }' },
  "a payload of 2 MB": { data: JSON.stringify("x".repeat(2 * 1024 * 1024)) },
};

/** Promises of `schedules.insert`, `find`, `touch` and `remove`. */
export const scheduleInsertCases: readonly MasterCase[] = [
  ...Object.entries(EDGES).map(([what, given]): MasterCase => ({
    name: `schedules.insert keeps ${what}`,
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const schedule = aSchedule(given);

      const inserted = await scene.insert(schedule);
      const page = { clusterId: "c-1", filter: {}, cursor: null, limit: 9 };

      equal(inserted, [{ created: true, schedule }]);
      equal(await scene.find(schedule.id), schedule);
      equal((await scene.store.list(page)).items, [schedule]);
    },
  })),
  {
    name: "schedules.insert keeps every status, priority and policy",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const schedules = [
        ...SCHEDULE_STATUSES.map((status) => ({ status })),
        ...PRIORITIES.map((priority) => ({ priority })),
        ...(["skip", "queue", "allow"] as const).map((overlap) => ({ overlap })),
        ...(["skip", "latest"] as const).map((policy) => ({ misfire: { policy } })),
      ].map((given, i) => aSchedule({ ...given, id: `s-${i}` }));

      await scene.insert(...schedules);

      for (const schedule of schedules) equal(await scene.find(schedule.id), schedule);
    },
  },
  {
    name: "schedules.insert answers the stored schedule when the id is stored",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const first = await scene.schedule({ data: "1" });

      const again = await scene.insert({ data: "2", revision: 9 }, { id: "s-2" });

      equal(again, [
        { created: false, schedule: first },
        { created: true, schedule: aSchedule({ id: "s-2" }) },
      ]);
      equal(await scene.find(), first);
    },
  },
  {
    name: "schedules.insert keeps the first when an id stands twice in one call",
    async run(master) {
      const scene = await ScheduleScene.open(master);

      const both = await scene.insert({ data: "1" }, { data: "2" });

      const first = aSchedule({ data: "1" });
      equal(both, [{ created: true, schedule: first }, { created: false, schedule: first }]);
      equal(await scene.store.count({ clusterId: "c-1", filter: {} }), 1);
    },
  },
  {
    name: "schedules.insert stores one when many store the same id at once",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const calls = Array.from({ length: 20 }, (_, i) => scene.insert({ data: `${i}` }));

      const results = (await Promise.all(calls)).flat();

      const winner = results.find(({ created }) => created)!;
      equal(results.filter(({ created }) => created).length, 1);
      equal(results.every(({ schedule }) => schedule.data === winner.schedule.data), true);
    },
  },
  {
    name: "schedules.insert keeps clusters apart when ids are equal",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const other = await ScheduleScene.open(master, "c-2");
      const here = await scene.schedule({ data: '"here"' });

      const there = await other.schedule({ data: '"there"' });

      equal(there, aSchedule({ clusterId: "c-2", data: '"there"' }));
      equal(await scene.find(), here);
      equal(await other.find(), there);
    },
  },
  {
    name: "schedules.insert, update and plan work in the cluster of the call, whatever records say",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const other = await ScheduleScene.open(master, "c-2");
      const elsewhere = aSchedule({ clusterId: "c-2" });

      const [inserted] = await scene.insert(elsewhere);
      const updated = await scene.update(elsewhere);
      const jobs = [1, 2].map((number) =>
        anOccurrence(elsewhere, AT_MS + number, {
          ...{ id: jobId(number), clusterId: "c-2", skipped: number === 1 ? aFailure() : null },
        })
      );
      await scene.plan(aPlan({ ...elsewhere, revision: 1 }, { jobs }));

      equal(inserted, { created: true, schedule: aSchedule({ clusterId: "c-1" }) });
      equal(updated.outcome === "updated" && updated.schedule.clusterId, "c-1");
      equal((await scene.find())?.revision, 2);
      equal((await scene.jobs()).map(({ clusterId }) => clusterId), ["c-1", "c-1"]);
      equal([await other.find(), await other.jobs()], [null, []]);
    },
  },
  {
    name: "schedules.insert answers cluster_not_found when the cluster was never made",
    async run(master) {
      const result = await master.schedules.insert({
        clusterId: "nobody",
        schedules: [aSchedule({ clusterId: "nobody" })],
      });

      equal(result, { outcome: "cluster_not_found" });
      equal(await master.schedules.find({ clusterId: "nobody", scheduleId: "s-1" }), null);
    },
  },
  {
    name: "schedules.insert refuses in an Archived cluster, not in a Passive one",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      await scene.scene.setMode("Archived");
      const input = { clusterId: "c-1", schedules: [aSchedule()] };

      equal(await master.schedules.insert(input), { outcome: "cluster_archived" });
      equal(await scene.find(), null);
      await scene.scene.setMode("Passive");
      equal((await scene.insert({}))[0]!.created, true);
    },
  },
  {
    name:
      "schedules.insert takes maxBatch schedules; one more is invalid_request and stores nothing",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const { maxBatch } = master.capabilities;
      const schedules = Array.from({ length: maxBatch + 1 }, (_, i) => aSchedule({ id: `s-${i}` }));
      const count = () => scene.store.count({ clusterId: "c-1", filter: {} });

      await rejects(master.schedules.insert({ clusterId: "c-1", schedules }), {
        code: "invalid_request",
      });
      equal(await count(), 0);
      const inserted = await scene.insert(...schedules.slice(1));
      equal(inserted.map(({ schedule }) => schedule), schedules.slice(1));
      equal(await count(), maxBatch);
    },
  },
  {
    name: "schedules.find answers null when there is none",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      await scene.schedule();

      equal(await scene.find("S-1"), null);
      equal(await master.schedules.find({ clusterId: "c-2", scheduleId: "s-1" }), null);
    },
  },
  {
    name: "schedules.touch sets ensuredAtMs of static ones and answers them by id",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const ids = ["b", "\u{10000}", "a", "\uFFFD"];
      for (const id of ids) await scene.schedule({ id, type: "Static" });
      await scene.schedule({ id: "dynamic" });
      await scene.schedule({ id: "other", type: "Static", ensuredAtMs: AT_MS });

      const touched = await scene.store.touch({
        clusterId: "c-1",
        scheduleIds: ["gone", ...ids, "dynamic", "a"],
        nowMs: NOW_MS,
      });

      const expected = ["a", "b", "\uFFFD", "\u{10000}"]
        .map((id) => aSchedule({ id, type: "Static", ensuredAtMs: NOW_MS }));
      equal(touched, expected);
      for (const schedule of expected) equal(await scene.find(schedule.id), schedule);
      equal((await scene.find("dynamic"))!.ensuredAtMs, null);
      equal((await scene.find("other"))!.ensuredAtMs, AT_MS);
    },
  },
  {
    name: "schedules.touch never moves ensuredAtMs back and counts no revision",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule({ type: "Static", ensuredAtMs: AT_MS, revision: 7 });
      const touch = (nowMs: number) =>
        scene.store.touch({ clusterId: "c-1", scheduleIds: ["s-1"], nowMs });

      equal(await touch(AT_MS - 1), [stored]);
      equal(await touch(AT_MS + 1), [{ ...stored, ensuredAtMs: AT_MS + 1 }]);
      equal(await scene.find(), { ...stored, ensuredAtMs: AT_MS + 1 });
    },
  },
  {
    name: "schedules.touch leaves everything else as it is, whatever the status",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = aSchedule({ ...EDGES["every field"], status: "Inactive" });
      await scene.insert(stored);

      const [touched] = await scene.store.touch({
        ...{ clusterId: "c-1", scheduleIds: ["s-1"], nowMs: NOW_MS },
      });

      equal(touched, { ...stored, ensuredAtMs: NOW_MS });
      equal(await scene.find(), touched);
    },
  },
  {
    name: "schedules.touch keeps clusters apart, takes none, and refuses more than maxBatch",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const other = await ScheduleScene.open(master, "c-2");
      const there = await other.schedule({ type: "Static" });
      const touch = (scheduleIds: readonly string[]) =>
        scene.store.touch({ clusterId: "c-1", scheduleIds, nowMs: NOW_MS });

      equal(await touch(["s-1"]), []);
      equal(await touch([]), []);
      await rejects(touch(Array.from({ length: master.capabilities.maxBatch + 1 }, () => "s-1")), {
        code: "invalid_request",
      });
      equal(await other.find(), there);
    },
  },
  {
    name: "schedules.remove deletes under the revision that was read; its jobs stay",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      await scene.schedule({ revision: 3 });
      const other = await scene.schedule({ id: "s-2" });
      const job = await scene.job("HeldOnMaster");
      const remove = (revision: number, scheduleId = "s-1") =>
        scene.store.remove({ clusterId: "c-1", scheduleId, revision });

      equal(await remove(2), "conflict");
      equal(await remove(4), "conflict");
      equal(await scene.find(), aSchedule({ revision: 3 }));
      equal(await remove(3), "removed");
      equal(await remove(3), "not_found");
      equal(await scene.find(), null);
      equal(await scene.find("s-2"), other);
      equal(await scene.jobs(), [job]);
    },
  },
  {
    name: "schedules.remove keeps clusters apart",
    async run(master) {
      const scene = await ScheduleScene.open(master, "c-1");
      const others = [
        await ScheduleScene.open(master, "c-0"),
        await ScheduleScene.open(master, "c-2"),
      ];
      await scene.schedule();
      for (const other of others) await other.schedule();

      const input = { clusterId: "c-1", scheduleId: "s-1", revision: 0 };
      equal(await scene.store.remove(input), "removed");

      equal(await scene.find(), null);
      for (const other of others) equal((await other.find())?.clusterId, other.clusterId);
    },
  },
];
