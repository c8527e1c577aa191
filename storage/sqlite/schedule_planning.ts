/**
 * Planning recurring schedules: which are due, and storing what was decided.
 *
 * @module
 */

import type { JobId, ScheduleId } from "../../core/ids.ts";
import type {
  DueSchedule,
  OccurrenceJob,
  PlanResult,
  SchedulePlanWrite,
  ScheduleStore,
} from "../port.ts";
import { UNFINISHED } from "../sql/codes.ts";
import type { SqliteConnection } from "./connection.ts";
import type { FinalTally } from "./final_tally.ts";
import type { Placing } from "../sql/new_jobs.ts";
import { checkCount } from "../sql/batch_limits.ts";
import type { JobInsertion } from "./job_insertion.ts";
import type { Proofs } from "./proofs.ts";
import { jsonOf } from "../sql/rows.ts";
import { SCHEDULE_COLUMNS, SCHEDULE_WIDTH, scheduleOf } from "../sql/schedule_rows.ts";
import type { Tables } from "../sql/table_names.ts";

type Input<Method extends keyof ScheduleStore> = Parameters<ScheduleStore[Method]>[0];

/** What planning works with. */
interface Parts {
  readonly proofs: Proofs;
  readonly tally: FinalTally;
  readonly insertion: JobInsertion;
}

/** Plans schedules. */
export class SchedulePlanning implements Pick<ScheduleStore, "listDue" | "plan"> {
  readonly #connection: SqliteConnection;
  readonly #parts: Parts;
  readonly #sql: ReturnType<typeof statements>;

  /** Works on `tables`. */
  constructor(connection: SqliteConnection, tables: Tables, parts: Parts) {
    this.#connection = connection;
    this.#parts = parts;
    this.#sql = statements(connection, tables);
  }

  /** See {@linkcode ScheduleStore.listDue}. */
  listDue(input: Input<"listDue">): Promise<readonly DueSchedule[]> {
    const { clusterId, nowMs, ensuredSinceMs, limit } = input;
    return this.#connection.read(() =>
      this.#sql.due.all(clusterId, nowMs, ensuredSinceMs, limit).map((row) => ({
        schedule: scheduleOf(clusterId, row),
        unfinished: row[SCHEDULE_WIDTH] === 1,
      }))
    );
  }

  /** See {@linkcode ScheduleStore.plan}. */
  async plan(input: Input<"plan">): Promise<PlanResult | "lease_lost"> {
    const { clusterId, lease, plans } = input;
    const { proofs, insertion } = this.#parts;
    const rows = plans.reduce((sum, { jobs }) => sum + 1 + jobs.length, 0);
    checkCount(rows, "plans and jobs");
    return await this.#connection.write(() => {
      if (!proofs.holdsLease(clusterId, lease)) return "lease_lost";
      const mode = proofs.modeOf(clusterId);
      if (mode === null || mode === "Archived") return { planned: [], jobs: [] };
      return this.#planAll(input, insertion.placing(clusterId, mode));
    }, rows);
  }

  #planAll(input: Input<"plan">, placing: Placing): PlanResult {
    const { clusterId, plans } = input;
    const planned: ScheduleId[] = [];
    const stored: JobId[] = [];
    let skipped = 0;
    for (const plan of plans) {
      if (!this.#advance(clusterId, plan)) continue;
      planned.push(plan.scheduleId);
      for (const job of plan.jobs) {
        if (!this.#store(input, job, placing)) continue;
        if (job.skipped === null) stored.push(job.id);
        else skipped++;
      }
    }
    this.#parts.tally.ended(clusterId, Array.from({ length: skipped }, () => "Cancelled"));
    return { planned, jobs: stored };
  }

  /** Whether the schedule was still as it had been read. */
  #advance(clusterId: string, plan: SchedulePlanWrite): boolean {
    const { changes } = this.#sql.advance.run(
      plan.status,
      plan.cursorAtMs,
      plan.checkpointAtMs,
      plan.nextAtMs,
      plan.planAtMs,
      plan.terminatedAtMs,
      plan.skipped,
      jsonOf(plan.error),
      clusterId,
      plan.scheduleId,
      plan.revision,
    );
    return changes === 1;
  }

  /** Whether no other job stood in its way. */
  #store(
    { clusterId, nowMs }: Input<"plan">,
    occurrence: OccurrenceJob,
    placing: Placing,
  ): boolean {
    const { skipped, ...job } = occurrence;
    const { insertion } = this.#parts;
    const stored = skipped === null
      ? insertion.add(clusterId, job, placing)
      : insertion.addSkipped(clusterId, job, { error: skipped, atMs: nowMs });
    return stored !== null;
  }
}

function statements(connection: SqliteConnection, { schedules, jobs }: Tables) {
  const unfinished = `EXISTS (
    SELECT 1 FROM ${jobs} INDEXED BY ${jobs}_unfinished
    WHERE cluster_id = ?1 AND schedule_id = ${schedules}.id AND ${UNFINISHED}
  )`;
  return {
    due: connection.prepareRows(
      `SELECT ${SCHEDULE_COLUMNS}, ${unfinished} FROM ${schedules} INDEXED BY ${schedules}_due
WHERE cluster_id = ?1 AND plan_at <= ?2 AND (
  status <> 'Active' OR overlap = 'allow'
  OR (overlap = 'skip' AND next_at <= ?2)
  OR (type = 'Static' AND idle_at IS NULL AND ensured_at < ?3)
  OR NOT ${unfinished}
) ORDER BY plan_at, id LIMIT ?4`,
    ),
    advance: connection.prepare(
      `UPDATE ${schedules} INDEXED BY ${schedules}_by_id SET status = ?, cursor_at = ?,
  checkpoint_at = ?, next_at = ?, plan_at = ?, terminated_at = ?,
  skipped_count = skipped_count + ?, error = ?, revision = revision + 1
WHERE cluster_id = ? AND id = ? AND revision = ?`,
    ),
  };
}
