/**
 * Promises of keeping values as they are: instants, large numbers, large texts, every alphabet.
 *
 * @module
 */

import { deepStrictEqual as equal } from "node:assert/strict";
import { BUCKET_COLORS } from "../../core/bucket.ts";
import type { Job } from "../../core/job.ts";
import type { NewJob } from "../../storage/port.ts";
import { aFailure, aLogEntry, AT_MS, heldJob, jobId, newJob } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { Scene } from "./scene.ts";

const LAST_INSTANT_MS = 8_640_000_000_000_000;
const LARGEST = Number.MAX_SAFE_INTEGER;
const TEXT =
  "“Ünïcødé” 漢字 ﷽ عربي 👩‍👩‍👧‍👦 \u{10FFFF} \uFFFD e\u0301 \t\r\n 'a' \"b\" \\ % _ ; -- $1 ? :x";

/** Fields with values at the edge of what they may hold. */
const EDGES: Readonly<Record<string, Partial<NewJob>>> = {
  "instants of every size": {
    createdAtMs: 1,
    originalScheduledAtMs: 0,
    scheduledAtMs: LAST_INSTANT_MS,
  },
  "instants to the millisecond": { createdAtMs: AT_MS + 1, scheduledAtMs: AT_MS + 999 },
  "instants before 1970": { originalScheduledAtMs: -1, scheduledAtMs: -86_400_001 },
  "numbers up to 2^53": {
    timeoutMs: LARGEST,
    metadata: { large: LARGEST, small: -LARGEST, tiny: 5e-324, huge: 1.7976931348623157e308 },
    retry: { baseMs: LARGEST, factor: 1.1, maxMs: LARGEST, jitter: "full" },
  },
  "text of every alphabet": {
    definitionId: "größe.漢字",
    data: JSON.stringify(TEXT),
    uniqueKey: TEXT,
    scheduleId: TEXT,
    metadata: { [TEXT]: TEXT },
  },
  "JSON text to the letter": {
    data: '{ "b" : 1.0e2, "a":[ ],"b":2 , "big": 12345678901234567890 }',
  },
  "empty texts": { uniqueKey: "", scheduleId: "", data: '""', metadata: { "": "" } },
  "a payload of 128 KB": { data: JSON.stringify("ä".repeat(65_535)) },
  "a payload of 2 MB": { data: JSON.stringify("x".repeat(2 * 1024 * 1024)) },
  "a hundred tags": {
    metadata: Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`key-${i}`, i])),
  },
};

/** Promises of every record's values. */
export const valueCases: readonly MasterCase[] = [
  ...Object.entries(EDGES).map(([what, given]): MasterCase => ({
    name: `jobs.insert keeps ${what}`,
    async run(master) {
      const scene = await Scene.open(master);
      const job = newJob(given);

      const [inserted] = await scene.insert(job);

      equal(inserted!.job, heldJob(job));
      equal(await scene.find(job.id), heldJob(job));
      const [again] = await scene.insert(job);
      equal(again, { id: job.id, created: false, job: heldJob(job) });
    },
  })),
  {
    name: "jobs.insert finds the empty unique key again: it is a key",
    async run(master) {
      const scene = await Scene.open(master);
      const first = await scene.held({ uniqueKey: "" });

      const [second] = await scene.insert({ id: jobId(2), uniqueKey: "" });

      equal(second, { id: jobId(2), created: false, job: first });
    },
  },
  {
    name: "jobs.insert tells unique keys apart by case and accent",
    async run(master) {
      const scene = await Scene.open(master);
      const keys = ["a", "A", "ä", "Ä", "a\u0308", "a ", " a"];

      const inserted = await scene.insert(
        ...keys.map((uniqueKey, i) => ({ id: jobId(i + 1), uniqueKey })),
      );

      equal(inserted.map(({ created }) => created), keys.map(() => true));
    },
  },
  {
    name: "jobs.settle keeps large and odd results, errors, notes and instants",
    async run(master) {
      const scene = await Scene.open(master);
      let error = aFailure({ code: TEXT, name: TEXT, message: "m".repeat(4_000), cause: null });
      for (let depth = 1; depth <= 8; depth++) {
        error = aFailure({ message: TEXT, stack: "s".repeat(8_000), cause: error });
      }
      const common = { startedAtMs: LAST_INSTANT_MS - 1, finishedAtMs: LAST_INSTANT_MS };
      const progress = { percent: 33.333333333333336, note: TEXT };
      const one = await scene.processing({ id: jobId(1) });
      const two = await scene.processing({ id: jobId(2) });
      const result = `{ "text" : ${JSON.stringify(TEXT.repeat(1_000))} }`;

      const next = { status: "Failed" } as const;
      const failed = await scene.settle(one, { ...common, outcome: "failed", error, next });
      const done = await scene.settle(two, { ...common, result, progress });

      const ends = (job: Job) => [job.startedAtMs, job.finishedAtMs];
      equal([failed.error, ends(failed)], [error, [LAST_INSTANT_MS - 1, LAST_INSTANT_MS]]);
      equal([done.result, done.progress], [result, progress]);
      equal((await scene.executions(one.id))[0]!.error, error);
    },
  },
  {
    name: "history.appendLogs keeps odd texts and instants",
    async run(master) {
      await Scene.open(master);
      const entry = aLogEntry({
        message: TEXT,
        subjectId: TEXT,
        host: TEXT,
        fields: `{ "text" : ${JSON.stringify(TEXT)} }`,
        attempt: 2 ** 31,
        writtenAtMs: LAST_INSTANT_MS,
      });

      await master.history.appendLogs({ clusterId: "c-1", entries: [entry] });

      equal(await master.history.findLog({ clusterId: "c-1", logId: entry.id }), entry);
    },
  },
  {
    name: "buckets and workers keep odd names and numbers",
    async run(master) {
      const scene = await Scene.open(master, "größe");
      const given = { id: "w:ü.漢", name: TEXT, host: TEXT, parallelism: 0.1, processId: 2 ** 31 };
      const worker = await scene.register(given);
      const color = BUCKET_COLORS.Pink!;
      const bucket = await scene.makeBucket({ id: "b:ü.漢", lane: "ü", color }, worker);

      const { id, name, host, parallelism, processId } = worker;
      equal({ id, name, host, parallelism, processId }, given);
      equal(await master.workers.find(scene.life(worker)), worker);
      equal(await master.buckets.find(scene.proof(bucket)), bucket);
    },
  },
  {
    name: "records are copies: changing what went in or came out changes nothing stored",
    async run(master) {
      const scene = await Scene.open(master);
      const metadata: Record<string, string> = { a: "1" };
      await scene.held({ metadata });
      metadata.a = "2";
      const answered = await scene.find(jobId(1));
      (answered.metadata as Record<string, string>).a = "3";

      equal((await scene.find(jobId(1))).metadata, { a: "1" });
    },
  },
];
