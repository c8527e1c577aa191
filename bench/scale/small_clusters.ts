/**
 * Clusters that run, beside what the model says of them.
 *
 * @module
 */

import { defineJob, JobMaster } from "@jobmaster/jobmaster";
import { eventually, pause } from "../../tests/support/eventually.ts";
import { AGENT_STATEMENTS, deviation, idleCluster, loadOf } from "../capacity_model.ts";
import type { CountedPostgres, Counts } from "./counted_postgres.ts";

/** How long nodes settle before they are counted, and how long they are counted, in milliseconds. */
const SETTLE_MS = 5_000;
const COUNT_MS = 15_000;

/** Nodes and buckets of each, of five priorities alike. */
const SIZES: readonly (readonly [nodes: number, buckets: number])[] = [
  ...[[1, 5], [1, 50], [1, 500], [2, 5], [2, 50], [4, 5], [4, 50]] as const,
];

const work = defineJob({ id: "work" }, () => {});

/** Prints what clusters that do nothing ask of the master, and of the database behind an agent connection. */
export async function idleClusters(server: CountedPostgres): Promise<void> {
  console.log(
    "nodes buckets | statements/s: measured computed deviation | rows/s: the same | connections, rss MB",
  );
  for (const [nodes, buckets] of SIZES) await idle(server, { nodes, buckets, over: "master" });
  console.log(
    "the same, over an agent connection: the master, then statements/s of the agent's database",
  );
  for (const [nodes, buckets] of [[1, 5], [1, 50], [4, 5]] as const) {
    await idle(server, { nodes, buckets, over: "agent" });
  }
}

interface Size {
  readonly nodes: number;
  readonly buckets: number;
  readonly over: "master" | "agent";
}

async function idle(server: CountedPostgres, { nodes, buckets, over }: Size): Promise<void> {
  await using database = await server.database();
  await using agent = await server.database();
  const running: JobMaster[] = [];
  for (let i = 0; i < nodes; i++) {
    running.push(
      await JobMaster.start({
        master: database.url,
        workers: [{ buckets: alike(buckets), ...(over === "agent" ? { agent: "a" } : {}) }],
        jobs: [],
        ...(over === "agent" ? { agents: { a: agent.url } } : {}),
      }),
    );
  }
  await pause(SETTLE_MS);
  let master: Counts | undefined;
  const behind = await server.during(agent.url, async () => {
    master = await server.during(database.url, () => pause(COUNT_MS));
  });
  const computed = loadOf(idleCluster(nodes, nodes * buckets, over));
  const parts = [
    `${nodes} × ${buckets}`.padStart(8),
    beside(master!.statements / master!.seconds, computed.statements),
    beside(master!.rows / master!.seconds, computed.rows),
    `${await server.connections(database.url)} ${Math.round(Deno.memoryUsage().rss / 1e6)}`,
  ];
  if (over === "agent") {
    parts.push(beside(behind.statements / behind.seconds, computed.agentCalls * AGENT_STATEMENTS));
  }
  console.log(parts.join(" | "));
  await Promise.all(running.map((node) => node.stop({ graceful: false })));
}

/** Prints the statements of a job, one by one and in bulk. Beside the idle ones, which are taken off. */
export async function loadedClusters(server: CountedPostgres): Promise<void> {
  console.log("statements/job: measured computed deviation");
  for (const batch of [1, 1_000]) {
    await using database = await server.database();
    const node = await JobMaster.start({ master: database.url, workers: [{}], jobs: [work] });
    await pause(SETTLE_MS);
    const jobs = batch === 1 ? 500 : 10_000;
    const counts = await server.during(database.url, () => run(node, jobs, batch));
    const shape = { ...idleCluster(1, 5, "master"), batch, jobsPerSecond: jobs / counts.seconds };
    const own = counts.statements -
      loadOf({ ...shape, jobsPerSecond: 0 }).statements * counts.seconds;
    const computed = loadOf(shape).statements - loadOf({ ...shape, jobsPerSecond: 0 }).statements;
    const what = batch === 1 ? "one by one" : `${batch} a call`;
    console.log(`${what} | ${beside(own / jobs, computed * counts.seconds / jobs)}`);
    await node.stop({ graceful: false });
  }
}

async function run(node: JobMaster, jobs: number, batch: number): Promise<void> {
  for (let made = 0; made < jobs; made += batch) {
    if (batch === 1) await node.schedule.now(work);
    else await node.schedule.many(work, Array.from({ length: batch }, () => undefined));
  }
  const isDone = async () => await node.jobs.count({ statuses: ["Succeeded"] }) === jobs;
  await eventually("all jobs to succeed", isDone, { timeoutMs: 120_000, everyMs: 200 });
}

function alike(buckets: number) {
  const each = buckets / 5;
  return { VeryLow: each, Low: each, Medium: each, High: each, Critical: each };
}

function beside(measured: number, computed: number): string {
  const percent = Math.round(100 * deviation(measured, computed));
  return `${measured.toFixed(1)} ${computed.toFixed(1)} ${percent > 0 ? "+" : ""}${percent}%`;
}
