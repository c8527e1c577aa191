/**
 * Where jobs go: priorities, lanes, the bounds of a bucket, the order of its jobs.
 */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { PRIORITIES } from "../../core/job.ts";
import { defineJob } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually, pause } from "../support/eventually.ts";

/** A definition whose handlers wait at a gate and are counted while they do. */
function gated() {
  const gate = Promise.withResolvers<void>();
  const inside = { now: 0, most: 0, total: 0 };
  const definition = defineJob({ id: "gated" }, async () => {
    inside.total++;
    inside.most = Math.max(inside.most, ++inside.now);
    await gate.promise;
    inside.now--;
  });
  return { definition, inside, open: gate.resolve };
}

function nothings(count: number): readonly null[] {
  return Array.from({ length: count }, () => null);
}

Deno.test("a job goes to a bucket of its priority", async () => {
  const { definition, open } = gated();
  await using cluster = await openTestCluster({ jobs: [definition] });
  const { jm } = cluster;

  for (const priority of PRIORITIES) {
    const { id } = await jm.schedule.now(definition, undefined, { priority });
    const job = await cluster.untilJob(id, "Processing");
    const bucket = await jm.client.findBucket(job.bucketId!);
    deepStrictEqual([job.priority, bucket.priority, bucket.workerId], [
      priority,
      priority,
      job.workerId,
    ]);
  }
  open();
});

Deno.test("a job of a lane nobody serves is held and says why, until a worker of that lane starts", async () => {
  const { definition, open } = gated();
  open();
  await using cluster = await openTestCluster({ jobs: [definition] });
  const { jm } = cluster;
  const { id, status } = await jm.schedule.now(definition, undefined, { lane: "Mail" });
  const bystander = await jm.schedule.now(definition);
  await jm.jobs.wait(bystander.id, { timeout: "60s" });

  const why = await jm.jobs.why(id);
  const held = await jm.jobs.get(id);
  await cluster.join({
    jobs: [definition],
    workers: [{ name: "mailer", mode: "Execution", lane: "mail" }],
  });
  const job = await jm.jobs.wait(id, { timeout: "60s" });

  deepStrictEqual([status, held.status, held.lane], ["HeldOnMaster", "HeldOnMaster", "mail"]);
  deepStrictEqual([why.stuck, why.reasons[0]?.code], [true, "no_bucket"]);
  match(why.reasons[0]?.message ?? "", /lane "mail"/);
  match(job.workerId ?? "", /^mailer\./);
});

Deno.test("a bucket of priority nobody serves holds its jobs", async () => {
  const { definition, open } = gated();
  open();
  await using cluster = await openTestCluster({
    jobs: [definition],
    workers: [{ buckets: { VeryLow: 0, Low: 0, Medium: 1, High: 0, Critical: 0 } }],
  });
  const { jm } = cluster;
  const high = await jm.schedule.now(definition, undefined, { priority: "High" });

  const medium = await jm.schedule.now(definition);
  await jm.jobs.wait(medium.id, { timeout: "60s" });

  strictEqual((await jm.jobs.get(high.id)).status, "HeldOnMaster");
  strictEqual((await jm.jobs.why(high.id)).stuck, true);
  strictEqual((await jm.client.listBuckets({})).length, 1);
});

for (const [priority, runSlots] of [["Medium", 4], ["Critical", 6]] as const) {
  Deno.test(`a ${priority} bucket runs ${runSlots} jobs at once and queues five times as many`, async () => {
    const { definition, inside, open } = gated();
    await using cluster = await openTestCluster({ jobs: [definition] });
    const { jm } = cluster;
    const jobs = await jm.schedule.many(definition, nothings(100), { priority });
    const count = (status: "Queued" | "Processing") => jm.jobs.count({ statuses: [status] });

    await eventually(
      "all run slots to be taken",
      async () => await count("Processing") === runSlots,
    );
    await eventually("all places to be taken", async () => await count("Queued") === 5 * runSlots);
    const atMost = await jm.jobs.count({ statuses: ["Queued", "Processing"] });
    open();
    for (const { id } of jobs) await jm.jobs.wait(id, { timeout: "60s" });

    strictEqual(atMost, 6 * runSlots);
    deepStrictEqual([inside.most, inside.total], [runSlots, 100]);
  });
}

Deno.test("parallelism scales the run slots of a bucket", async () => {
  const { definition, inside, open } = gated();
  await using cluster = await openTestCluster({
    jobs: [definition],
    workers: [{ parallelism: 2.6 }], // 4 × 2.6 is 10.4
  });
  const { jm } = cluster;

  await jm.schedule.many(definition, nothings(50));
  await eventually("ten to run", () => inside.now === 10);
  open();
  await eventually("all to run", () => inside.total === 50);

  strictEqual(inside.most, 10);
});

