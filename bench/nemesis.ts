/**
 * Random trouble for a whole cluster, again and again: which promises hold?
 *
 * `deno run -A bench/nemesis.ts [--master postgres|mysql|sqlite] [--agent nats|mysql|postgres|none] [--seconds 60]
 * [--seed N] [--runs N] [--records FOLDER] [--verbose]`: servers of its own, three nodes and two callers in processes of their own, leases of 6 s. A run
 * has a plan of faults that its seed decides: processes killed and frozen, connections cut, refused, swallowed and
 * delayed, servers killed. Then all is healed, and everything that was accepted has to end. Run N has the seed N counted
 * from `--seed`. Ends with 1 when a promise was broken, and says which seed to run again.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { systemClock } from "../core/clock.ts";
import { runNemesis, type Verdict } from "../tests/faults/nemesis/run.ts";
import { REASONS } from "../tests/faults/nemesis/checkers/duplicates.ts";
import type { WorldOptions } from "../tests/faults/nemesis/world.ts";
import { willOwnServers } from "../tests/support/servers/test_servers.ts";
import { printFigures, summary } from "./figures.ts";

const LEASE = { leaseMs: 6_000, renewMs: 2_000 };
const QUIET_MS = 240_000;

const { values } = parseArgs({
  args: Deno.args,
  options: {
    master: { type: "string", default: "postgres" },
    agent: { type: "string", default: "none" },
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(systemClock.now() % 1_000_000) },
    runs: { type: "string", default: "1" },
    records: { type: "string" },
    verbose: { type: "boolean", default: false },
  },
});
const { master, agent } = values as Pick<WorldOptions, "master" | "agent">;
const [seconds, firstSeed, runs] = [values.seconds, values.seed, values.runs].map(Number) as [
  ...[number, number, number],
];

await willOwnServers();
const verdicts: (readonly [seed: number, verdict: Verdict])[] = [];
for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
  const records = values.records === undefined ? undefined : `${values.records}/${seed}`;
  if (records !== undefined) await Deno.mkdir(records, { recursive: true });
  const verdict = await runNemesis({
    ...{ master, agent, seconds, seed },
    ...(records === undefined ? {} : { records }),
    ...{ lease: LEASE, quietMs: QUIET_MS },
  });
  verdicts.push([seed, verdict]);
  tell(seed, verdict);
}
printFigures(
  `${master}, agent connection: ${agent}; ${seconds} s of trouble a run`,
  [
    ...["seed", "faults", "asked", "accepted", "unknown", "of them made", "occurrences", "ended"],
    ...["lost", "stuck", "unexpected", "runs", ...REASONS, "overlaps", "quiet after, s", "broken"],
  ],
  verdicts.map(([seed, verdict]) => [String(seed), ...figuresOf(verdict)]),
);
const broken = verdicts.filter(([, { violations }]) => violations.length > 0);
for (const [seed] of broken) {
  console.log(
    `\n  again: deno run -A bench/nemesis.ts --master ${master} --agent ${agent} --seconds ${seconds} --seed ${seed}`,
  );
}
Deno.exitCode = broken.length === 0 ? 0 : 1;

/** What was done in a run, and what was broken by it. */
function tell(seed: number, { faults, violations, complaints }: Verdict): void {
  const kinds = Map.groupBy(faults, ({ kind }) => kind);
  const done = [...kinds].map(([kind, all]) => `${all.length} × ${kind}`).join(", ");
  console.log(`seed ${seed}: ${done}`);
  if (values.verbose) {
    for (const { atMs, kind, target, lastsMs } of faults) {
      console.log(`  ${(atMs / 1_000).toFixed(1)} s: ${kind} ${target}, ${lastsMs} ms`);
    }
    for (const line of summary(complaints)) console.log(`  said: ${line}`);
  }
  for (const violation of violations.slice(0, 20)) console.log(`  BROKEN ${violation}`);
  if (violations.length > 20) console.log(`  and ${violations.length - 20} more`);
}

function figuresOf(verdict: Verdict): readonly number[] {
  const { ledger, queue, duplicates } = verdict;
  const asked = [...ledger.asked.values()];
  const unknown = asked.filter(({ answer }) => answer === "unknown").length;
  const refused = asked.filter(({ answer }) => answer === "refused").length;
  return [
    ...[verdict.faults.length, asked.length, asked.length - unknown - refused, unknown],
    ...[queue.recovered.length, verdict.occurrences, verdict.ended],
    ...[queue.lost.length, queue.stuck.length, queue.unexpected.length],
    [...ledger.runs.values()].reduce((sum, { length }) => sum + length, 0),
    ...REASONS.map((reason) => duplicates.counts[reason]),
    ...[verdict.overlaps, Math.round(verdict.quietMs / 1_000), verdict.violations.length],
  ];
}
