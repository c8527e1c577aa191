/**
 * Every job that was accepted has ended once; nothing is there that nobody asked for.
 *
 * @module
 */

import { isFinal } from "../../../../core/job.ts";
import type { Account } from "./account.ts";

/** What became of everything that was asked for. */
export interface Queue {
  /** Accepted, and gone. */
  readonly lost: readonly string[];
  /** There, and not ended. */
  readonly stuck: readonly string[];
  /** There, or run, though nobody asked for it or it was refused. */
  readonly unexpected: readonly string[];
  /** Not known to be accepted, and there. */
  readonly recovered: readonly string[];
  /** Run, and the master does not know it. */
  readonly phantom: readonly string[];
}

/** Judges it. */
export function checkQueue({ ledger: { asked, runs, schedules }, rows }: Account): Queue {
  const made = new Set(schedules.map(({ schedule }) => schedule));
  const isExpected = (job: string) =>
    made.has(rows.get(job)?.schedule ?? "") || (asked.get(job)?.answer ?? "refused") !== "refused";
  const accepted = [...asked.values()].filter(({ answer }) =>
    answer === "durable" || answer === "acknowledged"
  );
  const unknown = [...asked.values()].filter(({ answer }) => answer === "unknown");
  return {
    lost: accepted.map(({ job }) => job).filter((job) => !rows.has(job)),
    stuck: [...rows.values()].filter(({ status }) => !isFinal(status)).map(({ id }) => id),
    unexpected: [...new Set([...rows.keys(), ...runs.keys()])].filter((job) => !isExpected(job)),
    recovered: unknown.map(({ job }) => job).filter((job) => rows.has(job)),
    phantom: [...runs.keys()].filter((job) => asked.has(job) && !rows.has(job)),
  };
}

/** What of it breaks a promise. */
export function violationsOf(queue: Queue): readonly string[] {
  return (["lost", "stuck", "unexpected", "phantom"] as const).flatMap((kind) =>
    queue[kind].map((job) => `${kind}: job ${job}`)
  );
}
