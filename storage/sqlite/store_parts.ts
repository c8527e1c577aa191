/**
 * What several stores share.
 *
 * @module
 */

import type { SqliteConnection } from "./connection.ts";
import { FinalTally } from "./final_tally.ts";
import { JobInsertion } from "./job_insertion.ts";
import { JobRemoval } from "./job_removal.ts";
import { Proofs } from "./proofs.ts";
import type { Tables } from "../sql/table_names.ts";

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
export function storeParts(connection: SqliteConnection, tables: Tables): StoreParts {
  const proofs = new Proofs(connection, tables);
  const tally = new FinalTally(connection, tables);
  const removal = new JobRemoval(connection, tables, tally);
  const insertion = new JobInsertion(connection, tables, proofs);
  return { proofs, tally, removal, insertion };
}
