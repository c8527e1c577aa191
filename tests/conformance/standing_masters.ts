/**
 * Asks masters that stay open from case to case: their data is cleared before each, which takes few milliseconds
 * where opening takes hundreds.
 *
 * @module
 */

import type { Master } from "../../storage/port.ts";
import type { MasterCase } from "./conformance_case.ts";
import { keptOpen } from "./kept_open.ts";
import { runConformance, waitOnClock } from "./run_conformance.ts";

/** Masters to ask. */
export interface StandingMasters {
  /** Their name in the names of the tests. */
  readonly name: string;
  /** Opens one; all on the same data. */
  readonly open: () => Promise<Master>;
  /** Deletes all data. */
  readonly clear: () => PromiseLike<unknown>;
  /** Called once, when all are closed. */
  readonly end?: () => PromiseLike<unknown>;
}

/** Registers one test per case. */
export function runOnStandingMasters(
  cases: readonly MasterCase[],
  { name, open, clear, end }: StandingMasters,
): void {
  const masters: Promise<Master>[] = [];
  const nth = async (index: number) => keptOpen(await (masters[index] ??= open()));
  Deno.test.afterAll(async () => {
    for (const master of masters) await (await master)[Symbol.asyncDispose]();
    await end?.();
  });
  runConformance(cases, {
    name,
    async open() {
      const subject = await nth(0);
      await clear();
      const another = () => nth(1);
      return { subject, another, [Symbol.asyncDispose]: () => Promise.resolve() };
    },
    elapse: waitOnClock,
    staysOpen: true,
  });
}
