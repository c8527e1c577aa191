/**
 * A promise of a port as data, so that every adapter is asked the same.
 *
 * @module
 */

import type { Master } from "../../storage/port.ts";

/** What a case may do beside calling its subject. */
export interface CaseTools<Subject> {
  /** Lets `ms` milliseconds pass on the subject's clock. */
  readonly elapse: (ms: number) => Promise<void>;
  /** Opens the subject's data once more, over connections of its own. It is closed with the subject. */
  readonly another: () => Promise<Subject>;
}

/** One promise. */
export interface ConformanceCase<Subject> {
  /** `symbol does X when Y`. */
  readonly name: string;
  /** Rejects when the promise is broken. */
  run(subject: Subject, tools: CaseTools<Subject>): Promise<void>;
}

/** A promise of the master port. */
export type MasterCase = ConformanceCase<Master>;
