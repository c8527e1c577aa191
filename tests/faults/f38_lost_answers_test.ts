/** Words between nodes and NATS that get lost: that a message was taken, and that it is done with. */

import { deepStrictEqual as equal } from "node:assert/strict";
import { defineJob } from "../../mod.ts";
import { AGENT_KINDS, type AgentKind, openAgentPlace } from "../agents/agent_place.ts";
import { deedsIn, quick } from "../nodes/fixtures/node_jobs.ts";
import { NodeProcess } from "../nodes/support/node_process.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually, pause } from "../support/eventually.ts";
import type { Cut } from "../support/tcp_proxy.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";
import { PATIENTLY } from "./support/broken_way.ts";

const NATS = { ignore: !AGENT_KINDS.includes("nats") };
const BUCKETS = { VeryLow: 0, Low: 0, High: 0, Critical: 0 };
const LONG = { ...PATIENTLY, timeoutMs: 120_000 }; // NATS delivers again after 30 s, a master is read once a minute
const EVER_MS = 8_640_000_000_000_000;

/** NATS says that it took a message. */
const TAKEN: Cut = { direction: "down", needle: '{"stream":"', fault: "lost" };

/** A node says that it is done with one. */
const DONE: readonly Cut[] = [
  { direction: "up", needle: "+ACK", fault: "lost" },
  { direction: "up", needle: "+ACK", fault: "delivered" },
];

/** A node that runs jobs, with its one bucket, and how it reaches NATS. */
async function openScene(stack: AsyncDisposableStack) {
  const place = stack.use(await openAgentPlace("nats"));
  const proxy = stack.use(TcpProxy.before(place.url));
  const url = new URL(place.url);
  url.port = String(proxy.port);
  const runs = new Map<string, number>();
  const work = defineJob({ id: "work" }, ({ id }) => void runs.set(id, (runs.get(id) ?? 0) + 1));
  const cluster = stack.use(
    await openTestCluster({
      agents: { "agent-1": url.href },
      jobs: [work],
      workers: [{ buckets: BUCKETS }],
    }),
  );
  const { client } = cluster.jm;
  await eventually("its bucket", async () => (await client.listBuckets({})).length > 0, PATIENTLY);
  await pause(1_100); // schedulers look once a second
  const [bucket] = await client.listBuckets({});
  const transport = stack.use(await place.open());
  const untilTaken = () =>
    eventually("no message to be left", async () => {
      const query = { clusterId: "local", bucketIds: [bucket!.id] };
      const [depth] = await transport.depths(query);
      return depth!.waiting + depth!.leased === 0;
    }, LONG);
  return { cluster, proxy, runs, work, untilTaken };
}

Deno.test(
  { name: "F38, F39: a job whose message or its end was not answered runs once", ...NATS },
  async () => {
    await using stack = new AsyncDisposableStack();
    const { cluster, proxy, runs, work, untilTaken } = await openScene(stack);
    const { jobs, schedule } = cluster.jm;
    const ids: string[] = [];

    for (let round = 0; round < 6; round++) {
      for (const acceptance of ["agent", "durable"] as const) {
        proxy.cuts.push(TAKEN);
        ids.push((await schedule.now(work, undefined, { acceptance })).id);
        proxy.cuts.push(DONE[round % 2]!);
        ids.push((await schedule.now(work, undefined, { acceptance })).id);
      }
      const isDone = async () => await jobs.count({ statuses: ["Succeeded"] }) === ids.length;
      await eventually(`${ids.length} jobs to succeed`, isDone, LONG);
    }
    proxy.cuts.length = 0;
    await untilTaken();

    equal([...runs.keys()].toSorted(), ids.toSorted());
    equal(new Set(runs.values()), new Set([1]));
    for (const id of ids) equal((await jobs.executions(id)).length, 1);
  },
);

/** The first of two deliveries of each message is acknowledged, when the second is out. */
async function lateAcks(kind: AgentKind): Promise<void> {
  await using folder = await temporaryFolder();
  await using place = await openAgentPlace(kind);
  const agents = { "agent-1": place.url };
  await using cluster = await openTestCluster({ agents, jobs: [quick], workers: [] });
  const { client, jobs, schedule } = cluster.jm;
  await using owner = await NodeProcess.start({
    master: cluster.master,
    agents,
    workers: [{ name: "owner", buckets: BUCKETS }],
    lease: { leaseMs: 120_000, renewMs: 5_000 },
  });
  await eventually("its bucket", async () => (await client.listBuckets({})).length > 0, PATIENTLY);
  await pause(1_100); // schedulers look once a second
  const [bucket] = await client.listBuckets({});
  const queue = { clusterId: "local", bucketId: bucket!.id };
  await using stranger = await place.open();
  const receive = async (leaseMs: number) => {
    const wanted = { limit: 20, dueBeforeMs: EVER_MS, leaseMs };
    return (await stranger.receive({ ...queue, ...wanted })).map(({ receipt }) => receipt);
  };

  owner.signal("SIGSTOP");
  const data = Array(20).fill({ folder: folder.path });
  const ids = (await schedule.many(quick, data)).map(({ id }) => id);
  const first = await eventually("deliveries", async () => {
    const receipts = await receive(200);
    return receipts.length > 0 && receipts;
  }, PATIENTLY);
  const second = await eventually("them again", async () => {
    const receipts = await receive(60_000);
    return receipts.length > 0 && receipts;
  }, PATIENTLY);
  await stranger.ack({ ...queue, receipts: first });
  await stranger.release({ ...queue, receipts: second, delayMs: 0 });
  owner.signal("SIGCONT");

  const isDone = async () => await jobs.count({ statuses: ["Succeeded"] }) === ids.length;
  await eventually("all to succeed", isDone, LONG);
  const ran = (await deedsIn(folder.path)).map(({ jobId }) => jobId);
  equal(ran.toSorted(), ids.toSorted());
}

Deno.test("F41: a late acknowledgement of a delivery that came again costs no job", async () => {
  const outcomes = await Promise.allSettled(AGENT_KINDS.map(lateAcks));
  for (const each of outcomes) if (each.status === "rejected") throw each.reason;
});
