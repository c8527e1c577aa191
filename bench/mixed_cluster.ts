/**
 * A cluster of four kinds of processes over three kinds of agent connections: does each job run exactly once, when it is
 * due, and is nothing left anywhere?
 *
 * `deno run -A bench/mixed_cluster.ts [--kill[=AGENT]] [JOBS=20000] [SECONDS=60] [LEASE_MS=30000]`: Postgres is the master;
 * agent connections are Postgres, MariaDB and NATS. Processes: a producer, a coordinator, one that executes on each agent
 * connection (4 lanes × 5 priorities × 3 buckets), one that drains. JOBS are due at once and JOBS within SECONDS, most of
 * them beyond the transient threshold of 10 s; half of each is to be accepted by agent connections alone. `--kill` kills
 * the process that executes on AGENT (`pg-1` unless said) in the middle and starts another. Ends with 1 when a promise
 * was broken.
 *
 * @module
 */

import { JobMaster } from "@jobmaster/jobmaster";
import { eventually, pause } from "../tests/support/eventually.ts";
import { makeDatabase } from "../tests/support/servers/databases.ts";
import { ownServer, willOwnServers } from "../tests/support/servers/test_servers.ts";
import { temporaryFolder } from "../tests/support/temporary_folder.ts";
import { messagesLeft } from "./messages_left.ts";
import type { MixedCall, MixedOrder } from "./mixed_producer.ts";
import { reportMixed } from "./mixed_report.ts";
import { NodeProcess, startNode } from "./node_process.ts";
import { MasterRows, readStarts } from "./run_account.ts";

const LANES = ["a", "b", "c", "d"];
const BUCKETS = { VeryLow: 3, Low: 3, Medium: 3, High: 3, Critical: 3 };
const BUCKETS_IN_ALL = LANES.length * 5 * 3 * 3;
const CALLERS = 64;
const PATIENTLY = { timeoutMs: 300_000, everyMs: 200 };

const kill = Deno.args.find((each) => each.startsWith("--kill"));
const victim = kill === undefined ? null : kill.split("=")[1] ?? "pg-1";
const [count = 20_000, seconds = 60, leaseMs = 30_000] = Deno.args
  .filter((each) => !each.startsWith("--")).map(Number);

await willOwnServers();
await using postgres = await ownServer("postgres");
await using mysql = await ownServer("mysql");
await using nats = await ownServer("nats");
await using database = await makeDatabase("postgres", postgres.url);
await using onPostgres = await makeDatabase("postgres", postgres.url);
await using onMysql = await makeDatabase("mysql", mysql.url);
await using folder = await temporaryFolder();
for (const { origin } of [postgres, mysql, nats]) console.log(origin);

const agents = { "pg-1": onPostgres.url, "maria-1": onMysql.url, "nats-1": nats.url };
const common = { master: database.url, lease: { leaseMs, renewMs: Math.floor(leaseMs / 3) } };
await settle();
const coordinator = await startNode("coordinator", folder.path, {
  ...{ ...common, agents, workers: [{ mode: "Coordinator", agent: "pg-1" }] },
});
const drainer = await startNode("drainer", folder.path, {
  ...{ ...common, agents, workers: names().map((agent) => ({ agent, mode: "Drain" })) },
});
const executors = new Map<string, NodeProcess>();
for (const agent of names()) executors.set(agent, await startExecutor(agent));
await using rows = await MasterRows.open(database.url);
await eventually("all buckets", async () => await activeBuckets() === BUCKETS_IN_ALL, PATIENTLY);

const idle = await idleShares([coordinator, drainer, ...executors.values()], 5_000);
const order: MixedOrder = {
  options: { ...common, agents },
  ...{ lanes: LANES, count, seconds, callers: CALLERS, file: `${folder.path}/calls` },
};
const sinceMono = performance.now();
const producer = await NodeProcess.start("producer", {
  ...{ program: "mixed_producer", starts: folder.path, argument: order },
});
const gone = victim === null ? undefined : await killInTheMiddle(victim);
await producer.ended();
await untilQuiet();
const ranMs = performance.now() - sinceMono;
const left = await messagesLeft(agents, 120_000);
const buckets = await eventually("lost buckets to be gone", async () => {
  const found = await rows.query("SELECT status FROM jm_buckets");
  return found.length === BUCKETS_IN_ALL && found.length;
}, { timeoutMs: 60_000, everyMs: 500 }).catch(() => -1);
await reportMixed({
  calls: JSON.parse(await Deno.readTextFile(order.file)) as readonly MixedCall[],
  ...{ count, ranMs, left, idle, lostBuckets: buckets === BUCKETS_IN_ALL ? 0 : 1 },
  ...{ killed: gone, rows: await rows.jobs(), starts: await readStarts(folder.path) },
  nodes: [coordinator, drainer, producer, ...executors.values()],
});
for (const node of [...executors.values(), drainer, coordinator]) await node[Symbol.asyncDispose]();

/** What processes use while there is nothing to do. */
async function idleShares(nodes: readonly NodeProcess[], ms: number) {
  const before = nodes.map((node) => node.cpuSeconds());
  await pause(ms);
  return new Map(nodes.map((node, at) => {
    return [node.name, (node.cpuSeconds() - before[at]!) / ms * 1_000] as const;
  }));
}

function names(): readonly (keyof typeof agents)[] {
  return Object.keys(agents) as (keyof typeof agents)[];
}

/** A short transient threshold, so that jobs due later wait on the master first. */
async function settle(): Promise<void> {
  const jm = await JobMaster.start({ ...common, settings: { transientThreshold: "10s" } });
  await jm.stop();
}

function startExecutor(agent: keyof typeof agents): Promise<NodeProcess> {
  return startNode(`executor on ${agent}`, folder.path, {
    ...common,
    agents: { [agent]: agents[agent] },
    workers: LANES.map((lane) => ({
      ...{ name: `${agent}-${lane}`, agent, lane, buckets: BUCKETS },
      mode: "Execution" as const,
    })),
  });
}

function activeBuckets(): Promise<number> {
  return rows.number("SELECT count(*) FROM jm_buckets WHERE status = 'Active'");
}

/** Once a third of the jobs has ended; another process takes over two seconds later. */
async function killInTheMiddle(agent: string) {
  await eventually("a third", async () => await rows.ended() > 2 * count / 3, PATIENTLY);
  await executors.get(agent)!.kill();
  const atMs = Date.now();
  await pause(2_000);
  executors.set(agent, await startExecutor(agent as keyof typeof agents));
  return { agent, atMs };
}

/** Until all jobs have ended, or for two minutes none has. */
async function untilQuiet(): Promise<void> {
  let last = -1;
  let changedMono = performance.now();
  while (performance.now() - changedMono < 120_000) {
    const ended = await rows.ended();
    if (ended >= 2 * count) return;
    if (ended !== last) changedMono = performance.now();
    last = ended;
    await pause(100);
  }
}
