/**
 * Runs simulated clusters, seed after seed, and says how far time went and which promises were broken.
 *
 * `deno run -A bench/simulation.ts --seeds 2000 --from 1`; `--seeds 1 --from N --show` prints all that happened in one.
 * Ends with 1 when a promise was broken or a seed ran in two ways.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { systemClock } from "../core/clock.ts";
import { simulate, type SimulationReport } from "../tests/simulation/simulate.ts";

interface Sums {
  bad: number;
  virtualMs: number;
  steps: number;
  jobs: number;
  runs: number;
}

const { values } = parseArgs({
  args: Deno.args,
  options: {
    seeds: { type: "string", default: "2000" },
    from: { type: "string", default: "1" },
    show: { type: "boolean", default: false },
    once: { type: "boolean", default: false },
    "until-bad": { type: "boolean", default: false },
  },
});

await simulate(0); // loads all modules: a seed that does so runs in another way
const first = Number(values.from);
const last = first + Number(values.seeds) - 1;
const sums: Sums = { bad: 0, virtualMs: 0, steps: 0, jobs: 0, runs: 0 };
const startedMs = systemClock.monotonic();
for (let seed = first; seed <= last; seed++) {
  const report = await simulate(seed);
  const again = values.once ? report : await simulate(seed);
  account(report, again);
  if (values["until-bad"] && sums.bad > 0) Deno.exit(1);
  if ((seed - first + 1) % 100 === 0) console.error(`${seed - first + 1} seeds`);
}
const tookMs = (systemClock.monotonic() - startedMs) / (values.once ? 1 : 2);
console.table({
  seeds: last - first + 1,
  "with violations": sums.bad,
  jobs: sums.jobs,
  "handlers called": sums.runs,
  "virtual hours": Number((sums.virtualMs / 3_600_000).toFixed(1)),
  "virtual hours a minute": Number((sums.virtualMs / 60 / tookMs).toFixed(1)),
  "steps a second": Math.round(sums.steps / tookMs * 1_000),
});
Deno.exit(sums.bad > 0 ? 1 : 0);

function account(report: SimulationReport, again: SimulationReport): void {
  const { seed, violations, lines } = report;
  if (values.show) console.log(lines.join("\n"));
  const broken = report.trace === again.trace ? violations : [...violations, "it ran in two ways"];
  if (broken.length > 0) console.log(`seed ${seed}\n  ${broken.join("\n  ")}`);
  sums.bad += broken.length > 0 ? 1 : 0;
  for (const key of ["virtualMs", "steps", "jobs", "runs"] as const) sums[key] += report[key];
}
