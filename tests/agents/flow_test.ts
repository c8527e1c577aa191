/** Jobs that travel over agent connections: each runs once, nothing is left behind, and nothing depends on a message. */

import { deepStrictEqual as equal, ok, strictEqual } from "node:assert/strict";
import { defineJob } from "../../mod.ts";
import { openTestCluster, type TestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import {
  AGENT_KINDS,
  type AgentKind,
  type AgentPlace,
  openAgentPlace,
  skipMissingAgents,
} from "./agent_place.ts";

skipMissingAgents("jobs over agent connections");

const PATIENTLY = { timeoutMs: 60_000, everyMs: 50 };

/** A producer, and the handler that counts its runs. */
interface Scene {
  readonly producer: TestCluster;
  readonly place: AgentPlace;
  readonly agents: Readonly<Record<string, string>>;
  readonly work: ReturnType<typeof countingJob>["work"];
  readonly runs: ReadonlyMap<string, number>;
}

function countingJob() {
  const runs = new Map<string, number>();
  const work = defineJob({ id: "work" }, ({ id }) => void runs.set(id, (runs.get(id) ?? 0) + 1));
  return { runs, work };
}

async function withScene(kind: AgentKind, run: (scene: Scene) => Promise<void>): Promise<void> {
  await using place = await openAgentPlace(kind);
  const agents = { "agent-1": place.url };
  const { runs, work } = countingJob();
  await using producer = await openTestCluster({ agents, jobs: [work], workers: [] });
  await run({ producer, place, agents, work, runs });
}

async function untilServed({ jm }: TestCluster): Promise<void> {
  await eventually(
    "buckets to be there",
    async () => (await jm.client.listBuckets({})).length === 5,
    PATIENTLY,
  );
  await new Promise((resolve) => setTimeout(resolve, 1_100)); // schedulers look once a second
}

function succeeded({ jm }: TestCluster): Promise<number> {
  return jm.jobs.count({ statuses: ["Succeeded"] });
}

for (const kind of AGENT_KINDS) {
  Deno.test(`${kind} agent: jobs of a producer run once, and leave no messages`, async () => {
    await withScene(kind, async ({ producer, place, agents, work, runs }) => {
      await producer.join({ agents, jobs: [work], workers: [{ parallelism: 2 }] });
      await untilServed(producer);
      const { schedule } = producer.jm;
      const nothing = Array.from({ length: 400 }, () => undefined);

      const now = await schedule.many(work, nothing);
      const soon = await schedule.many(work, nothing.slice(0, 50), { after: "2s" });
      strictEqual(now[0]!.agentConnectionId, "agent-1");
      // Without messages they would wait for the owners to read the master, once a minute.
      await eventually("all to succeed", async () => await succeeded(producer) === 450, {
        timeoutMs: 30_000,
      });

      equal(new Set(runs.values()), new Set([1]));
      equal([...runs.keys()].sort(), [...now, ...soon].map(({ id }) => id).sort());
      await using transport = await place.open();
      const bucketIds = (await producer.jm.client.listBuckets({})).map(({ id }) => id);
      await eventually("no messages to be left", async () => {
        const depths = await transport.depths({ clusterId: "local", bucketIds });
        return depths.every(({ waiting, leased, parked }) => waiting + leased + parked === 0);
      }, PATIENTLY);
    });
  });

  Deno.test(`${kind} agent: jobs accepted before there are workers reach those that come`, async () => {
    await withScene(kind, async ({ producer, agents, work, runs }) => {
      const nothing = Array.from({ length: 100 }, () => undefined);
      await producer.jm.schedule.many(work, nothing);

      await producer.join({ agents, jobs: [work], workers: [{}] });

      await eventually("all to succeed", async () => await succeeded(producer) === 100, PATIENTLY);
      equal([runs.size, new Set(runs.values())], [100, new Set([1])]);
    });
  });

  Deno.test(`${kind} agent: a message nobody can use is parked, and the others go on`, async () => {
    await withScene(kind, async ({ producer, place, agents, work }) => {
      await producer.join({
        agents,
        jobs: [work],
        workers: [{ buckets: { VeryLow: 0, Low: 0, High: 0, Critical: 0 } }],
      });
      const { client, schedule } = producer.jm;
      await eventually("the bucket", async () => (await client.listBuckets({})).length === 1);
      const [bucket] = await client.listBuckets({});
      await using transport = await place.open();
      const messages = [
        ["m-1", "no JSON"],
        ["m-2", '{"v":99}'],
        ["m-3", '{"v":1,"job":{"id":1}}'],
        ["m-4", "null"],
        ["m-5", '{"v":1,"job":{"id":1,"revision":0,"bucketId":"b"}}'],
      ].map(([id, body]) => ({ id: id!, body: body!, bucketId: bucket!.id, dueAtMs: 0 }));

      await transport.push({ clusterId: "local", messages });

      await eventually("five parked messages", async () => {
        return (await transport.listParked({ clusterId: "local", limit: 10 })).length === 5;
      }, PATIENTLY);
      const parked = await transport.listParked({ clusterId: "local", limit: 10 });
      const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
      equal(
        parked.map(({ messageId, bytes, reason }) => [messageId, text(bytes), reason]).sort(),
        [
          ["m-1", "no JSON", "it is no JSON"],
          ["m-2", '{"v":99}', "its version is 99, not 1"],
          ["m-3", '{"v":1,"job":{"id":1}}', "it holds no job"],
          ["m-4", "null", "it is no object"],
          [
            "m-5",
            '{"v":1,"job":{"id":1,"revision":0,"bucketId":"b"}}',
            "the id of its job is missing or wrong: 1",
          ],
        ],
      );
      const job = await schedule.now(work, undefined);
      await producer.untilJob(job.id, "Succeeded");
      ok(
        producer.lines.some(({ message }) => /message\(s\) of bucket .* were parked/.test(message)),
      );
    });
  });

  Deno.test(`${kind} agent: a worker that leaves takes its queues along, and its jobs go on elsewhere`, async () => {
    await withScene(kind, async ({ producer, place, agents, work, runs }) => {
      const first = await producer.join({ agents, jobs: [work], workers: [{ name: "first" }] });
      await untilServed(producer);
      const bucketIds = (await producer.jm.client.listBuckets({})).map(({ id }) => id);
      const later = Array.from({ length: 40 }, () => undefined);
      const jobs = await producer.jm.schedule.many(work, later, { after: "4s" });
      await using transport = await place.open();
      const held = async () => {
        const depths = await transport.depths({ clusterId: "local", bucketIds });
        return depths.map(({ waiting, leased }) => waiting + leased);
      };
      await eventually("every message to be sent", async () => {
        const buffered = await producer.jm.jobs.count({ statuses: ["Onboarded"] });
        return (await held()).reduce((sum, each) => sum + each, buffered) >= jobs.length;
      }, { ...PATIENTLY, everyMs: 10 });

      await first.stop();
      equal(await held(), [0, 0, 0, 0, 0]);
      await producer.join({ agents, jobs: [work], workers: [{ name: "second" }] });

      await eventually("all to succeed", async () => await succeeded(producer) === 40, PATIENTLY);
      equal(new Set(runs.values()), new Set([1]));
    });
  });
}
