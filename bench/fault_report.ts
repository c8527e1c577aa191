/**
 * What `agent_faults.ts` says of a case.
 *
 * @module
 */

import { percentiles } from "../cli/bench_run.ts";
import type { FaultCase } from "./fault_cases.ts";
import type { Call } from "./fault_producer.ts";
import { judge, printFigures, summary } from "./figures.ts";
import type { Left } from "./messages_left.ts";
import { fateOf, FATES, fatesOf, firstStart, type JobFacts } from "./run_account.ts";

/** What a case has left behind. */
export interface FaultRun {
  /** The name of the case. */
  readonly name: string;
  /** The case. */
  readonly fault: FaultCase;
  /** Every call. */
  readonly calls: readonly Call[];
  /** What is known of each job. */
  readonly facts: ReadonlyMap<string, JobFacts>;
  /** Ids of messages in stores that were wiped. */
  readonly wiped: ReadonlySet<string>;
  /** How often the trouble came. */
  readonly strikes: number;
  /** Connections that were cut. */
  readonly cuts: number;
  /** What is left on the agent connection. */
  readonly left: Left;
  /** How long scheduling took, in milliseconds. */
  readonly producedMs: number;
  /** How long everything took. */
  readonly ranMs: number;
  /** What nodes have complained about. */
  readonly lines: readonly string[];
}

/** Prints the account of a case and judges it. */
export function reportFaults(run: FaultRun): void {
  const { name, fault, calls, strikes, cuts, producedMs, ranMs } = run;
  const seconds = (ms: number) => (ms / 1_000).toFixed(1);
  const groups = Map.groupBy(calls, groupOf);
  printFigures(
    `${name}: ${fault.says}; ${strikes} times, ${cuts} connections cut; ` +
      `scheduled in ${seconds(producedMs)} s, ended after ${seconds(ranMs)} s`,
    ["asked → answered", "jobs", ...FATES, "wait p50", "p99", "max, s"],
    [...groups].sort(([one], [other]) => one.localeCompare(other)).map(([group, some]) => [
      ...[group, some.length],
      ...fatesOf(some.map(({ id }) => run.facts.get(id)!)),
      ...waits(some, run),
    ]),
  );
  printOutcomes(run);
  for (const line of summary(run.lines)) console.log(`  nodes said: ${line}`);
  judge(promisesOf(run));
}

function groupOf({ asked, answer }: Call): string {
  return `${asked} → ${typeof answer === "string" ? answer : `refused: ${answer.code}`}`;
}

/** From the call to the first start, in seconds. */
function waits(calls: readonly Call[], { facts }: FaultRun): readonly string[] {
  const sample = calls.flatMap(({ id, atMs }) => {
    const startedAtMs = firstStart(facts.get(id)!);
    return startedAtMs === undefined ? [] : [(startedAtMs - atMs) / 1_000];
  });
  const { p50, p99 } = percentiles(sample);
  return [p50, p99, Math.max(0, ...sample)].map((each) => each.toFixed(2));
}

/** How attempts ended that did not succeed. */
function printOutcomes({ facts }: FaultRun): void {
  const outcomes = [...facts.values()].flatMap(({ row }) => row?.outcomes ?? []);
  const counts = [...Map.groupBy(outcomes, (outcome) => outcome)]
    .map(([outcome, all]) => `${all.length} ${outcome}`);
  console.log(`\n  attempts: ${counts.join(", ")}`);
}

function promisesOf(run: FaultRun): Readonly<Record<string, boolean>> {
  const { calls, facts, wiped, left } = run;
  const fate = ({ id }: Call) => fateOf(facts.get(id)!);
  const ends = (some: readonly Call[]) =>
    some.every((call) => fate(call) === "once" || fate(call) === "again");
  const durable = calls.filter(({ answer }) => answer === "durable");
  const acknowledged = calls.filter(({ answer }) => answer === "acknowledged");
  const lost = acknowledged.filter((call) => fate(call) === "lost");
  const isWiped = ({ id }: Call) => wiped.has(`local/${id}:new`);
  const mayBeLost = wiped.size === 0
    ? "what was acknowledged by the agent succeeded, exactly once"
    : `what was acknowledged by the agent succeeded, exactly once, but for ${lost.length} jobs ` +
      `whose message was in a store that was wiped`;
  return {
    "what was accepted as durable succeeded, exactly once": ends(durable),
    [mayBeLost]: lost.every(isWiped) && ends(acknowledged.filter((call) => !lost.includes(call))),
    "what was refused ran once or not at all": calls.every((call) =>
      typeof call.answer === "string" || ["lost", "once", "again"].includes(fate(call))
    ),
    [`nothing is left in queues (${left.messages}) or parked (${left.parked})`]:
      left.messages + left.parked === 0,
  };
}
