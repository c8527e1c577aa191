/**
 * What `mixed_cluster.ts` found.
 *
 * @module
 */

import { percentiles } from "../cli/bench_run.ts";
import { judge, printFigures, summary } from "./figures.ts";
import type { Left } from "./messages_left.ts";
import type { MixedCall } from "./mixed_producer.ts";
import type { NodeProcess } from "./node_process.ts";
import {
  fateOf,
  FATES,
  fatesOf,
  firstStart,
  type JobFacts,
  type JobRow,
  type Start,
} from "./run_account.ts";

/** What a run has left behind. */
export interface MixedRun {
  /** Every call. */
  readonly calls: readonly MixedCall[];
  /** Jobs of each kind. */
  readonly count: number;
  /** How long everything took, in milliseconds. */
  readonly ranMs: number;
  /** What is left on agent connections. */
  readonly left: readonly Left[];
  /** Buckets of the dead that nobody has removed. */
  readonly lostBuckets: number;
  /** Whose process was killed, and when. */
  readonly killed: { readonly agent: string; readonly atMs: number } | undefined;
  /** The master's rows. */
  readonly rows: ReadonlyMap<string, JobRow>;
  /** What handlers wrote down. */
  readonly starts: ReadonlyMap<string, readonly Start[]>;
  /** Processor time that processes used a second before there were jobs, in seconds. */
  readonly idle: ReadonlyMap<string, number>;
  /** The processes. */
  readonly nodes: readonly NodeProcess[];
}

/** Prints it, and judges it. */
export function reportMixed(run: MixedRun): void {
  const { calls, killed } = run;
  const told = calls.map((call) => ({ call, facts: factsOf(run, call) }));
  printFigures(
    "What became of every job",
    ["due, asked → answered", "jobs", ...FATES],
    [...Map.groupBy(told, ({ call }) => `${call.kind}, ${call.asked} → ${call.answer}`)]
      .sort(([one], [other]) => one.localeCompare(other))
      .map(([group, some]) => [group, some.length, ...fatesOf(some.map(({ facts }) => facts))]),
  );
  printAgents(run, told.map(({ facts }) => facts));
  printTimes(run, told);
  printFigures(
    "Processor time, in seconds",
    ["process", "a second, idle before", "all in all"],
    run.nodes.filter((node) => node.cpuSeconds() > 0).map((node) => [
      ...[node.name, run.idle.get(node.name) ?? "", node.cpuSeconds()],
    ]),
  );
  if (killed !== undefined) console.log(`\n  killed: the executor on ${killed.agent}`);
  const outcomes = [...run.rows.values()].flatMap((row) => row.outcomes);
  const counts = [...Map.groupBy(outcomes, (each) => each)].map(([each, all]) =>
    `${all.length} ${each}`
  );
  console.log(`\n  attempts: ${counts.join(", ")}`);
  for (const { name, complaints } of run.nodes) {
    for (const line of summary(complaints)) console.log(`  ${name} said: ${line}`);
  }
  judge(promisesOf(run, told.map(({ facts }) => facts)));
}

type Told = { readonly call: MixedCall; readonly facts: JobFacts };

function factsOf({ rows, starts }: MixedRun, { id }: MixedCall): JobFacts {
  return { id, row: rows.get(id), starts: starts.get(id) ?? [] };
}

function printAgents({ left }: MixedRun, jobs: readonly JobFacts[]): void {
  const byAgent = Map.groupBy(jobs, ({ row }) => agentOf(row?.worker));
  printFigures(
    "Where they ran",
    ["agent connection", "jobs", "messages left", "parked"],
    [...byAgent].sort(([one], [other]) => one.localeCompare(other)).map(([agent, some]) => {
      const { messages = 0, parked = 0 } = left.find((each) => each.agent === agent) ?? {};
      return [agent, some.length, messages, parked];
    }),
  );
}

/** Workers that execute are named by their agent connection and their lane. */
function agentOf(worker: string | null | undefined): string {
  return worker?.replace(/-[a-d]\..*$/, "") ?? "none";
}

function printTimes({ calls, ranMs, starts }: MixedRun, told: readonly Told[]): void {
  const began = Math.min(...calls.map(({ atMs }) => atMs[0]));
  const acceptedMs = Math.max(...calls.map(({ atMs }) => atMs[1])) - began;
  const started = [...starts.values()].flat().map(({ atMs }) => atMs);
  const runMs = started.reduce((latest, atMs) => Math.max(latest, atMs), 0) -
    started.reduce((first, atMs) => Math.min(first, atMs), Infinity);
  const lateness = (kind: MixedCall["kind"]) =>
    told.flatMap(({ call, facts }) => {
      const startedAtMs = firstStart(facts);
      if (call.kind !== kind || startedAtMs === undefined) return [];
      return [startedAtMs - (kind === "now" ? call.atMs[0] : facts.row?.dueAtMs ?? startedAtMs)];
    });
  const row = (what: string, sample: readonly number[]) => {
    const { p50, p99 } = percentiles(sample);
    return [what, sample.length, ...[p50, p99, Math.max(0, ...sample)].map(Math.round)];
  };
  printFigures("How late they started, in milliseconds", ["", "jobs", "p50", "p99", "max"], [
    row("due at once: since the call", lateness("now")),
    row("due later: since they were due", lateness("later")),
  ]);
  const perSecond = (jobs: number, ms: number) => Math.round(jobs / ms * 1_000);
  printFigures("How fast", ["", "jobs", "seconds", "jobs/s"], [
    ["accepted", calls.length, acceptedMs / 1_000, perSecond(calls.length, acceptedMs)],
    ["run, first to last start", starts.size, runMs / 1_000, perSecond(starts.size, runMs)],
    ["all in all, start of the producer included", calls.length, ranMs / 1_000, ""],
  ]);
}

function promisesOf(
  { calls, count, left, lostBuckets, killed, starts, rows }: MixedRun,
  jobs: readonly JobFacts[],
): Readonly<Record<string, boolean>> {
  const fates = jobs.map(fateOf);
  const ids = new Set(calls.map(({ id }) => id));
  const crashed = jobs.filter(({ row }) => row?.outcomes.includes("crashed")).length;
  return {
    [`all ${2 * count} calls were accepted`]: calls.length === 2 * count &&
      calls.every(({ answer }) => answer !== "refused"),
    ...(killed === undefined
      ? {
        "each job has one execution in the master and one line in the files": fates.every((fate) =>
          fate === "once"
        ),
      }
      : {
        [`no job is lost; each has one success and one line an attempt, ${crashed} after a crash`]:
          fates.every((fate) => fate === "once" || fate === "again"),
      }),
    "no job is there that nobody asked for": [...starts.keys(), ...rows.keys()].every((id) =>
      ids.has(id)
    ),
    "no message is left, none was parked": left.every(({ messages, parked }) =>
      messages + parked === 0
    ),
    "no bucket of the dead is left": lostBuckets === 0,
  };
}
