/**
 * The flow of jobs, put together from its parts.
 *
 * @module
 */

import type { JobStore } from "../port.ts";
import type { SqliteConnection } from "./connection.ts";
import { ExecutionRecord } from "./execution_record.ts";
import type { FinalTally } from "./final_tally.ts";
import { JobChanges } from "./job_changes.ts";
import { JobFlow } from "./job_flow.ts";
import type { JobInsertion } from "./job_insertion.ts";
import { JobIntake } from "./job_intake.ts";
import { JobReclaim } from "./job_reclaim.ts";
import type { JobRemoval } from "./job_removal.ts";
import { JobSettling } from "./job_settling.ts";
import type { Proofs } from "./proofs.ts";
import type { Tables } from "../sql/table_names.ts";

/** What the flow of jobs shares with the other stores. */
export interface JobStoreParts {
  /** Checks what calls may act on. */
  readonly proofs: Proofs;
  /** Counts ended jobs. */
  readonly tally: FinalTally;
  /** Deletes ended jobs. */
  readonly removal: JobRemoval;
  /** Makes rows of new jobs. */
  readonly insertion: JobInsertion;
}

/** The flow of jobs in SQLite. */
export function sqliteJobStore(
  connection: SqliteConnection,
  tables: Tables,
  parts: JobStoreParts,
): JobStore {
  const executions = new ExecutionRecord(connection, tables);
  const intake = new JobIntake(connection, parts.proofs, parts.insertion);
  const flow = new JobFlow(connection, tables, parts.proofs);
  const settling = new JobSettling(connection, tables, { ...parts, executions });
  const reclaim = new JobReclaim(connection, tables, { ...parts, executions });
  const changes = new JobChanges(connection, tables, parts);
  return {
    insert: (input) => intake.insert(input),
    listDue: (input) => flow.listDue(input),
    assign: (input) => flow.assign(input),
    fetch: (input) => flow.fetch(input),
    claim: (input) => flow.claim(input),
    mark: (input) => flow.mark(input),
    settle: (input) => settling.settle(input),
    release: (input) => flow.release(input),
    reclaim: (input) => reclaim.reclaim(input),
    change: (input) => changes.change(input),
  };
}
