/**
 * Compares a table of legal steps with what the specification says, typed out by hand.
 *
 * @module
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";

/** A table of legal steps, and the function that answers from it. */
export interface StepTable<S extends string> {
  /** Every status. */
  readonly statuses: readonly S[];
  /** What is under test. */
  readonly table: Readonly<Record<S, readonly S[]>>;
  /** Answers from the table. */
  readonly isLegal?: (from: S, to: S) => boolean;
  /** The legal targets of each status, separated by blanks. */
  readonly expected: Readonly<Record<S, string>>;
}

/** Fails unless the table is complete, closed and exactly the expected one. */
export function assertSteps<S extends string>(
  { statuses, table, expected, isLegal }: StepTable<S>,
): void {
  deepStrictEqual(Object.keys(table).toSorted(), statuses.toSorted(), "an entry per status");
  for (const from of statuses) {
    const targets = table[from];
    strictEqual(new Set(targets).size, targets.length, `${from} names a target twice`);
    for (const to of targets) ok(statuses.includes(to), `${from} leads to "${to}", no status`);
    const wanted = expected[from].split(" ").filter((word) => word !== "");
    deepStrictEqual(targets.toSorted(), wanted.toSorted(), `steps from ${from}`);
    for (const to of statuses) {
      strictEqual(isLegal?.(from, to) ?? wanted.includes(to), wanted.includes(to), `${from}→${to}`);
    }
    ok(!wanted.includes(from), `${from} leads to itself`);
  }
}
