/**
 * The flow of jobs on a server, put together from its parts.
 *
 * @module
 */

import type { JobStore } from "../port.ts";
import { ExecutionRecord } from "./execution_record.ts";
import { JobChanges } from "./job_changes.ts";
import { JobFlow } from "./job_flow.ts";
import { JobIntake } from "./job_intake.ts";
import { jobStoreOf } from "./job_parts.ts";
import { JobReclaim } from "./job_reclaim.ts";
import { JobRecording } from "./job_recording.ts";
import { JobSettling } from "./job_settling.ts";
import type { SqlDatabase } from "./session.ts";
import type { StoreParts } from "./store_parts.ts";
import type { Tables } from "./table_names.ts";

/** The flow of jobs on a server. */
export function sqlJobStore(
  database: SqlDatabase,
  tables: Tables,
  parts: StoreParts,
): JobStore {
  const executions = new ExecutionRecord(database.dialect, tables);
  return jobStoreOf({
    intake: new JobIntake(database, parts.proofs, parts.insertion),
    flow: new JobFlow(database, tables, parts.proofs),
    settling: new JobSettling(database, tables, { ...parts, executions }),
    recording: new JobRecording(database, { ...parts, executions }),
    reclaim: new JobReclaim(database, tables, { ...parts, executions }),
    changes: new JobChanges(database, tables, parts),
  });
}
