/**
 * Planning recurring schedules: which are due, and storing what was decided.
 *
 * A batch of plans takes three round trips at best: what it has to prove is locked and read, its jobs are stored, and
 * the progress of its schedules travels with the commit.
 *
 * @module
 */

import type { JobId, ScheduleId } from "../../core/ids.ts";
import type { Job } from "../../core/job.ts";
import type { DueSchedule, PlanResult, SchedulePlanWrite, ScheduleStore } from "../port.ts";
import { checkCount } from "./batch_limits.ts";
import { batch, batches, columnsOf, type Item } from "./batches.ts";
import { SCHEDULES } from "./columns.ts";
import type { Dialect } from "./dialect.ts";
import type { FinalTally } from "./final_tally.ts";
import type { JobInsertion } from "./job_insertion.ts";
import { type Placing, placingBy, skippedJob, storedJob } from "./new_jobs.ts";
import type { Proofs } from "./proofs.ts";
import { jsonOf } from "./rows.ts";
import { SCHEDULE_COLUMNS, SCHEDULE_WIDTH, scheduleOf } from "./schedule_rows.ts";
import { liveParts } from "./schema.ts";
import { fixed, type SqlDatabase, type Transaction } from "./session.ts";
import type { Tables } from "./table_names.ts";
import { compareText } from "./text_order.ts";

type Input<Method extends keyof ScheduleStore> = Parameters<ScheduleStore[Method]>[0];

/** What planning works with. */
interface Parts {
  readonly proofs: Proofs;
  readonly tally: FinalTally;
  readonly insertion: JobInsertion;
}

/** Plans schedules. */
export class SchedulePlanning implements Pick<ScheduleStore, "listDue" | "plan"> {
  readonly #database: SqlDatabase;
  readonly #parts: Parts;
  readonly #sql: ReturnType<typeof statements>;

  /** Works on `tables`. */
  constructor(database: SqlDatabase, tables: Tables, parts: Parts) {
    this.#database = database;
    this.#parts = parts;
    this.#sql = statements(tables, database.dialect);
  }

  /** See {@linkcode ScheduleStore.listDue}. */
  listDue(input: Input<"listDue">): Promise<readonly DueSchedule[]> {
    const { clusterId, nowMs, ensuredSinceMs, limit } = input;
    return this.#database.read(async (session) => {
      const values = [clusterId, nowMs, nowMs, ensuredSinceMs, limit];
      return (await session.rows(this.#sql.due, values)).map((row) => ({
        schedule: scheduleOf(clusterId, row),
        unfinished: row[SCHEDULE_WIDTH] === 1,
      }));
    });
  }

  /** See {@linkcode ScheduleStore.plan}. */
  async plan(input: Input<"plan">): Promise<PlanResult | "lease_lost"> {
    const { clusterId, lease, plans } = input;
    const { proofs, insertion } = this.#parts;
    checkCount(plans.reduce((sum, { jobs }) => sum + 1 + jobs.length, 0), "plans and jobs");
    const placed = plans.flatMap(({ jobs }) => jobs.filter(({ skipped }) => skipped === null));
    const ids = [...new Set(plans.map(({ scheduleId }) => scheduleId))].sort(compareText);
    return await this.#database.write(async (tx) => {
      const [held, mode, bucketOf, rows] = await Promise.all([
        proofs.holdsLease(tx, clusterId, lease),
        proofs.modeOf(tx, clusterId),
        insertion.bucketsFor(tx, clusterId, placed),
        tx.rows(this.#sql.lock, [batch(ids.map((id) => ({ id }))), clusterId]),
      ]);
      if (!held) return "lease_lost";
      if (mode === null || mode === "Archived") return { planned: [], jobs: [] };
      const revisions = new Map(rows.map((row) => [row[0] as ScheduleId, row[1] as number]));
      const planned = timely(plans, revisions);
      const jobs = await this.#store(tx, { ...input, plans: planned }, placingBy(mode, bucketOf));
      this.#advance(tx, clusterId, planned);
      return { planned: planned.map(({ scheduleId }) => scheduleId), jobs };
    });
  }

  /** Stores the jobs of the plans; answers which of them are to run. */
  async #store(
    tx: Transaction,
    { clusterId, nowMs, plans }: Input<"plan">,
    placing: Placing,
  ): Promise<readonly JobId[]> {
    const jobs = plans.flatMap((plan) =>
      plan.jobs.map(({ skipped, ...job }): Job =>
        skipped === null
          ? storedJob(clusterId, job, placing(job))
          : skippedJob(clusterId, job, { error: skipped, atMs: nowMs })
      )
    );
    const created = await this.#parts.insertion.add(tx, clusterId, jobs);
    const stored = jobs.filter((_, index) => created[index]);
    this.#parts.tally.ended(tx, clusterId, stored.map(({ status }) => status));
    return stored.filter(({ status }) => status !== "Cancelled").map(({ id }) => id);
  }

  /** Writes the progress of locked schedules together with the commit. */
  #advance(tx: Transaction, clusterId: string, plans: readonly SchedulePlanWrite[]): void {
    const changes = new Map<ScheduleId, Change>();
    for (const plan of plans) {
      changes.set(plan.scheduleId, changeOf(plan, changes.get(plan.scheduleId)));
    }
    for (const part of batches([...changes.values()])) {
      tx.last(this.#sql.advance, [part, clusterId]);
    }
  }
}

