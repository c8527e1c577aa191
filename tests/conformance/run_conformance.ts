/**
 * Registers the cases of a port as tests of one adapter.
 *
 * @module
 */

import type { Master } from "../../storage/port.ts";
import type { CaseTools, ConformanceCase } from "./conformance_case.ts";

/** How an adapter is asked. */
export interface ConformanceOptions<Subject> {
  /** Its name in the names of the tests. */
  readonly name: string;
  /** Opens one without any data. */
  readonly open: () => Promise<Subject>;
  /** Lets time pass on its clock. */
  readonly elapse: (ms: number) => Promise<void> | void;
}

/** Registers one test per case. A case the adapter does not promise says so in its name and is not run. */
export function runConformance<
  Subject extends AsyncDisposable & { readonly capabilities: unknown },
>(
  cases: readonly ConformanceCase<Subject>[],
  { name, open, elapse }: ConformanceOptions<Subject>,
): void {
  const tools: CaseTools = { elapse: async (ms) => await elapse(ms) };
  for (const each of cases) {
    Deno.test(`${name}: ${each.name}`, async (test) => {
      await using subject = await open();
      if (each.requires?.(subject.capabilities) ?? true) await each.run(subject, tools);
      else await test.step({ name: "not promised by this adapter", ignore: true, fn: () => {} });
    });
  }
}

/** `elapse` for a master whose clock cannot be moved: waits until it has gone on by itself. */
export async function waitOnClock(master: Master, ms: number): Promise<void> {
  const untilMs = (await master.clusters.health()).clockMs + ms;
  while ((await master.clusters.health()).clockMs < untilMs);
}
