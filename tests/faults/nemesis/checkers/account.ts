/**
 * What checkers look at, and what they say.
 *
 * @module
 */

import { EVERYBODY, type Ledger, placeOf, type Run, type Trouble } from "../ledger.ts";
import type { MasterJob } from "../master_rows.ts";

/** What was recorded, and what the master says once all is quiet. */
export interface Account {
  /** What was recorded. */
  readonly ledger: Ledger;
  /** What the master has. */
  readonly rows: ReadonlyMap<string, MasterJob>;
  /** Leases of the nodes, in milliseconds. */
  readonly leaseMs: number;
}

/** The troubles with the process of a run that may have to do with what became of it until `untilMs`. */
export function troublesOf(
  { ledger, leaseMs }: Pick<Account, "ledger" | "leaseMs">,
  { process, startMs }: Run,
  untilMs: number,
): readonly Trouble[] {
  const place = placeOf(process);
  const aftermathMs = 2 * leaseMs; // a dead connection is noticed, a lease is lost, later than the trouble began
  return ledger.troubles.filter(({ kind, target, fromMs, untilMs: healedMs }) => {
    if (fromMs > untilMs) return false;
    if (kind === "kill") return target === place && fromMs >= startMs;
    const concerns = target === place || target.startsWith(`${place} `) ||
      ["master", "agent", EVERYBODY].includes(target);
    return concerns && healedMs + aftermathMs >= startMs;
  });
}

/** A run, for people. */
export function shown({ job, process, run, attempt, token, told }: Run): string {
  const word = told === null ? "" : `, told ${told.code}`;
  return `run ${process}/${run} of job ${job} (attempt ${attempt}, token ${token}${word})`;
}
