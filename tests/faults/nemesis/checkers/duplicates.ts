/**
 * Every run that did not end its job is explained: by what the master has on record of its attempt, or by what was done
 * to its process.
 *
 * @module
 */

import type { Run } from "../ledger.ts";
import type { MasterJob } from "../master_rows.ts";
import { type Account, shown, troublesOf } from "./account.ts";
import { isWinner } from "./conservation.ts";

/** Why a run was not the one that ended its job. */
export type Reason =
  /** It failed, and that is on record. */
  | "failed"
  /** Its attempt crashed, and that is on record. */
  | "crashed"
  /** It was told to stop, and its attempt was given back. */
  | "given back"
  /** The master did not have the job yet: it was run from a message, and again from the next delivery. */
  | "before it was saved";

/** All reasons. */
export const REASONS: readonly Reason[] = [
  "failed",
  "crashed",
  "given back",
  "before it was saved",
];

/** What was found. */
export interface Duplicates {
  /** How many runs there are of each kind. */
  readonly counts: Readonly<Record<Reason, number>>;
  /** Runs without a reason, and losses of leases without one. */
  readonly violations: readonly string[];
}

/** Looks at every run that did not end its job. */
export function checkDuplicates(account: Account): Duplicates {
  const counts = { "failed": 0, "crashed": 0, "given back": 0, "before it was saved": 0 };
  const violations: string[] = [];
  for (const [id, runs] of account.ledger.runs) {
    const job = account.rows.get(id);
    if (job === undefined) continue; // another checker's
    const finder = finderOf(job, runs);
    for (const run of runs) {
      if (isWinner(job, run)) continue;
      const reason = finder(account, run);
      if (reason === null) violations.push(`${shown(run)} is not explained`);
      else counts[reason]++;
      if (reason !== null && reason !== "failed" && !isExcused(account, run)) {
        violations.push(`${shown(run)} ${reason} though nothing had happened to its process`);
      }
    }
  }
  return { counts, violations };
}

/** Each attempt that is on record explains one run: the last one of it. */
function finderOf(job: MasterJob, runs: readonly Run[]) {
  const outcomes = new Map(job.executions.map(({ attempt, outcome }) => [attempt, outcome]));
  return (account: Account, run: Run): Reason | null => {
    const isLast = runs.findLast(({ attempt }) => attempt === run.attempt) === run;
    const outcome = isLast ? outcomes.get(run.attempt) : undefined;
    if (outcome === "crashed") return "crashed";
    if (outcome === "failed" || outcome === "timed_out") {
      return run.ended === "threw" ? "failed" : null;
    }
    if (outcome !== undefined) return null;
    if (run.told !== null) return "given back";
    return run.attempt === 1 && account.ledger.asked.get(job.id)?.asked === "agent"
      ? "before it was saved"
      : null;
  };
}

/** How long after a run what it comes to is decided at the latest, in leases. */
const DECIDED = 3;

function isExcused(account: Account, run: Run): boolean {
  const untilMs = Math.min(run.overMs, run.startMs + 60_000) + DECIDED * account.leaseMs;
  return troublesOf(account, run, untilMs).length > 0;
}
