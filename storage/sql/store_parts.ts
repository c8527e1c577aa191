/**
 * What several stores share.
 *
 * @module
 */

import type { Dialect } from "./dialect.ts";
import { FinalTally } from "./final_tally.ts";
import { JobInsertion } from "./job_insertion.ts";
import { JobRemoval } from "./job_removal.ts";
import { Proofs } from "./proofs.ts";
import type { Tables } from "./table_names.ts";

/** What several stores share. */
export interface StoreParts {
  /** Checks what calls may act on. */
  readonly proofs: Proofs;
  /** Counts ended jobs. */
  readonly tally: FinalTally;
  /** Deletes jobs. */
  readonly removal: JobRemoval;
  /** Makes rows of new jobs. */
  readonly insertion: JobInsertion;
}

/** Makes them, for `tables`. */
export function storeParts(dialect: Dialect, tables: Tables): StoreParts {
  const proofs = new Proofs(tables, dialect);
  const tally = new FinalTally(dialect, tables);
  const removal = new JobRemoval(dialect, tables, tally);
  const insertion = new JobInsertion(dialect, tables, proofs);
  return { proofs, tally, removal, insertion };
}
