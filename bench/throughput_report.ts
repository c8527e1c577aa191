/**
 * What `agent_throughput.ts` measured.
 *
 * @module
 */

import { printFigures } from "./figures.ts";
import type { RowCounts } from "./statement_count.ts";

/** One run. */
export interface Throughput {
  /** In which processes. */
  readonly layout: string;
  /** The kind of agent connection. */
  readonly kind: string;
  /** Who was to accept the jobs. */
  readonly acceptance: "durable" | "agent";
  /** From the first call to the last answer, in milliseconds. */
  readonly acceptedMs: number;
  /** From the first call to the end of the last job, in milliseconds. */
  readonly ranMs: number;
  /** Statements the master was asked meanwhile. */
  readonly statements: number;
  /** Rows it wrote. */
  readonly rows: RowCounts;
  /** Jobs that did not run exactly once. */
  readonly wrong: number;
  /** Messages left on the agent connection. */
  readonly left: number;
}

/** Prints all runs, each beside the one without an agent connection. */
export function printThroughput(measured: readonly Throughput[], jobs: number): void {
  for (const [layout, runs] of Map.groupBy(measured, (run) => run.layout)) {
    const plain = runs.find(({ kind }) => kind === "none") ?? runs[0]!;
    printFigures(
      `${jobs.toLocaleString("en")} jobs, one a call, ${layout}`,
      [
        ...["agent, accepted by", "accepted/s", "ratio", "run/s", "ratio"],
        ...["statements/job", "inserted/job", "updated/job"],
      ],
      runs.map((run) => [
        `${run.kind}, ${run.acceptance === "agent" ? "the agent" : "the master"}`,
        perSecond(jobs, run.acceptedMs),
        (plain.acceptedMs / run.acceptedMs).toFixed(2),
        perSecond(jobs, run.ranMs),
        (plain.ranMs / run.ranMs).toFixed(2),
        (run.statements / jobs).toFixed(2),
        ...run.rows.map((rows) => (rows / jobs).toFixed(2)),
      ]),
    );
  }
}

function perSecond(jobs: number, ms: number): number {
  return Math.round(jobs / Math.max(ms, 1) * 1_000);
}
