/** Messages that come twice, late, out of order, or are acknowledged by a stranger: each job has one life all the same. */

import { deepStrictEqual as equal } from "node:assert/strict";
import { messageOf, offerOf } from "../../actors/agent_messages.ts";
import type { Bucket } from "../../core/bucket.ts";
import type { Job } from "../../core/job.ts";
import { defineJob } from "../../mod.ts";
import type { NewMessage, Transport } from "../../transports/port.ts";
import {
  AGENT_KINDS,
  type AgentKind,
  openAgentPlace,
  skipMissingAgents,
} from "../agents/agent_place.ts";
import { openTestCluster, type TestCluster } from "../support/cluster.ts";
import { eventually, pause } from "../support/eventually.ts";
import { seededRandom } from "../../core/random.ts";
import { PATIENTLY } from "./support/broken_way.ts";

skipMissingAgents("F40: deliveries");

const CLUSTER = "local";
const MEDIUM = { VeryLow: 0, Low: 0, High: 0, Critical: 0 };
const MANY = 40;
const EVER_MS = 8_640_000_000_000_000;

/** A node with one bucket over an agent connection, and a stranger who has the connection too. */
interface Scene {
  readonly cluster: TestCluster;
  readonly bucket: Bucket;
  readonly stranger: Transport;
  /** Which jobs were started, in order. */
  readonly starts: readonly string[];
  readonly work: ReturnType<typeof workOf>["work"];
  /** Lets handlers that wait end. */
  readonly release: () => void;
  /** Messages that wait or are received. */
  depth(): Promise<number>;
}

/** Jobs that wait to be released when they are told to. */
function workOf() {
  const gate = Promise.withResolvers<void>();
  const starts: string[] = [];
  const work = defineJob<"quick" | "slow">({ id: "work" }, async ({ id, data }) => {
    starts.push(id);
    if (data === "slow") await gate.promise;
  });
  return { work, starts, release: () => gate.resolve() };
}

function agentTest(name: string, run: (scene: Scene) => Promise<void>): void {
  for (const kind of AGENT_KINDS) Deno.test(`${name}: ${kind}`, () => withScene(kind, run));
}

async function withScene(kind: AgentKind, run: (scene: Scene) => Promise<void>): Promise<void> {
  await using place = await openAgentPlace(kind);
  const { work, starts, release } = workOf();
  await using cluster = await openTestCluster({
    agents: { "agent-1": place.url },
    jobs: [work],
    workers: [{ buckets: MEDIUM, parallelism: 2 }],
  });
  const { client } = cluster.jm;
  await eventually("its bucket", async () => (await client.listBuckets({})).length > 0, PATIENTLY);
  await pause(1_100); // schedulers look once a second
  const [bucket] = await client.listBuckets({});
  await using stranger = await place.open();
  await run({
    cluster,
    bucket: bucket!,
    stranger,
    starts,
    work,
    release,
    async depth() {
      const [depth] = await stranger.depths({ clusterId: CLUSTER, bucketIds: [bucket!.id] });
      return depth!.waiting + depth!.leased;
    },
  });
}

async function untilSucceeded({ cluster: { jm } }: Scene, count: number): Promise<void> {
  const isDone = async () => await jm.jobs.count({ statuses: ["Succeeded"] }) === count;
  await eventually(`${count} jobs to succeed`, isDone, PATIENTLY);
}

async function untilTaken(scene: Scene): Promise<void> {
  await eventually("no message to be left", async () => await scene.depth() === 0, PATIENTLY);
}

/** The job as a message of the second kind brings it. */
function offered(bucket: Bucket, job: Job, sole: boolean): NewMessage {
  return offerOf({ job: { ...job, placement: null }, sole }, bucket);
}

/** The message again, under ids nobody has seen. */
function copies(message: NewMessage, count: number): readonly NewMessage[] {
  return Array.from({ length: count }, () => ({ ...message, id: crypto.randomUUID() }));
}

agentTest(
  "F40: no message waits for a job that runs for long, and what comes again starts nothing",
  async (scene) => {
    const { cluster, bucket, stranger, starts, work, release } = scene;
    const { id } = await cluster.jm.schedule.now(work, "slow", { acceptance: "agent" });
    await cluster.untilJob(id, "Processing");
    await untilTaken(scene); // so that no lease can end while it runs

    const running = await cluster.jm.client.findJob(id);
    const messages = [
      ...copies(offered(bucket, running, true), 2),
      ...copies(offered(bucket, running, false), 2),
      ...copies(messageOf({ ...running, status: "AssignedToBucket" }), 2),
    ];
    await stranger.push({ clusterId: CLUSTER, messages });
    await untilTaken(scene);
    release();
    const job = await cluster.untilJob(id, "Succeeded");

    equal([starts, job.attempts], [[id], 1]);
    equal((await cluster.jm.jobs.executions(id)).length, 1);
  },
);

for (const kind of AGENT_KINDS) {
  Deno.test(`F42: a message that is given back many times never goes silent: ${kind}`, async () => {
    await using place = await openAgentPlace(kind);
    await using transport = await place.open();
    const queue = { clusterId: CLUSTER, bucketId: "w.Medium-1" };
    const message = { id: "m-1", bucketId: queue.bucketId, dueAtMs: 0, body: "{}" };
    await transport.open({ clusterId: CLUSTER, bucketIds: [queue.bucketId] });
    await transport.push({ clusterId: CLUSTER, messages: [message] });
    const receive = () =>
      eventually("the message", async () => {
        const wanted = { limit: 1, dueBeforeMs: EVER_MS, leaseMs: 30_000 };
        return (await transport.receive({ ...queue, ...wanted }))[0];
      }, PATIENTLY);

    for (let times = 1; times <= MANY; times++) {
      const { deliveries, receipt } = await receive();
      equal(deliveries, times);
      await transport.release({ ...queue, receipts: [receipt], delayMs: 0 });
    }

    equal((await receive()).deliveries, MANY + 1);
    const [depth] = await transport.depths({ clusterId: CLUSTER, bucketIds: [queue.bucketId] });
    equal([depth!.waiting, depth!.leased], [0, 1]);
  });
}

agentTest(
  "F43: messages that come twice, late and in any order start each job once",
  async (scene) => {
    const { cluster, bucket, stranger, starts, work } = scene;
    const { jm } = cluster;
    const random = seededRandom(43);
    const jobs = await jm.schedule.many(work, Array(30).fill("quick"), { after: "1s" });
    const seen = await Promise.all(jobs.map(({ id }) => jm.client.findJob(id)));
    const replay = async () => {
      const messages = seen.flatMap((job) => [
        ...copies(messageOf({ ...job, bucketId: bucket.id, status: "AssignedToBucket" }), 1),
        ...copies(offered(bucket, job, false), 1),
      ]).sort(() => random.next() - 0.5);
      await stranger.push({ clusterId: CLUSTER, messages });
    };

    await replay(); // while they wait
    await untilSucceeded(scene, 30);
    await replay(); // when they have ended
    await untilTaken(scene);
    const next = await jm.schedule.now(work, "quick");
    await cluster.untilJob(next.id, "Succeeded");

    equal(starts.toSorted(), [...jobs, next].map(({ id }) => id).toSorted());
    for (const { id } of jobs) equal((await jm.jobs.executions(id)).length, 1);
  },
);
