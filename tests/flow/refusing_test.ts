/**
 * Scheduling refuses what breaks its rules, at the call, and stores nothing of it.
 */

import { ok, rejects, strictEqual } from "node:assert/strict";
import { z } from "zod";
import { defineJob, type JobMaster, type JobView } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";

const echo = defineJob<{ readonly n: number }>({ id: "echo" }, (job) => ({ echoed: job.data.n }));

function countJobs(jm: JobMaster): Promise<number> {
  return jm.jobs.count();
}

Deno.test("schedule.many stores nothing when one payload is refused", async () => {
  const strict = defineJob({ id: "strict", input: z.object({ n: z.number() }) }, () => {});
  await using cluster = await openTestCluster({ jobs: [strict] });
  const payloads = [{ n: 1 }, { n: "two" as unknown as number }, { n: 3 }];

  await rejects(cluster.jm.schedule.many(strict, payloads), { code: "invalid_payload" });

  strictEqual(await countJobs(cluster.jm), 0);
});

Deno.test("schedule.many refuses more than 5,000 payloads, and none", async () => {
  await using cluster = await openTestCluster({ jobs: [echo], workers: [] });
  const many = Array.from({ length: 5_001 }, (_, n) => ({ n }));

  await rejects(cluster.jm.schedule.many(echo, many), { code: "invalid_request" });
  await rejects(cluster.jm.schedule.many(echo, []), { code: "invalid_request" });

  strictEqual(await countJobs(cluster.jm), 0);
});

Deno.test("schedule.now stores nothing when the payload does not fit the schema", async () => {
  const strict = defineJob(
    { id: "strict", input: z.object({ name: z.string(), age: z.number() }) },
    () => {},
  );
  await using cluster = await openTestCluster({ jobs: [strict] });
  const wrong = { name: 1, age: "x" } as unknown as { name: string; age: number };

  await rejects(cluster.jm.schedule.now(strict, wrong), (error: Error & { code: string }) => {
    strictEqual(error.code, "invalid_payload");
    ok(error.message.includes("data.name") && error.message.includes("data.age"), error.message);
    return true;
  });

  strictEqual(await countJobs(cluster.jm), 0);
});

Deno.test("schedule.now takes a payload of exactly the limit and refuses one byte more", async () => {
  const limit = 1_000;
  const text = defineJob<string>({ id: "text" }, (job) => job.data.length);
  await using cluster = await openTestCluster({
    jobs: [text],
    settings: { maxPayloadBytes: limit },
  });
  const fitting = "x".repeat(limit - 2); // the JSON text has two quotes around it

  const { id } = await cluster.jm.schedule.now(text, fitting);
  await rejects(cluster.jm.schedule.now(text, `${fitting}x`), { code: "payload_too_large" });
  await rejects(cluster.jm.schedule.now(text, `${fitting.slice(1)}é`), {
    code: "payload_too_large",
  });

  strictEqual((await cluster.jm.jobs.wait(id, { timeout: "60s" })).result, fitting.length);
  strictEqual(await countJobs(cluster.jm), 1);
});

Deno.test("schedule.now takes any payload when the limit is -1", async () => {
  const text = defineJob<string>({ id: "text" }, (job) => job.data.length);
  await using cluster = await openTestCluster({ jobs: [text], settings: { maxPayloadBytes: -1 } });

  const { id } = await cluster.jm.schedule.now(text, "x".repeat(1_000_000));

  strictEqual((await cluster.jm.jobs.wait(id, { timeout: "60s" })).result, 1_000_000);
});

const REFUSED: Readonly<Record<string, (jm: JobMaster) => Promise<unknown>>> = {
  "a local time without an offset": (jm) => jm.schedule.at(echo, { n: 1 }, "2030-01-01T00:00:00"),
  "a duration without a unit": (jm) => jm.schedule.after(echo, { n: 1 }, "5"),
  "a negative duration": (jm) => jm.schedule.after(echo, { n: 1 }, -1),
  "a priority that does not exist": (jm) =>
    jm.schedule.now(echo, { n: 1 }, { priority: "Urgent" as JobView["priority"] }),
  "more than 10 retries": (jm) => jm.schedule.now(echo, { n: 1 }, { maxRetries: 11 }),
  "a timeout of nothing": (jm) => jm.schedule.now(echo, { n: 1 }, { timeout: 0 }),
  "a lane with a blank": (jm) => jm.schedule.now(echo, { n: 1 }, { lane: "a b" }),
  "an empty unique key": (jm) => jm.schedule.now(echo, { n: 1 }, { uniqueKey: "" }),
  "an id that is no UUID": (jm) => jm.schedule.now(echo, { n: 1 }, { id: "one" }),
  "a tag that is an object": (jm) =>
    jm.schedule.now(echo, { n: 1 }, { metadata: { a: {} as string } }),
};

Deno.test("schedule refuses a request out of its rules and stores nothing", async (test) => {
  await using cluster = await openTestCluster({ jobs: [echo], workers: [] });
  for (const [what, call] of Object.entries(REFUSED)) {
    await test.step(what, async () => {
      await rejects(call(cluster.jm), { code: "invalid_request" });
      strictEqual(await countJobs(cluster.jm), 0);
    });
  }
});

const UNREADABLE: Readonly<Record<string, unknown>> = {
  "a BigInt": 1n,
  "a function": () => {},
  "NaN": Number.NaN,
  "a lone surrogate": "\ud800",
  "a Map": new Map(),
  "a cycle": cycle(),
};

function cycle(): unknown {
  const loop: unknown[] = [];
  loop.push(loop);
  return loop;
}

Deno.test("schedule refuses a payload that JSON cannot hold and stores nothing", async (test) => {
  const anything = defineJob({ id: "anything" }, () => {});
  await using cluster = await openTestCluster({ jobs: [anything], workers: [] });
  for (const [what, value] of Object.entries(UNREADABLE)) {
    await test.step(what, async () => {
      await rejects(cluster.jm.schedule.now(anything, { value }), { code: "invalid_payload" });
      strictEqual(await countJobs(cluster.jm), 0);
    });
  }
});

Deno.test("schedule refuses a definition nobody has announced and names those that are known", async () => {
  const unknown = defineJob({ id: "unknown" }, () => {});
  await using cluster = await openTestCluster({ jobs: [echo], workers: [] });

  await rejects(cluster.jm.schedule.now(unknown), (error: Error & { code: string }) => {
    strictEqual(error.code, "job_definition_not_found");
    ok(error.message.includes('"unknown"') && error.message.includes("echo"), error.message);
    return true;
  });
});
