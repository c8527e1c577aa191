/**
 * How fast jobs are accepted and run over each kind of agent connection, and what each asks of the master.
 *
 * `deno run -A bench/agent_throughput.ts [JOBS=20000] [CALLERS=8] [KIND…]`: kinds are `none`, `sqlite`, `postgres`, `mysql`
 * and `nats`, all of them unless said. Postgres is the master and counts statements and rows. `one process` schedules
 * and runs the jobs; `three` are one that schedules and two that run them. Ratios are to `none` in the same run, so it
 * should be among the kinds. Ends with 1 when a job did not run exactly once.
 *
 * @module
 */

import { JobMaster } from "@jobmaster/jobmaster";
import { eventually } from "../tests/support/eventually.ts";
import { makeDatabase } from "../tests/support/servers/databases.ts";
import { sharedServer, willOwnServers } from "../tests/support/servers/test_servers.ts";
import { temporaryFolder } from "../tests/support/temporary_folder.ts";
import { judge } from "./figures.ts";
import { messagesLeft } from "./messages_left.ts";
import { type NodeOptions, NodeProcess, startNode } from "./node_process.ts";
import { fateOf, MasterRows, readStarts } from "./run_account.ts";
import { countingPostgres, OURS, StatementCount } from "./statement_count.ts";
import type { Produced, ThroughputOrder } from "./throughput_producer.ts";
import { printThroughput, type Throughput } from "./throughput_report.ts";

const KINDS = ["none", "sqlite", "postgres", "mysql", "nats"] as const;
type Kind = typeof KINDS[number];
const LAYOUTS = ["one process", "three"] as const;
type Layout = typeof LAYOUTS[number];
type Acceptance = "durable" | "agent";

const [jobs = 20_000, callers = 8] = Deno.args.slice(0, 2).map(Number);
const wanted = Deno.args.slice(2);
const kinds = wanted.length === 0 ? KINDS : KINDS.filter((kind) => wanted.includes(kind));

await willOwnServers();
await using postgres = await countingPostgres();
const measured: Throughput[] = [];
for (const layout of LAYOUTS) {
  for (const kind of kinds) {
    for (const acceptance of acceptancesOf(kind)) {
      measured.push(await measure(layout, kind, acceptance));
      console.log(`measured: ${layout}, ${kind}, ${acceptance}`);
    }
  }
}
printThroughput(measured, jobs);
judge({
  "each job ran exactly once": measured.every(({ wrong }) => wrong === 0),
  "no message is left": measured.every(({ left }) => left === 0),
});

/** Without an agent connection only the master accepts. */
function acceptancesOf(kind: Kind): readonly Acceptance[] {
  return kind === "none" ? ["durable"] : ["durable", "agent"];
}

async function measure(layout: Layout, kind: Kind, acceptance: Acceptance): Promise<Throughput> {
  await using database = await makeDatabase("postgres", postgres.url);
  await using folder = await temporaryFolder();
  await using place = await openPlace(kind, folder.path);
  const agents = place.url === null ? {} : { "agent-1": place.url };
  const options: NodeOptions = { master: database.url, agents };
  const first = await JobMaster.start({ master: database.url });
  await first.stop(); // the rows that making tables writes are not counted
  const count = new StatementCount(database.url);
  await count.prepare();
  await using rows = await MasterRows.open(database.url);
  const scene = { layout, acceptance, folder: folder.path, options, count, rows };
  const { produced, endedAtMs, statements } = await runJobs(scene);
  const [left] = await messagesLeft(agents, 60_000);
  return {
    ...{ layout, kind, acceptance, statements, rows: await count.rows() },
    acceptedMs: produced.atMs[1] - produced.atMs[0],
    ranMs: endedAtMs - produced.atMs[0],
    wrong: await wrongJobs(rows, folder.path, produced.ids),
    left: left?.messages ?? 0,
  };
}

/** Starts all processes, lets them do their work, and stops them. */
async function runJobs({ layout, acceptance, folder, options, count, rows }: {
  readonly layout: Layout;
  readonly acceptance: Acceptance;
  readonly folder: string;
  readonly options: NodeOptions;
  readonly count: StatementCount;
  readonly rows: MasterRows;
}) {
  await using _nodes = await startNodes(layout, folder, options);
  const file = `${folder}/produced`;
  const mine = layout === "one process" ? { workers: [{ parallelism: 8 }] } : {};
  const order: ThroughputOrder = {
    ...{ options: { ...options, ...mine }, jobs, callers, acceptance, file },
  };
  await using producer = await NodeProcess.start("producer", {
    ...{ program: "throughput_producer", starts: folder, argument: order },
  });
  await count.begin();
  await producer.say("go");
  const endedAtMs = await untilEnded(rows);
  const statements = await count.statements();
  const text = await eventually("the producer", () => Deno.readTextFile(file)); // the last call may return later
  const produced = JSON.parse(text) as Produced;
  return { produced, endedAtMs, statements };
}

/** The nodes beside the producer. */
async function startNodes(
  layout: Layout,
  folder: string,
  options: NodeOptions,
): Promise<AsyncDisposableStack> {
  const stack = new AsyncDisposableStack();
  if (layout === "one process") return stack;
  for (const name of ["one", "two"]) {
    stack.use(await startNode(name, folder, { ...options, workers: [{ parallelism: 4 }] }));
  }
  return stack;
}

/** When the last job had ended, in epoch milliseconds. */
async function untilEnded(rows: MasterRows): Promise<number> {
  const tally = `${OURS} SELECT coalesce(sum(count), 0) FROM jm_final_counts`;
  const look = async () => await rows.number(tally) >= jobs;
  await eventually(`${jobs} jobs to end`, look, { timeoutMs: 900_000, everyMs: 50 });
  return Date.now();
}

async function wrongJobs(
  rows: MasterRows,
  folder: string,
  ids: readonly string[],
): Promise<number> {
  const [all, starts] = [await rows.jobs(), await readStarts(folder)];
  return ids.filter((id) =>
    fateOf({ id, row: all.get(id), starts: starts.get(id) ?? [] }) !== "once"
  ).length;
}

interface AgentPlace extends AsyncDisposable {
  readonly url: string | null;
}

/** A place for the messages of one run. */
async function openPlace(kind: Kind, folder: string): Promise<AgentPlace> {
  const nothing = () => Promise.resolve();
  if (kind === "none") return { url: null, [Symbol.asyncDispose]: nothing };
  if (kind === "sqlite") {
    return { url: `sqlite:${folder}/agent.db`, [Symbol.asyncDispose]: nothing };
  }
  if (kind === "postgres") return await makeDatabase("postgres", postgres.url);
  const { url, missing } = await sharedServer(kind);
  if (url === undefined) throw new Error(missing);
  if (kind === "mysql") return await makeDatabase("mysql", url);
  const stream = `bench_${crypto.randomUUID().slice(0, 13)}`;
  return { url: `${url}?stream=${stream}`, [Symbol.asyncDispose]: nothing };
}
