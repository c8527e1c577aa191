/** Jobs that an agent connection alone accepts: saved by the owner of their bucket, or by whoever comes after it. */

import { deepStrictEqual as equal, match, ok, strictEqual } from "node:assert/strict";
import { defineJob, type JobMasterError } from "../../mod.ts";
import { openTestCluster, type TestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import {
  AGENT_KINDS,
  type AgentKind,
  type AgentPlace,
  openAgentPlace,
  skipMissingAgents,
} from "./agent_place.ts";

skipMissingAgents("jobs accepted by agent connections");

const PATIENTLY = { timeoutMs: 60_000, everyMs: 50 };
const MEDIUM = { VeryLow: 0, Low: 0, High: 0, Critical: 0 };
const AGENT = { acceptance: "agent" } as const;

interface Scene {
  readonly producer: TestCluster;
  readonly place: AgentPlace;
  readonly agents: Readonly<Record<string, string>>;
  readonly work: ReturnType<typeof countingJob>["work"];
  readonly runs: ReadonlyMap<string, number>;
}

function countingJob() {
  const runs = new Map<string, number>();
  const work = defineJob({ id: "work" }, ({ id }) => {
    runs.set(id, (runs.get(id) ?? 0) + 1);
    return "done";
  });
  return { runs, work };
}

async function withScene(kind: AgentKind, run: (scene: Scene) => Promise<void>): Promise<void> {
  await using place = await openAgentPlace(kind);
  const agents = { "agent-1": place.url };
  const { runs, work } = countingJob();
  await using producer = await openTestCluster({ agents, jobs: [work], workers: [] });
  await run({ producer, place, agents, work, runs });
}

async function join({ producer, agents, work }: Scene, name: string) {
  const node = await producer.join({ agents, jobs: [work], workers: [{ name, buckets: MEDIUM }] });
  await eventually("its bucket", async () => (await producer.jm.client.listBuckets({})).length > 0);
  await new Promise((resolve) => setTimeout(resolve, 1_100)); // schedulers look once a second
  return node;
}

function succeeded({ jm }: TestCluster): Promise<number> {
  return jm.jobs.count({ statuses: ["Succeeded"] });
}

for (const kind of AGENT_KINDS) {
  const promise = kind === "nats" ? "acknowledged" : "durable";

  Deno.test(`${kind} agent: what it accepts is saved and runs once, now and later`, async () => {
    await withScene(kind, async (scene) => {
      const { producer, work, runs } = scene;
      await join(scene, "first");
      const { schedule } = producer.jm;
      const nothing = Array.from({ length: 300 }, () => undefined);

      const now = await schedule.many(work, nothing, AGENT);
      const soon = await schedule.many(work, nothing.slice(0, 30), { ...AGENT, after: "2s" });
      const [first] = now;
      equal([first!.status, first!.acceptance, first!.created], ["SavePending", promise, true]);
      const ended = await producer.jm.jobs.wait(now.at(-1)!.id); // whether or not the master has it yet
      equal(ended.result, "done");
      await eventually("all to succeed", async () => await succeeded(producer) === 330, PATIENTLY);

      equal([...runs.keys()].sort(), [...now, ...soon].map(({ id }) => id).sort());
      equal(new Set(runs.values()), new Set([1]));
      const job = await producer.jm.jobs.get(first!.id);
      equal([job.result, job.attempts, job.scheduledAtMs], ["done", 1, first!.scheduledAtMs]);
    });
  });

  Deno.test(`${kind} agent: without a bucket, much later, or with a unique key the master accepts`, async () => {
    await withScene(kind, async (scene) => {
      const { producer, work } = scene;
      const { schedule } = producer.jm;
      const early = await schedule.now(work, undefined, AGENT);
      await join(scene, "first");

      const others = [
        await schedule.now(work, undefined, { ...AGENT, uniqueKey: "k" }),
        await schedule.after(work, undefined, "1d", AGENT),
        await schedule.now(work, undefined, { ...AGENT, lane: "other" }),
        await schedule.now(work, undefined),
      ];

      equal([early, ...others].map(({ acceptance }) => acceptance), Array(5).fill("durable"));
      ok([early, ...others].every(({ status }) => status !== "SavePending"));
      await producer.untilJob(early.id, "Succeeded");
    });
  });

  Deno.test(`${kind} agent: a job the master could not store is parked, and those beside it are saved`, async () => {
    await withScene(kind, async (scene) => {
      const { producer, place, work, runs } = scene;
      await join(scene, "first");
      const [bucket] = await producer.jm.client.listBuckets({});
      const sample = await producer.jm.schedule.after(work, undefined, "1d");
      const stored = { ...await producer.jm.client.findJob(sample.id), scheduledAtMs: Date.now() };
      const ids = Array.from({ length: 4 }, () => crypto.randomUUID());
      const [poison, ...good] = ids.map((id) => ({ ...stored, id, placement: null }));
      await using transport = await place.open();
      const bodies = [{ ...poison, priority: "Urgent" }, { ...poison, timeoutMs: null }, ...good];

      await transport.push({
        clusterId: "local",
        messages: bodies.map((job, index) => ({
          id: `m-${index}`,
          bucketId: bucket!.id,
          dueAtMs: 0,
          body: JSON.stringify({ v: 1, new: job }),
        })),
      });

      await eventually("three to succeed", async () => await succeeded(producer) === 3, PATIENTLY);
      equal([...runs.keys()].sort(), ids.slice(1).sort());
      const parked = await transport.listParked({ clusterId: "local", limit: 10 });
      equal(parked.map(({ reason }) => reason).sort(), [
        'the priority of its job is missing or wrong: "Urgent"',
        "the timeoutMs of its job is missing or wrong: null",
      ]);
    });
  });

  Deno.test(`${kind} agent: jobs sent to a bucket that is gone are saved by whoever leads`, async () => {
    await withScene(kind, async (scene) => {
      const { producer, place, work, runs } = scene;
      const gone = await join(scene, "gone");
      const [bucket] = await producer.jm.client.listBuckets({});
      const id = crypto.randomUUID();
      await gone.stop();
      const sample = await producer.jm.schedule.after(work, undefined, "1d");
      const stored = { ...await producer.jm.client.findJob(sample.id), scheduledAtMs: Date.now() };
      await using transport = await place.open();
      await transport.push({
        clusterId: "local",
        messages: [{
          id: `${id}:new`,
          bucketId: bucket!.id,
          dueAtMs: 0,
          body: JSON.stringify({ v: 1, new: { ...stored, id, placement: null } }),
        }],
      });

      await join(scene, "next");

      await eventually("it to succeed", async () => await succeeded(producer) === 1, PATIENTLY);
      equal([...runs], [[id, 1]]);
      equal(await transport.queues({ clusterId: "local", limit: 10 }), []);
    });
  });
}

Deno.test("a job is accepted by nobody when the acceptance is none of the two", async () => {
  const { work } = countingJob();
  await using cluster = await openTestCluster({ jobs: [work], workers: [] });

  const call = cluster.jm.schedule.now(work, undefined, { acceptance: "maybe" as "agent" });

  const error = await call.then(() => null, (thrown: JobMasterError) => thrown);
  strictEqual(error?.code, "invalid_request");
  match(error!.message, /acceptance "maybe".*durable, agent/);
  const job = await cluster.jm.schedule.now(work, undefined, AGENT);
  strictEqual(job.acceptance, "durable"); // a standalone cluster has no agent connection
});
