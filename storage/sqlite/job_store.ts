/**
 * The flow of jobs, put together from its parts.
 *
 * @module
 */

import type { JobStore } from "../port.ts";
import type { SqliteConnection } from "./connection.ts";
import { ExecutionRecord } from "./execution_record.ts";
import { JobChanges } from "./job_changes.ts";
import { JobFlow } from "./job_flow.ts";
import { JobIntake } from "./job_intake.ts";
import { jobStoreOf } from "../sql/job_parts.ts";
import { JobReclaim } from "./job_reclaim.ts";
import { JobRecording } from "./job_recording.ts";
import { JobSettling } from "./job_settling.ts";
import type { StoreParts } from "./store_parts.ts";
import type { Tables } from "../sql/table_names.ts";

/** The flow of jobs in SQLite. */
export function sqliteJobStore(
  connection: SqliteConnection,
  tables: Tables,
  parts: StoreParts,
): JobStore {
  const executions = new ExecutionRecord(connection, tables);
  return jobStoreOf({
    intake: new JobIntake(connection, parts.proofs, parts.insertion),
    flow: new JobFlow(connection, tables, parts.proofs),
    settling: new JobSettling(connection, tables, { ...parts, executions }),
    recording: new JobRecording(connection, { ...parts, executions }),
    reclaim: new JobReclaim(connection, tables, { ...parts, executions }),
    changes: new JobChanges(connection, tables, parts),
  });
}
