/**
 * A promise of a port as data, so that every adapter is asked the same.
 *
 * @module
 */

import type { Master } from "../../storage/port.ts";

/** What a case may do beside calling its subject. */
export interface CaseTools {
  /** Lets `ms` milliseconds pass on the subject's clock. */
  readonly elapse: (ms: number) => Promise<void>;
}

/** One promise. */
export interface ConformanceCase<Subject extends { readonly capabilities: unknown }> {
  /** `symbol does X when Y`. */
  readonly name: string;
  /** Which subjects it asks; every one when left out. */
  readonly requires?: (capabilities: Subject["capabilities"]) => boolean;
  /** Rejects when the promise is broken. */
  run(subject: Subject, tools: CaseTools): Promise<void>;
}

/** A promise of the master port. */
export type MasterCase = ConformanceCase<Master>;
