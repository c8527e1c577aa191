/** Nodes that reach one of the two: the agent connection but not the master, the master but not the agent connection. */

import { deepStrictEqual as equal, match, ok } from "node:assert/strict";
import { defineJob } from "../../mod.ts";
import { AGENT_KINDS, type AgentKind, openAgentPlace } from "../agents/agent_place.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually, pause } from "../support/eventually.ts";
import { TcpProxy } from "../support/tcp_proxy.ts";
import { LEASE_LOST, mastersTest, openWay, PATIENTLY } from "./support/broken_way.ts";

const LEASE = { leaseMs: 15_000, renewMs: 1_000 };
const BUCKETS = { VeryLow: 0, Low: 0, High: 0, Critical: 0 };
const COUNT = 20;

/** Jobs that say on which node they start, and one that waits there for its signal. */
function workOf() {
  const starts: { readonly node: string; readonly id: string }[] = [];
  const aborts: { readonly reason: unknown; readonly startsBefore: number }[] = [];
  const work = (node: string) =>
    defineJob<"quick" | "slow">({ id: "work", maxRetries: 3 }, async ({ id, data, signal }) => {
      starts.push({ node, id });
      if (data === "quick" || node === "whole") return node;
      await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      aborts.push({ reason: signal.reason.code, startsBefore: starts.length });
      return node;
    });
  return { starts, aborts, work };
}

mastersTest(
  "F46: a node that reaches its agent connection alone starts nothing, lets go in time and commits nothing",
  async (kind) => {
    await using way = await openWay(kind);
    await using place = await openAgentPlace(AGENT_KINDS.includes("nats") ? "nats" : "sqlite");
    const agents = { "agent-1": place.url };
    const { starts, aborts, work } = workOf();
    await using cluster = await openTestCluster({
      on: way.master,
      agents,
      jobs: [work("none")],
      workers: [],
      expectedErrors: LEASE_LOST,
    });
    const { client, jobs, schedule } = cluster.jm;
    const workers = [{ buckets: BUCKETS, parallelism: 4 }];
    await cluster.join({ master: way.url, agents, jobs: [work("cut")], workers, lease: LEASE });
    await eventually(
      "its bucket",
      async () => (await client.listBuckets({})).length > 0,
      PATIENTLY,
    );
    await pause(1_100); // schedulers look once a second
    const slow = await schedule.now(work("none"), "slow");
    await cluster.untilJob(slow.id, "Processing");

    way.proxy.isClosed = true;
    way.proxy.cutAll();
    const offered = await schedule.many(work("none"), Array(COUNT).fill("quick"), {
      acceptance: "agent",
    });
    const stored = await schedule.many(work("none"), Array(COUNT).fill("quick"));
    await eventually("its trust to end", () => aborts.length === 1, PATIENTLY);
    equal(aborts[0], { reason: "lease_lost", startsBefore: 1 });
    await cluster.join({ agents, jobs: [work("whole")], workers, lease: LEASE });
    const all = 1 + 2 * COUNT;
    const isDone = async () => await jobs.count({ statuses: ["Succeeded"] }) === all;
    await eventually("all to succeed elsewhere", isDone, { ...PATIENTLY, timeoutMs: 120_000 });
    way.proxy.isClosed = false;
    const lives = async () =>
      (await client.listWorkers()).filter(({ status }) => status === "Active").length;
    await eventually("it to be back", async () => await lives() === 2, PATIENTLY);

    equal(starts[0], { node: "cut", id: slow.id });
    equal(new Set(starts.slice(1).map(({ node }) => node)), new Set(["whole"]));
    const ids = [slow, ...offered, ...stored].map(({ id }) => id);
    equal(starts.slice(1).map(({ id }) => id).toSorted(), ids.toSorted());
    const ended = await jobs.executions(slow.id);
    equal(ended.map(({ outcome }) => outcome), ["crashed", "succeeded"]);
  },
);

/** Everything works and nothing is lost while this agent connection is away, and the log says so. */
async function withoutAgent(kind: AgentKind): Promise<void> {
  await using place = await openAgentPlace(kind);
  await using proxy = TcpProxy.before(place.url);
  const url = new URL(place.url);
  url.port = String(proxy.port);
  const agents = { "agent-1": url.href };
  const { starts, work } = workOf();
  const jobs = [work("whole")];
  await using cluster = await openTestCluster({ agents, jobs, workers: [{ buckets: BUCKETS }] });
  const { client, schedule } = cluster.jm;
  await eventually("its bucket", async () => (await client.listBuckets({})).length > 0, PATIENTLY);
  const before = await client.listWorkers();
  const accept = async () => [
    ...await schedule.many(work("none"), Array(COUNT).fill("quick"), { acceptance: "agent" }),
    ...await schedule.many(work("none"), Array(COUNT).fill("quick")),
  ];
  const told = () =>
    cluster.lines.filter(({ message }) => /^Agent connection "agent-1" (could|can)/.test(message));

  proxy.isClosed = true;
  proxy.cutAll();
  const accepted = await accept();
  const isDone = async () =>
    await cluster.jm.jobs.count({ statuses: ["Succeeded"] }) === accepted.length;
  await eventually("all to succeed without it", isDone, PATIENTLY);
  await eventually("the outage to be told", () => told().length > 0, PATIENTLY);
  proxy.isClosed = false;
  await eventually("it to be back", async () => {
    const [job] = await accept();
    accepted.push(job!);
    return job!.status === "SavePending";
  }, { ...PATIENTLY, everyMs: 500 });

  equal(
    new Set(accepted.slice(0, 2 * COUNT).map(({ acceptance }) => acceptance)),
    new Set(["durable"]),
  );
  match(told()[0]!.message, /cannot be reached/);
  const [life] = await client.listWorkers();
  equal([life!.incarnation, life!.status], [before[0]!.incarnation, "Active"]);
  ok(starts.length >= 2 * COUNT);
  equal(new Set(starts.map(({ id }) => id)).size, starts.length);
}

Deno.test("F47: a cluster whose agent connection is away says so and goes on over its master", async () => {
  const kinds = AGENT_KINDS.filter((kind) => kind !== "sqlite"); // a file is not behind a network
  const outcomes = await Promise.allSettled(kinds.map(withoutAgent));
  for (const each of outcomes) if (each.status === "rejected") throw each.reason;
});
