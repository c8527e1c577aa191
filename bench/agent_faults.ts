/**
 * An agent connection on NATS that breaks under load: what becomes of every job?
 *
 * `deno run -A bench/agent_faults.ts [CASE=all] [JOBS=20000]`: CASE is `kill`, `wipe`, `acks`, `stall` or `full`. Postgres
 * is the master, two nodes in processes of their own run the jobs, this process schedules them: half of them durable,
 * half to be accepted by NATS alone. Handlers write down each start. Ends with 1 when a promise was broken: whatever was
 * accepted succeeds exactly once, but for jobs that were only "acknowledged" and whose message was wiped.
 *
 * @module
 */

import { JobMaster, type Logger } from "@jobmaster/jobmaster";
import { pause } from "../tests/support/eventually.ts";
import { makeDatabase } from "../tests/support/servers/databases.ts";
import { ownServer, willOwnServers } from "../tests/support/servers/test_servers.ts";
import { TcpProxy } from "../tests/support/tcp_proxy.ts";
import { temporaryFolder } from "../tests/support/temporary_folder.ts";
import { BreakableNats } from "./breakable_nats.ts";
import { FAULT_CASES, type FaultCase, type World } from "./fault_cases.ts";
import { type Call, produce } from "./fault_producer.ts";
import { reportFaults } from "./fault_report.ts";
import { mark } from "./marking_job.ts";
import { messagesLeft } from "./messages_left.ts";
import { startNode } from "./node_process.ts";
import { type JobFacts, MasterRows, readStarts } from "./run_account.ts";

const [wanted = "all", count = "20000"] = Deno.args;
const names = wanted === "all" ? Object.keys(FAULT_CASES) : [wanted];

/** How long nothing may change before what is left counts as stuck: longer than a sweep and two leases. */
const STUCK_MS = 150_000;

await willOwnServers();
await using postgres = await ownServer("postgres");
for (const name of names) await runCase(name, FAULT_CASES[name]!);

async function runCase(name: string, fault: FaultCase): Promise<void> {
  await using folder = await temporaryFolder();
  await using database = await makeDatabase("postgres", postgres.url);
  const { storeBytes } = fault;
  await using nats = await BreakableNats.start(storeBytes === undefined ? {} : { storeBytes });
  await using proxy = TcpProxy.before(nats.url);
  const options = {
    master: database.url,
    agents: { "nats-1": `nats://127.0.0.1:${proxy.port}` },
  };
  const workers = [{ parallelism: 2 }];
  await using one = await startNode("one", folder.path, { ...options, workers });
  await using two = await startNode("two", folder.path, { ...options, workers });
  const lines: string[] = [];
  const note = (message: string) => void lines.push(message);
  const logger: Logger = { debug() {}, info() {}, warn: note, error: note };
  await using jm = await JobMaster.start({ ...options, jobs: [mark], logger });
  await pause(2_000); // schedulers look for buckets once a second

  const sinceMs = performance.now();
  const world = { nats, proxy, nodes: [one, two] };
  const { calls, strikes } = await underFire(jm, world, fault);
  const producedMs = performance.now() - sinceMs;
  await using rows = await MasterRows.open(database.url);
  await untilQuiet(rows, calls);
  const ranMs = performance.now() - sinceMs;
  const [left] = await messagesLeft({ "nats-1": nats.url }, 90_000);
  await reportFaults({
    ...{ name, fault, calls, strikes, producedMs, ranMs, left: left!, cuts: proxy.cutCount },
    facts: await gather(rows, calls, folder.path),
    wiped: await nats.wipedMessages(),
    lines: [...one.complaints, ...two.complaints, ...lines],
  });
}

/** Schedules all jobs while the trouble comes again and again; it is over when they are scheduled. */
async function underFire(
  jm: JobMaster,
  world: World,
  { strike, everyMs }: FaultCase,
): Promise<{ readonly calls: readonly Call[]; readonly strikes: number }> {
  let isOver = false;
  let strikes = 0;
  const striking = (async () => {
    await pause(1_000);
    for (; !isOver; strikes++) {
      await strike(world);
      await pause(everyMs);
    }
  })();
  const calls = await produce(jm, Number(count));
  isOver = true;
  await striking;
  world.proxy.cuts.length = 0;
  return { calls, strikes };
}

/** Waits until every job that was accepted has ended, or nothing has changed for long. */
async function untilQuiet(rows: MasterRows, calls: readonly Call[]): Promise<void> {
  const accepted = calls.filter(({ answer }) => typeof answer === "string").length;
  let last = { ended: -1, open: -1 };
  let changedMono = performance.now();
  while (performance.now() - changedMono < STUCK_MS) {
    const now = { ended: await rows.ended(), open: await rows.open() };
    if (now.open === 0 && now.ended >= accepted) return;
    if (now.ended !== last.ended || now.open !== last.open) changedMono = performance.now();
    last = now;
    await pause(250);
  }
}

async function gather(
  rows: MasterRows,
  calls: readonly Call[],
  folder: string,
): Promise<ReadonlyMap<string, JobFacts>> {
  const [jobs, starts] = [await rows.jobs(), await readStarts(folder)];
  return new Map(
    calls.map(({ id }) => [id, { id, row: jobs.get(id), starts: starts.get(id) ?? [] }]),
  );
}
