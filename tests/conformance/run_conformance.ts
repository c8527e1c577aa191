/**
 * Registers the cases of a port as tests of one adapter.
 *
 * @module
 */

import type { Master } from "../../storage/port.ts";
import { pause } from "../support/eventually.ts";
import type { CaseTools, ConformanceCase } from "./conformance_case.ts";

/** What a case is asked of. Disposing it closes all that was opened for the case. */
export interface Opened<Subject> extends AsyncDisposable {
  /** Without any data. */
  readonly subject: Subject;
  /** See {@linkcode CaseTools.another}; left out by what can be opened once only. */
  readonly another?: () => Promise<Subject>;
}

/** How an adapter is asked. */
export interface ConformanceOptions<Subject> {
  /** Its name in the names of the tests. */
  readonly name: string;
  /** Opens one without any data. */
  readonly open: () => Promise<Opened<Subject>>;
  /** Lets time pass on its clock. */
  readonly elapse: (ms: number, subject: Subject) => Promise<void> | void;
  /** Whether `open` answers what stays open from case to case: nobody can say then what a case left behind. */
  readonly staysOpen?: boolean;
}

/** Registers one test per case. */
export function runConformance<Subject>(
  cases: readonly ConformanceCase<Subject>[],
  { name, open, elapse, staysOpen = false }: ConformanceOptions<Subject>,
): void {
  const sanitized = { sanitizeOps: !staysOpen, sanitizeResources: !staysOpen };
  for (const each of cases) {
    Deno.test({
      name: `${name}: ${each.name}`,
      ...sanitized,
      async fn() {
        await using opened = await open();
        const { subject, another = refuseAnother } = opened;
        const tools: CaseTools<Subject> = {
          elapse: async (ms) => await elapse(ms, subject),
          another,
        };
        await each.run(subject, tools);
      },
    });
  }
}

/** `elapse` for a master whose clock cannot be moved: waits until it has gone on by itself. */
export async function waitOnClock(ms: number, master: Pick<Master, "clusters">): Promise<void> {
  const now = async () => (await master.clusters.health()).clockMs;
  const untilMs = await now() + ms;
  for (let leftMs = ms; leftMs > 0; leftMs = untilMs - await now()) await pause(leftMs);
}

function refuseAnother(): never {
  throw new Error("This subject cannot be opened twice");
}