/** The plans whose schedule is as it was read, one after the other. */
function timely(
  plans: readonly SchedulePlanWrite[],
  stored: ReadonlyMap<ScheduleId, number>,
): readonly SchedulePlanWrite[] {
  const revisions = new Map(stored);
  return plans.filter(({ scheduleId, revision }) => {
    if (revisions.get(scheduleId) !== revision) return false;
    revisions.set(scheduleId, revision + 1);
    return true;
  });
}

/** What a schedule's row becomes; counts what is to be added. */
type Change = Item & { readonly revision: number; readonly skipped_count: number };

/** After a plan, and those of the same schedule before it. */
function changeOf(plan: SchedulePlanWrite, before: Change | undefined): Change {
  return {
    id: plan.scheduleId,
    status: plan.status,
    cursor_at: plan.cursorAtMs,
    checkpoint_at: plan.checkpointAtMs,
    next_at: plan.nextAtMs,
    plan_at: plan.planAtMs,
    terminated_at: plan.terminatedAtMs,
    error: jsonOf(plan.error),
    skipped_count: (before?.skipped_count ?? 0) + plan.skipped,
    revision: (before?.revision ?? 0) + 1,
  };
}

const PROGRESS: readonly string[] = [
  "status",
  "cursor_at",
  "checkpoint_at",
  "next_at",
  "plan_at",
  "terminated_at",
  "error",
];

const ADDED: readonly string[] = ["skipped_count", "revision"];

function statements({ schedules, jobs }: Tables, dialect: Dialect) {
  const { index, key, condition } = liveParts(dialect).unfinished;
  // A limited query, not EXISTS: that would invite a planner to read all unfinished jobs at once.
  const unfinished = `(SELECT 1 FROM ${jobs} ${dialect.byIndex(`${jobs}_${index}`)}
    WHERE cluster_id = s.cluster_id AND ${key} = s.id AND ${condition} LIMIT 1)`;
  return {
    due: fixed(
      `SELECT ${SCHEDULE_COLUMNS}, ${unfinished}
FROM ${schedules} AS s ${dialect.byIndex(`${schedules}_due`)}
WHERE cluster_id = ? AND plan_at <= ? AND (
  status <> 'Active' OR overlap = 'allow'
  OR (overlap = 'skip' AND next_at <= ?)
  OR (type = 'Static' AND idle_at IS NULL AND ensured_at < ?)
  OR ${unfinished} IS NULL
) ORDER BY plan_at, id LIMIT ?`,
    ),
    lock: fixed(dialect.selectListed({
      table: schedules,
      batch: columnsOf(SCHEDULES, ["id"]),
      columns: "t.id, t.revision",
      lock: "update",
    })),
    advance: fixed(dialect.updateListed({
      table: schedules,
      batch: columnsOf(SCHEDULES, ["id", ...PROGRESS, ...ADDED]),
      set: Object.fromEntries([
        ...PROGRESS.map((column) => [column, `g.${column}`]),
        ...ADDED.map((column) => [column, `t.${column} + g.${column}`]),
      ]),
    })),
  };
}
