/**
 * Promises of executions and logs: order, pages, every filter alone and with every other one.
 *
 * @module
 */

import { deepStrictEqual as equal } from "node:assert/strict";
import type { LogFilter } from "../../core/filter.ts";
import { LOG_LEVELS, LOG_SUBJECTS, type LogEntry } from "../../core/log.ts";
import type { Master } from "../../storage/port.ts";
import { aLogEntry, AT_MS, jobId, logId } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { Scene } from "./scene.ts";

/** A filter, and what it promises in plain code. */
interface Sample {
  readonly filter: LogFilter;
  readonly matches: (entry: LogEntry) => boolean;
}

const MESSAGES = ["Sent to Ä", "sent 100%_\\", "SENT", "Lost 'it' \"now\" 😀"] as const;

/** Samples of every filter. */
const SAMPLES: Readonly<Record<keyof LogFilter, readonly Sample[]>> = {
  level: LOG_LEVELS.map((level) => ({
    filter: { level },
    matches: (each) => each.level === level,
  })),
  subjectType: LOG_SUBJECTS.map((subjectType) => ({
    filter: { subjectType },
    matches: (each) => each.subjectType === subjectType,
  })),
  subjectId: [
    { filter: { subjectId: jobId(1) }, matches: (each) => each.subjectId === jobId(1) },
    { filter: { subjectId: "w-1" }, matches: (each) => each.subjectId === "w-1" },
  ],
  attempt: [
    { filter: { attempt: 1 }, matches: (each) => each.attempt === 1 },
    { filter: { attempt: 2 }, matches: (each) => each.attempt === 2 },
  ],
  fromMs: [{ filter: { fromMs: AT_MS + 2 }, matches: (each) => each.writtenAtMs >= AT_MS + 2 }],
  toMs: [{ filter: { toMs: AT_MS + 2 }, matches: (each) => each.writtenAtMs <= AT_MS + 2 }],
  keyword: [
    { filter: { keyword: "sENt" }, matches: (each) => /sent/i.test(each.message) },
    { filter: { keyword: "Ä" }, matches: (each) => each.message.includes("Ä") },
    { filter: { keyword: "ä" }, matches: () => false },
    { filter: { keyword: "0%_\\" }, matches: (each) => each.message.includes("%") },
    { filter: { keyword: "'it' \"now\" 😀" }, matches: (each) => each.message.includes("😀") },
    { filter: { keyword: "s_nt" }, matches: () => false },
  ],
};

const KEYS = Object.keys(SAMPLES) as readonly (keyof LogFilter)[];

