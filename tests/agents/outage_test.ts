/** Agent connections that die, lose their messages or never come: jobs go on from the master's rows. */

import { deepStrictEqual as equal, match } from "node:assert/strict";
import { defineJob, type WorkerOptions } from "../../mod.ts";
import { openTestCluster, type TestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { ownServer, willOwnServers } from "../support/servers/test_servers.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { AGENT_KINDS, deleteStreams } from "./agent_place.ts";

await willOwnServers();

const PATIENTLY = { timeoutMs: 60_000, everyMs: 50 };
const IS_BACK = /^Agent connection "agent-1" (could not be reached|can be reached again)/;
const NATS = { ignore: !AGENT_KINDS.includes("nats") };
const NOTHING = Array.from({ length: 150 }, () => undefined);

function countingJob() {
  const runs = new Map<string, number>();
  const work = defineJob({ id: "work" }, ({ id }) => void runs.set(id, (runs.get(id) ?? 0) + 1));
  return { runs, work };
}

async function untilSucceeded(
  { jm }: TestCluster,
  count: number,
  timeoutMs = PATIENTLY.timeoutMs,
): Promise<void> {
  const isDone = async () => await jm.jobs.count({ statuses: ["Succeeded"] }) === count;
  await eventually(`${count} jobs to succeed`, isDone, { ...PATIENTLY, timeoutMs });
}

Deno.test({
  name: "NATS that is stopped, then killed, and comes back delays jobs, and each runs once",
  ...NATS,
}, async () => {
  await using server = await ownServer("nats", { durable: true });
  const { runs, work } = countingJob();
  const agents = { "agent-1": server.url };
  await using cluster = await openTestCluster({ agents, jobs: [work] });
  const { schedule } = cluster.jm;
  await using producer = await openProducer(cluster, agents, work);
  await producer.schedule.many(work, NOTHING);
  await untilSucceeded(cluster, 150);

  for (const [round, signal] of (["SIGTERM", "SIGKILL"] as const).entries()) {
    await server.signal(signal);
    await producer.schedule.many(work, NOTHING);
    await schedule.many(work, NOTHING);
    await untilSucceeded(cluster, 450 * round + 450);
    await server.start();
    await eventually(
      "the end of the outage to be told",
      () => cluster.lines.filter(({ message }) => IS_BACK.test(message)).length > round,
      PATIENTLY,
    );
    await producer.schedule.many(work, NOTHING);
    await untilSucceeded(cluster, 450 * round + 600);
  }

  equal([runs.size, new Set(runs.values())], [1_050, new Set([1])]);
});

Deno.test({
  name: "NATS that loses its streams gets them again, and no job is lost",
  ...NATS,
}, async () => {
  await using server = await ownServer("nats");
  const { runs, work } = countingJob();
  const agents = { "agent-1": `${server.url}?stream=lost` };
  await using cluster = await openTestCluster({ agents, jobs: [work] });
  await using producer = await openProducer(cluster, agents, work);
  const later = await producer.schedule.many(work, NOTHING, { after: "2s" });
  equal(later.length, 150);

  await deleteStreams(server.url, "lost");
  await producer.schedule.many(work, NOTHING);
  await untilSucceeded(cluster, 300);
  await producer.schedule.many(work, NOTHING);
  await untilSucceeded(cluster, 450);

  equal([runs.size, new Set(runs.values())], [450, new Set([1])]);
});

/** A node with one bucket that has run 150 jobs, and a producer that reaches NATS through a proxy. */
async function openBehindProxy(stack: AsyncDisposableStack, worker: WorkerOptions = {}) {
  const server = stack.use(await ownServer("nats"));
  const proxy = stack.use(TcpProxy.before(server.url));
  const { runs, work } = countingJob();
  const workers = [{ ...worker, buckets: { VeryLow: 0, Low: 0, High: 0, Critical: 0 } }];
  const agents = { "agent-1": server.url };
  const cluster = stack.use(await openTestCluster({ agents, jobs: [work], workers }));
  const behind = { "agent-1": `nats://127.0.0.1:${proxy.port}` };
  const producer = stack.use(await openProducer(cluster, behind, work));
  await producer.schedule.many(work, NOTHING);
  await untilSucceeded(cluster, 150);
  return { cluster, producer, proxy, runs, work };
}

Deno.test({
  name:
    "messages that could not be sent for a moment are sent again, long before the master is read",
  ...NATS,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const { cluster, producer, proxy, runs, work } = await openBehindProxy(stack);

  proxy.isClosed = true;
  proxy.cutAll();
  await producer.schedule.many(work, NOTHING);
  proxy.isClosed = false;
  await untilSucceeded(cluster, 300, 30_000);

  equal([runs.size, new Set(runs.values())], [300, new Set([1])]);
});

Deno.test({
  name:
    "jobs whose messages could not be sent are read from the master, one buffer after the other",
  ...NATS,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const scene = await openBehindProxy(stack, { bufferSize: 10 });
  const { cluster, producer, proxy, runs, work } = scene;

  proxy.isClosed = true;
  proxy.cutAll();
  await producer.schedule.many(work, NOTHING);
  await untilSucceeded(cluster, 300, 110_000); // before the second minute: 150 jobs are fifteen buffers

  equal([runs.size, new Set(runs.values())], [300, new Set([1])]);
  proxy.isClosed = false;
});

Deno.test({
  name: "a job that NATS may have taken is stored in the bucket it was offered to, unclaimed",
  ...NATS,
}, async () => {
  await using server = await ownServer("nats");
  await using proxy = TcpProxy.before(server.url);
  const { runs, work } = countingJob();
  const agents = { "agent-1": `nats://127.0.0.1:${proxy.port}` };
  await using cluster = await openTestCluster({ agents, jobs: [work], workers: [{}] });
  const offer = () => cluster.jm.schedule.now(work, undefined, { acceptance: "agent" });
  await eventually("a bucket to offer to", async () => (await offer()).status === "SavePending");

  proxy.isClosed = true;
  proxy.cutAll();
  const { id, status, acceptance } = await offer();
  proxy.isClosed = false;

  // Its owner is in this very node and has room: the job would be claimed, had it not been offered before.
  equal([status, acceptance], ["AssignedToBucket", "durable"]);
  await cluster.untilJob(id, "Succeeded");
  equal(runs.get(id), 1);
});

Deno.test({
  name:
    "an owner that could not make its queue as it began makes it later, and runs what NATS took",
  ...NATS,
}, async () => {
  await using server = await ownServer("nats");
  await using proxy = TcpProxy.before(server.url);
  const { runs, work } = countingJob();
  const workers = [{ buckets: { VeryLow: 0, Low: 0, High: 0, Critical: 0 } }];
  proxy.cuts.push({ direction: "up", needle: "API.CONSUMER", fault: "lost" });
  const agents = { "agent-1": `nats://127.0.0.1:${proxy.port}` };
  await using cluster = await openTestCluster({ agents, jobs: [work], workers });
  await using producer = await openProducer(cluster, { "agent-1": server.url }, work);
  const offer = () => producer.schedule.now(work, undefined, { acceptance: "agent" });

  const { id } = await eventually("NATS to take a job", async () => {
    const job = await offer();
    return job.acceptance === "acknowledged" && job;
  });
  await cluster.untilJob(id, "Succeeded");

  equal(cluster.lines.filter(({ message }) => /^Cannot open the queue/.test(message)).length, 1);
  equal(runs.get(id), 1);
});

Deno.test("a node whose agent connection cannot be had says so and does not start", async () => {
  const { work } = countingJob();
  const opened = openTestCluster({
    agents: { "agent-1": "nats://127.0.0.1:9" },
    jobs: [work],
    workers: [],
  });
  const error = await opened.then(
    () => null,
    (thrown) => thrown as { code: string; message: string },
  );

  match(error?.message ?? "", /Cannot use agent connection "nats:\/\/127\.0\.0\.1:9\/JOBMASTER"/);
  equal(error?.code, "transport_unavailable");
});

function openProducer(
  cluster: TestCluster,
  agents: Readonly<Record<string, string>>,
  work: ReturnType<typeof countingJob>["work"],
) {
  return cluster.join({ agents, jobs: [work], workers: [] });
}
