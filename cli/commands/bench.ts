/**
 * `bench`: measures a master and one node.
 *
 * @module
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { shortId } from "../../core/ids.ts";
import { type BenchReport, runBench } from "../bench_run.ts";
import type { Cli } from "../cli.ts";
import type { CommandContext } from "../context.ts";
import { readWhole } from "../enqueue_request.ts";
import { EXIT, type ExitCode } from "../exit_codes.ts";
import { MasterAccess } from "../master_access.ts";
import { addJsonOption, type OutputFlags, printJson } from "../output.ts";
import { readAgents } from "../start_options.ts";
import { print, say } from "../terminal/terminal.ts";

interface Flags extends OutputFlags {
  readonly master?: string;
  readonly agent?: string[];
  readonly jobs: string;
  readonly concurrency: string;
  readonly probes: string;
  readonly parallelism: string;
}

/** Adds the command. */
export function addBench(program: Command, cli: Cli): void {
  const command = program.command("bench")
    .description("measure how fast jobs are taken, run and started on a master")
    .option("--master <url>", "master database (JOBMASTER_MASTER; default a temporary SQLite file)")
    .option("--agent <NAME=URL...>", "agent connections that jobs travel over (default none)")
    .option("--jobs <n>", "jobs to enqueue in bulk and run", "20000")
    .option("--concurrency <n>", "calls at once when jobs are enqueued one a call", "16")
    .option("--probes <n>", "jobs started one after the other on the idle node", "200")
    .option("--parallelism <n>", "parallelism of the worker; 1 runs 4 jobs at once", "10");
  addJsonOption(command).addHelpText(
    "after",
    `
Works in a cluster of its own, "bench-<random>", and deletes its jobs afterwards. Other work on the
same master disturbs the measurement, and is disturbed by it.`,
  );
  cli.runs<[Flags]>(command, (flags) => bench(flags, cli.context));
}

async function bench(flags: Flags, context: CommandContext): Promise<ExitCode> {
  const { terminal, random, clock } = context;
  const sizes = {
    jobs: readWhole(flags.jobs, "--jobs", { min: 1, max: 1_000_000 }),
    concurrency: readWhole(flags.concurrency, "--concurrency", { min: 1, max: 1_000 }),
    probes: readWhole(flags.probes, "--probes", { min: 1, max: 10_000 }),
    parallelism: readWhole(flags.parallelism, "--parallelism", { min: 1, max: 1_000 }),
  };
  await using place = await openPlace(flags.master ?? context.env("JOBMASTER_MASTER"));
  const agents = readAgents(flags.agent, undefined) ?? {};
  const cluster = `bench-${shortId(random)}`;
  await warnOfWorkers(place.master, context);
  const onPhase = (phase: string) => say(terminal, phase);
  const report = await runBench({
    ...{ ...sizes, master: place.master, agents, cluster, clock, onPhase },
  });
  if (!place.temporary) await deleteJobs(place.master, cluster, context);
  if (flags.json) printJson(terminal, { ...report, master: new MasterAccess(place.master).label });
  else for (const line of reportLines(report)) print(terminal, line);
  return EXIT.ok;
}

interface Place extends AsyncDisposable {
  readonly master: string;
  readonly temporary: boolean;
}

/** The master that was said, or a new SQLite file that goes away afterwards. */
async function openPlace(said: string | undefined): Promise<Place> {
  if (said !== undefined) {
    return { master: said, temporary: false, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const folder = await mkdtemp(join(tmpdir(), "jobmaster-bench-"));
  return {
    master: `sqlite:${join(folder, "bench.db")}`,
    temporary: true,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Says so when others work on this master. */
async function warnOfWorkers(url: string, { terminal }: CommandContext): Promise<void> {
  const access = new MasterAccess(url);
  if ((await access.inspect()).current === 0) return;
  await using master = await access.open();
  for (const { id } of await master.clusters.list({ limit: 100 })) {
    const workers = await master.workers.list({ clusterId: id, limit: 1_000 });
    const alive = workers.filter(({ status }) => status === "Active").length;
    if (alive === 0) continue;
    say(
      terminal,
      `warning: cluster "${id}" of this master has ${alive} workers; expect disturbance`,
    );
  }
}

async function deleteJobs(url: string, cluster: string, context: CommandContext): Promise<void> {
  await using master = await new MasterAccess(url).open();
  const cutMs = context.clock.now() + 1;
  const jobs = { clusterId: cluster, finishedBeforeMs: cutMs, limit: PURGE_LIMIT };
  while (await master.history.purgeJobs(jobs) > 0);
  const logs = { clusterId: cluster, writtenBeforeMs: cutMs, limit: PURGE_LIMIT };
  while (await master.history.purgeLogs(logs) > 0);
  say(context.terminal, `Deleted the jobs; the empty cluster "${cluster}" stays in the master`);
}

const PURGE_LIMIT = 1_000;

function reportLines(report: BenchReport): string[] {
  const { scheduleToStartMs: wait, residentBytes } = report;
  const rate = (perSecond: number) => `${perSecond.toLocaleString("en")} jobs/s`;
  const megabytes = (bytes: number) => `${Math.round(bytes / 1_048_576)} MB`;
  return [
    `bulk enqueue       ${rate(report.bulkEnqueuePerSecond)}`,
    `single enqueue     ${
      rate(report.singleEnqueuePerSecond)
    } (${report.concurrency} calls at once)`,
    `run                ${rate(report.runPerSecond)} (${report.jobs.toLocaleString("en")} jobs)`,
    `schedule to start  p50 ${wait.p50} ms, p95 ${wait.p95} ms, p99 ${wait.p99} ms`,
    `memory             ${megabytes(residentBytes.before)} before, ${
      megabytes(residentBytes.after)
    } after`,
  ];
}
