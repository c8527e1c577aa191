/** Lists and counts of the SQLite master that have to look at many rows. */

import { deepStrictEqual as equal, ok, rejects } from "node:assert/strict";
import type { JobFilter, JobSort } from "../../core/filter.ts";
import type { Job } from "../../core/job.ts";
import type { Schedule } from "../../core/schedule.ts";
import { seededRandom } from "../../core/random.ts";
import type { Master, NewJob } from "../../storage/port.ts";
import {
  aBucket,
  aFailure,
  aLogEntry,
  aSchedule,
  AT_MS,
  aWorker,
  jobId,
  logId,
  newJob,
} from "../support/factories.ts";
import { CLUSTER, ensureCluster } from "./scene.ts";
import { temporaryFile } from "./temporary_file.ts";

/** More than the first slice and the second one hold. */
const MANY = 12_345;
const BUCKET = { bucketId: "b-1", epoch: 1 };

async function storeMany(master: Master): Promise<readonly Job[]> {
  await ensureCluster(master);
  await master.workers.register({ worker: aWorker(), leaseMs: 600_000 });
  await master.buckets.create({ ...CLUSTER, buckets: [aBucket()] });
  const random = seededRandom(7);
  const jobs = Array.from({ length: MANY }, (_, i) => variedJob(i, random.next()));
  for (let from = 0; from < MANY; from += 5_000) {
    await master.jobs.insert({ ...CLUSTER, jobs: jobs.slice(from, from + 5_000) });
  }
  const stored: Job[] = [];
  for (const { id } of jobs) stored.push((await master.queries.find({ ...CLUSTER, jobId: id }))!);
  return stored;
}

function variedJob(number: number, chance: number): NewJob {
  return newJob({
    id: jobId(number),
    createdAtMs: AT_MS + Math.floor(chance * 5_000), // ties, and not in the order of the ids
    scheduledAtMs: AT_MS + Math.floor((1 - chance) * 700),
    priority: number % 2 === 0 ? "High" : "Low",
    metadata: { rare: number % 997 === 0 },
    placement: number % 3 === 0 ? null : { ...BUCKET, claim: number % 3 === 1 },
  });
}

Deno.test("queries.list and count stay exact when they take several slices", async () => {
  await using file = await temporaryFile();
  await using master = await file.open({ synchronous: "normal" });
  const jobs = await storeMany(master);
  const rare: JobFilter = { metadata: [{ key: "rare", operation: "Eq", values: [true] }] };
  const filters: readonly [JobFilter, (job: Job) => boolean][] = [
    [{}, () => true],
    [rare, (job) => job.metadata.rare === true],
    [{ statuses: ["HeldOnMaster"] }, (job) => job.status === "HeldOnMaster"],
    [
      { statuses: ["AssignedToBucket", "Queued"], priority: "High" },
      (job) => job.status !== "HeldOnMaster" && job.priority === "High",
    ],
    [{ bucketId: "b-1", ...rare }, (job) => job.bucketId === "b-1" && job.metadata.rare === true],
    [{ createdFromMs: AT_MS + 4_900 }, (job) => job.createdAtMs >= AT_MS + 4_900],
  ];

  for (const [filter, matches] of filters) {
    const wanted = jobs.filter(matches);
    equal(await master.queries.count({ ...CLUSTER, filter }), wanted.length);
    for (const by of ["createdAt", "scheduledAt"] as const) {
      for (const direction of ["asc", "desc"] as const) {
        const sorted = sort(wanted, { by, direction }).map(({ id }) => id);
        equal(await everyPage(master, filter, { by, direction }), sorted);
      }
    }
  }
});

Deno.test("queries.statistics counts everything when it takes several slices", async () => {
  await using file = await temporaryFile();
  await using master = await file.open({ synchronous: "normal" });
  const jobs = await storeMany(master);
  const due = jobs.filter((job) => job.status !== "Queued" && job.scheduledAtMs <= AT_MS + 300);

  const found = await master.queries.statistics({ ...CLUSTER, sinceMs: 0, nowMs: AT_MS + 300 });

  const count = (status: Job["status"]) => jobs.filter((job) => job.status === status).length;
  equal(
    [found.counts.HeldOnMaster, found.counts.AssignedToBucket, found.counts.Queued, found.due],
    [count("HeldOnMaster"), count("AssignedToBucket"), count("Queued"), due.length],
  );
  equal(found.oldestDueAtMs, Math.min(...due.map((job) => job.scheduledAtMs)));
});

Deno.test("queries.count leaves others their turn when it takes several slices", async () => {
  await using file = await temporaryFile();
  await using master = await file.open({ synchronous: "normal" });
  await storeMany(master);
  const order: string[] = [];

  const counting = master.queries.count({ ...CLUSTER, filter: { priority: "High" } })
    .then(() => order.push("count"));
  const inserting = master.jobs.insert({ ...CLUSTER, jobs: [newJob({ id: jobId(MANY) })] })
    .then(() => order.push("insert"));
  await Promise.all([counting, inserting]);

  equal(order, ["insert", "count"]);
});