Deno.test("a large bucket takes and hands back more jobs than one call to the master takes", async () => {
  const { definition, inside } = gated();
  await using cluster = await openTestCluster({
    jobs: [definition],
    workers: [{ parallelism: 300, bufferSize: 10_000, buckets: onlyMedium() }],
  });
  const { jm } = cluster;
  for (let i = 0; i < 3; i++) await jm.schedule.many(definition, nothings(4_000), { after: "1s" });
  const claimed = { statuses: ["Queued", "Processing"] } as const;

  await eventually("1,200 to run", () => inside.now === 1_200, { timeoutMs: 60_000 });
  await eventually("6,000 to be queued", async () => await jm.jobs.count(claimed) === 7_200, {
    timeoutMs: 60_000,
    everyMs: 100,
  });
  await jm.stop({ graceful: false });
  const producer = await cluster.join({ jobs: [definition], workers: [] });

  strictEqual(await producer.jobs.count({ statuses: ["HeldOnMaster"] }), 12_000);
});

function onlyMedium() {
  return { VeryLow: 0, Low: 0, Medium: 1, High: 0, Critical: 0 };
}

Deno.test("jobs of one bucket with one slot start in the order they were scheduled", async () => {
  const seen: number[] = [];
  const note = defineJob<number>({ id: "note" }, (job) => void seen.push(job.data));
  await using cluster = await openTestCluster({ jobs: [note], workers: [{ parallelism: 0.1 }] });
  const { jm } = cluster;

  let next = 0;
  for (let round = 0; round < 20; round++) {
    await jm.schedule.many(note, [next++, next++, next++, next++, next++, next++, next++, next++]);
    for (let i = 0; i < 4; i++) await jm.schedule.now(note, next++);
  }
  await eventually("all to run", () => seen.length === next);

  deepStrictEqual(seen, seen.toSorted((a, b) => a - b));
});

Deno.test("a crowd of one priority does not keep another from running", async () => {
  const { definition, open } = gated();
  const quick = defineJob({ id: "quick", priority: "High" }, () => "ran");
  await using cluster = await openTestCluster({ jobs: [definition, quick] });
  const { jm } = cluster;
  await jm.schedule.many(definition, nothings(500));

  const { id } = await jm.schedule.now(quick);
  const job = await jm.jobs.wait(id, { timeout: "60s" });
  open();

  strictEqual(job.result, "ran");
});

Deno.test("several workers in one node share the work of a lane", async () => {
  const workers = new Set<string>();
  const spread = defineJob({ id: "spread" }, async () => await pause(5));
  await using cluster = await openTestCluster({
    jobs: [spread],
    workers: [{ name: "a" }, { name: "b" }, { name: "c", lane: "other" }],
  });
  const { jm } = cluster;

  const jobs = await jm.schedule.many(spread, nothings(200));
  for (const { id } of jobs) {
    const { workerId } = await jm.jobs.wait(id, { timeout: "60s" });
    workers.add(workerId!.split(".")[0]!);
  }

  deepStrictEqual([...workers].sort(), ["a", "b"]);
  const registered = await jm.client.listWorkers();
  deepStrictEqual(registered.map(({ name, lane, status }) => [name, lane, status]), [
    ["a", "", "Active"],
    ["b", "", "Active"],
    ["c", "other", "Active"],
  ]);
});

Deno.test("a worker of mode Execution runs jobs that another node's coordinator moves", async () => {
  const { definition, open } = gated();
  open();
  await using cluster = await openTestCluster({
    jobs: [definition],
    workers: [{ name: "boss", mode: "Coordinator" }],
  });
  const { jm } = cluster;
  const { id } = await jm.schedule.now(definition);
  strictEqual((await jm.jobs.get(id)).status, "HeldOnMaster");

  await cluster.join({ jobs: [definition], workers: [{ name: "hand", mode: "Execution" }] });

  match((await jm.jobs.wait(id, { timeout: "60s" })).workerId ?? "", /^hand\./);
});

Deno.test("without a coordinator a held job stays and says why, a new one still runs", async () => {
  const { definition, open } = gated();
  open();
  await using cluster = await openTestCluster({
    jobs: [definition],
    workers: [{ mode: "Execution" }],
    settings: { transientThreshold: "10s" },
  });
  const { jm } = cluster;
  const held = await jm.schedule.after(definition, undefined, "1m");
  await jm.jobs.runNow(held.id);

  const now = await jm.schedule.now(definition);
  await jm.jobs.wait(now.id, { timeout: "60s" });
  const why = await jm.jobs.why(held.id);

  ok(why.stuck);
  strictEqual(why.reasons[0]?.code, "no_coordinator");
});
