/**
 * Two runs of one job go on at once only when the first one's process had lost its lease, and then the first is told to
 * stop, or its process is dead or stands still; and numbers of attempts grow.
 *
 * @module
 */

import { placeOf, type Run } from "../ledger.ts";
import { type Account, shown, troublesOf } from "./account.ts";

/** What was found. */
export interface Overlaps {
  /** Runs that began while another one went on. */
  readonly count: number;
  /** Those that must not be. */
  readonly violations: readonly string[];
}

/** How late a process may learn that its lease has ended: its timers are late when the machine is busy. */
const GRACE_MS = 2_000;

/** Looks at every two runs of every job. */
export function checkOverlaps(account: Account): Overlaps {
  const violations: string[] = [];
  let count = 0;
  for (const runs of account.ledger.runs.values()) {
    for (const [index, second] of runs.entries()) {
      for (const first of runs.slice(0, index)) {
        if (second.attempt < first.attempt) {
          violations.push(`${shown(second)} began after ${shown(first)}`);
        }
        if (first.overMs <= second.startMs) continue;
        count++;
        const problem = problemOf(account, first, second);
        if (problem !== null) {
          violations.push(`${shown(second)} began while ${shown(first)} went on, which ${problem}`);
        }
      }
    }
  }
  return { count, violations };
}

function problemOf(account: Account, first: Run, second: Run): string | null {
  if (first.process === second.process && first.told === null) return "is in the same process";
  if (troublesOf(account, first, second.startMs).length === 0) return "nothing had happened to";
  const excusedMs = Math.max(second.startMs, stillUntil(account, first, second)) + GRACE_MS;
  if (first.overMs <= excusedMs) return null;
  if (first.told === null) return "was never told to stop";
  if (first.told.atMs > excusedMs) {
    return `was told to stop ${Math.round(first.told.atMs - second.startMs)} ms too late`;
  }
  return null;
}

/** Until when the process of the first run stands still, when it does as the second begins. */
function stillUntil({ ledger }: Account, { process }: Run, { startMs }: Run): number {
  const still = ledger.troubles.filter(({ kind, target, fromMs, untilMs }) =>
    (kind === "pause" || kind === "gap") && target === placeOf(process) &&
    fromMs <= startMs && startMs <= untilMs
  );
  return Math.max(0, ...still.map(({ untilMs }) => untilMs));
}