/** Promises of `history` but for its retention. */
export const logCases: readonly MasterCase[] = [
  {
    name: "history.appendLogs stores whole entries that findLog and listLogs answer",
    async run(master) {
      await Scene.open(master);
      const entries = [
        aLogEntry({ id: logId(1), fields: '{"b": 1,  "a":[2]}', message: "x".repeat(4_000) }),
        aLogEntry({
          id: logId(2),
          subjectType: "Cluster",
          subjectId: "c-1",
          attempt: null,
          level: "Critical",
        }),
      ];

      await master.history.appendLogs({ clusterId: "c-1", entries });

      for (const entry of entries) {
        const found = await master.history.findLog({ clusterId: "c-1", logId: entry.id });
        equal(found, entry);
      }
      equal(await listAll(master, {}, true), entries);
      equal(await master.history.findLog({ clusterId: "c-1", logId: logId(9) }), null);
    },
  },
  {
    name: "history.appendLogs leaves a stored entry as it is, across calls and within one",
    async run(master) {
      await Scene.open(master);
      await Scene.open(master, "c-2");
      const first = aLogEntry({ message: "first" });
      const append = (clusterId: string, ...messages: readonly string[]) =>
        master.history.appendLogs({
          clusterId,
          entries: messages.map((message) => aLogEntry({ message })),
        });

      await append("c-1", "first", "second");
      await append("c-1", "third");
      await append("c-2", "elsewhere");
      await append("c-1");

      equal(await listAll(master, {}, true), [first]);
      const there = await master.history.findLog({ clusterId: "c-2", logId: first.id });
      equal(there, { ...first, message: "elsewhere" });
    },
  },
  ...[true, false].map((oldestFirst): MasterCase => ({
    name: `history.listLogs pages ${oldestFirst ? "oldest" : "newest"} first, ties by id`,
    async run(master) {
      const entries = await storeVariety(master);
      const ascending = entries.toSorted((a, b) =>
        a.writtenAtMs - b.writtenAtMs || (a.id < b.id ? -1 : 1)
      );
      const expected = oldestFirst ? ascending : ascending.toReversed();

      for (const limit of [1, 2, 3, 7, 59, 60, 61]) {
        const pages = await pagesOf(master, { filter: {}, oldestFirst, limit });
        equal(pages.flat(), expected);
        equal(pages.slice(0, -1).every((page) => page.length === limit), true);
        equal(pages.length, Math.ceil(entries.length / limit));
      }
    },
  })),
  {
    name: "history.listLogs goes on where it was when entries come between pages",
    async run(master) {
      await storeVariety(master);
      const all = await listAll(master, {}, false);
      const request = { clusterId: "c-1", filter: {}, oldestFirst: false, limit: 5 };

      const first = await master.history.listLogs({ ...request, cursor: null });
      const newest = aLogEntry({ id: logId(999), writtenAtMs: AT_MS + 9_000 });
      await master.history.appendLogs({ clusterId: "c-1", entries: [newest] });
      const second = await master.history.listLogs({ ...request, cursor: first.nextCursor });

      equal([...first.items, ...second.items], all.slice(0, 10));
    },
  },
  ...KEYS.map((key, index): MasterCase => ({
    name: `history.listLogs and countLogs show exactly what matches ${key}, alone and with others`,
    async run(master) {
      const entries = await storeVariety(master);
      const others = KEYS.slice(index + 1).flatMap((other) => SAMPLES[other]);
      for (const first of SAMPLES[key]) {
        await check(master, entries, first);
        for (const second of others) {
          await check(master, entries, {
            filter: { ...first.filter, ...second.filter },
            matches: (entry) => first.matches(entry) && second.matches(entry),
          });
        }
      }
    },
  })),
  {
    name: "history.listExecutions answers the first attempts first, up to its limit",
    async run(master) {
      const scene = await Scene.open(master);
      let job = await scene.processing({ maxRetries: 5 });
      const next = { status: "HeldOnMaster", scheduledAtMs: AT_MS } as const;
      for (let attempt = 1; attempt <= 3; attempt++) {
        job = await scene.settle(job, { outcome: "failed", finishedAtMs: AT_MS - attempt, next });
        job = (await scene.claim(await scene.assign(job)))[0]!;
      }
      const list = (clusterId: string, limit: number) =>
        master.history.listExecutions({ clusterId, jobId: job.id, limit });

      const attempts = (await list("c-1", 9)).map(({ attempt }) => attempt);
      equal(attempts, [1, 2, 3]);
      equal(await list("c-1", 2), (await list("c-1", 9)).slice(0, 2));
      equal(await list("c-2", 9), []);
    },
  },
];

async function check(
  master: Master,
  entries: readonly LogEntry[],
  { filter, matches }: Sample,
): Promise<void> {
  const listed = await listAll(master, filter, true);
  const count = await master.history.countLogs({ clusterId: "c-1", filter });

  const wanted = entries.filter(matches).map(({ id }) => id);
  const what = JSON.stringify(filter);
  const ids = listed.map(({ id }) => id).toSorted();
  equal([what, ids, count], [what, wanted, wanted.length]);
}

async function listAll(master: Master, filter: LogFilter, oldestFirst: boolean) {
  return (await pagesOf(master, { filter, oldestFirst, limit: 100 })).flat();
}

async function pagesOf(
  master: Master,
  request: {
    readonly filter: LogFilter;
    readonly oldestFirst: boolean;
    readonly limit: number;
  },
): Promise<readonly (readonly LogEntry[])[]> {
  const pages: (readonly LogEntry[])[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Master["history"]["listLogs"]>> = await master.history
      .listLogs({ clusterId: "c-1", ...request, cursor });
    pages.push(page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return pages;
}

/** Sixty entries, by id: every field in several values, instants that tie. */
async function storeVariety(master: Master): Promise<readonly LogEntry[]> {
  await Scene.open(master);
  const entries = Array.from({ length: 60 }, (_, i) => {
    const subjectType = LOG_SUBJECTS[i % LOG_SUBJECTS.length]!;
    const isJob = subjectType === "Job";
    return aLogEntry({
      id: logId(i + 1),
      level: LOG_LEVELS[i % 7 % LOG_LEVELS.length]!,
      message: MESSAGES[i % MESSAGES.length]!,
      subjectType,
      subjectId: isJob ? jobId(i % 3) : i % 2 === 0 ? "w-1" : "w-2",
      attempt: isJob ? i % 4 : null,
      writtenAtMs: AT_MS + (i * 5) % 6,
    });
  });
  const shuffled = entries.toSorted((a, b) => a.message < b.message ? -1 : 1);
  await master.history.appendLogs({ clusterId: "c-1", entries: shuffled });
  return entries;
}