Deno.test("history.listLogs and countLogs stay exact when they take several slices", async () => {
  await using file = await temporaryFile();
  await using master = await file.open({ synchronous: "normal" });
  const entries = Array.from({ length: 2_500 }, (_, i) =>
    aLogEntry({
      id: logId(i),
      subjectId: jobId(i % 2),
      writtenAtMs: AT_MS + i % 50,
      message: i % 101 === 0 ? "A Rare word" : "Sent",
    }));
  await master.history.appendLogs({ ...CLUSTER, entries });

  for (
    const filter of [{ keyword: "rare" }, { subjectType: "Job", subjectId: jobId(1) } as const]
  ) {
    const wanted = entries
      .filter((entry) =>
        "keyword" in filter ? entry.message.includes("Rare") : entry.subjectId === filter.subjectId
      )
      .toSorted((a, b) => b.writtenAtMs - a.writtenAtMs || (a.id < b.id ? 1 : -1));
    const page = { ...CLUSTER, filter, oldestFirst: false, cursor: null, limit: 2_500 };
    equal((await master.history.listLogs(page)).items, wanted);
    equal(await master.history.countLogs({ ...CLUSTER, filter }), wanted.length);
  }
});

Deno.test("schedules.list and count stay exact when they take several slices", async () => {
  await using file = await temporaryFile();
  await using master = await file.open({ synchronous: "normal" });
  await ensureCluster(master);
  const letters = ["a", "\uFFFD", "\u{10000}"]; // ascending by code point
  const schedules = Array.from({ length: 2_500 }, (_, i) =>
    aSchedule({
      id: `${letters[i % 3]}-${String(i).padStart(4, "0")}`,
      createdAtMs: AT_MS + i % 2, // ties, far more than a slice
      error: i % 101 === 0 ? aFailure() : null,
    }));
  await master.schedules.insert({ ...CLUSTER, schedules });
  const rank = ({ id }: Schedule) => letters.findIndex((letter) => id.startsWith(letter));
  const newest = schedules.toSorted((a, b) =>
    b.createdAtMs - a.createdAtMs || rank(b) - rank(a) || (a.id < b.id ? 1 : -1)
  );

  for (const filter of [{}, { failing: true }, { definitionId: "none" }]) {
    const wanted = newest
      .filter(({ error }) => !("failing" in filter) || error !== null)
      .filter(() => !("definitionId" in filter));
    const found: Schedule[] = [];
    let cursor: string | null = null;
    do {
      const page = await master.schedules.list({ ...CLUSTER, filter, cursor, limit: 700 });
      found.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null);
    equal(found, wanted);
    equal(await master.schedules.count({ ...CLUSTER, filter }), wanted.length);
  }
});

Deno.test("queries.list refuses a cursor when it is not one of the same list", async () => {
  await using file = await temporaryFile();
  await using master = await file.open({ synchronous: "normal" });
  await ensureCluster(master);
  const jobs = [1, 2].map((number) => newJob({ id: jobId(number) }));
  await master.jobs.insert({ ...CLUSTER, jobs });
  const list = (cursor: string | null, direction: JobSort["direction"] = "desc") =>
    master.queries.list({
      ...CLUSTER,
      filter: {},
      sort: { by: "createdAt", direction },
      cursor,
      limit: 1,
    });

  const { nextCursor } = await list(null);

  ok(nextCursor !== null && /^[\w-]+$/.test(nextCursor));
  await rejects(list(nextCursor, "asc"), { code: "invalid_request" });
  const others = ["", "x", "{}", "W10", "bnVsbA", btoa('["createdAt:desc","1","2"]'), "\u{1F600}"];
  for (const cursor of [...others, `${nextCursor}x`, nextCursor.slice(1)]) {
    await rejects(list(cursor), { code: "invalid_request" }, cursor);
  }
});

async function everyPage(
  master: Master,
  filter: JobFilter,
  sort: JobSort,
): Promise<readonly string[]> {
  const ids: string[] = [];
  let cursor: string | null = null;
  do {
    const page = await master.queries.list({ ...CLUSTER, filter, sort, cursor, limit: 4_000 });
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.nextCursor;
  } while (cursor !== null);
  return ids;
}

function sort(jobs: readonly Job[], { by, direction }: JobSort): readonly Job[] {
  const field = by === "createdAt" ? "createdAtMs" : "scheduledAtMs";
  const sign = direction === "asc" ? 1 : -1;
  return jobs.toSorted((a, b) => sign * (a[field] - b[field] || (a.id < b.id ? -1 : 1)));
}
