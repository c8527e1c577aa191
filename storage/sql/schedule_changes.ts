/**
 * Decided changes of one recurring schedule, and what becomes of its waiting jobs.
 *
 * The schedule is locked before its jobs: while it is, no plan and no other change adds one.
 *
 * @module
 */

import type { JobId } from "../../core/ids.ts";
import type { Job } from "../../core/job.ts";
import type { Schedule } from "../../core/schedule.ts";
import type { ScheduleStore, ScheduleUpdateResult } from "../port.ts";
import { MAX_BATCH } from "./batch_limits.ts";
import { batch, columnsOf } from "./batches.ts";
import { JOBS } from "./columns.ts";
import { STATUS, WAITING } from "./codes.ts";
import type { Dialect } from "./dialect.ts";
import type { FinalTally } from "./final_tally.ts";
import type { JobInsertion } from "./job_insertion.ts";
import type { JobRemoval, RemovableJob } from "./job_removal.ts";
import { placingBy, storedJob } from "./new_jobs.ts";
import type { Proofs } from "./proofs.ts";
import { statusOf } from "./rows.ts";
import {
  NEW_SCHEDULE_COLUMNS,
  SCHEDULE_COLUMNS,
  scheduleOf,
  scheduleValues,
} from "./schedule_rows.ts";
import { liveParts } from "./schema.ts";
import { fixed, type SqlDatabase, type Transaction } from "./session.ts";
import type { Tables } from "./table_names.ts";

type Input<Method extends keyof ScheduleStore> = Parameters<ScheduleStore[Method]>[0];
type Output<Method extends keyof ScheduleStore> = Awaited<ReturnType<ScheduleStore[Method]>>;

/** What changing works with. */
interface Parts {
  readonly proofs: Proofs;
  readonly tally: FinalTally;
  readonly removal: JobRemoval;
  readonly insertion: JobInsertion;
}

/** The jobs of a schedule that a change is about. */
interface Affected {
  /** Those that are withdrawn or cancelled. */
  readonly moved: readonly RemovableJob[];
  /** Whether there are more to cancel. */
  readonly more: boolean;
  /** Whether another one has not ended. */
  readonly others: boolean;
}

/** Changes schedules. */
export class ScheduleChanges implements Pick<ScheduleStore, "update" | "remove"> {
  readonly #database: SqlDatabase;
  readonly #parts: Parts;
  readonly #sql: ReturnType<typeof statements>;

  /** Works on `tables`. */
  constructor(database: SqlDatabase, tables: Tables, parts: Parts) {
    this.#database = database;
    this.#parts = parts;
    this.#sql = statements(tables, database.dialect);
  }

  /** See {@linkcode ScheduleStore.update}. */
  update(input: Input<"update">): Promise<ScheduleUpdateResult> {
    const { clusterId, schedule, job } = input;
    const { proofs, insertion } = this.#parts;
    return this.#database.write(async (tx) => {
      const [mode, bucketOf, stored] = await Promise.all([
        proofs.modeOf(tx, clusterId),
        insertion.bucketsFor(tx, clusterId, job === null ? [] : [job]),
        this.#lock(tx, clusterId, schedule.id),
      ]);
      if (stored === null) return { outcome: "not_found" };
      if (job !== null && mode === "Archived") return { outcome: "cluster_archived" };
      if (stored.revision !== schedule.revision) return { outcome: "conflict", schedule: stored };
      const { moved, more, others } = await this.#affected(tx, input);
      if (job !== null && input.alone && others) return { outcome: "busy", schedule: stored };
      const changed = {
        ...schedule,
        clusterId,
        ensuredAtMs: latest(stored.ensuredAtMs, schedule.ensuredAtMs),
        revision: stored.revision + 1,
      };
      tx.last(this.#sql.update, [...scheduleValues(changed).slice(2), clusterId, schedule.id]);
      await this.#end(tx, input, moved);
      const placing = placingBy(mode, bucketOf);
      const added = job === null ? null : storedJob(clusterId, job, placing(job));
      const stands = await this.#add(tx, clusterId, added);
      return { outcome: "updated", schedule: changed, moved: moved.length, more, job: stands };
    });
  }

  /** Locks the waiting jobs the change is about. */
  async #affected(tx: Transaction, input: Input<"update">): Promise<Affected> {
    const { clusterId, schedule: { id, cursorAtMs }, waiting, job, alone } = input;
    const [rows, [unfinished]] = await Promise.all([
      waiting === "keep"
        ? []
        : waiting === "withdraw"
        ? tx.rows(this.#sql.withdrawable, [clusterId, id, cursorAtMs])
        : tx.rows(this.#sql.waiting, [clusterId, id, MAX_BATCH + 1]),
      job !== null && alone ? tx.rows(this.#sql.unfinished, [clusterId, id]) : [[0]],
    ]);
    const jobs = rows.map((row) => ({ id: row[0] as JobId, status: statusOf(row[1]) }));
    const moved = waiting === "cancel" ? jobs.slice(0, MAX_BATCH) : jobs;
    const count = unfinished![0] as number;
    return { moved, more: jobs.length > moved.length, others: count > moved.length };
  }

  async #end(
    tx: Transaction,
    { clusterId, waiting, nowMs }: Input<"update">,
    jobs: readonly RemovableJob[],
  ): Promise<void> {
    if (jobs.length === 0) return;
    if (waiting === "withdraw") return await this.#parts.removal.remove(tx, clusterId, jobs);
    const ended = batch(jobs.map(({ id }) => ({ id, finished_at: nowMs })));
    await tx.run(this.#sql.cancel, [ended, clusterId]);
    this.#parts.tally.ended(tx, clusterId, jobs.map(() => "Cancelled"));
  }

  async #add(tx: Transaction, clusterId: string, job: Job | null): Promise<Job | null> {
    if (job === null) return null;
    const [inserted] = await this.#parts.insertion.insert(tx, clusterId, [job]);
    return inserted!.job;
  }

  /** See {@linkcode ScheduleStore.remove}. */
  remove({ clusterId, scheduleId, revision }: Input<"remove">): Promise<Output<"remove">> {
    return this.#database.write(async (tx) => {
      const stored = await this.#lock(tx, clusterId, scheduleId);
      if (stored === null) return "not_found";
      if (stored.revision !== revision) return "conflict";
      tx.last(this.#sql.remove, [clusterId, scheduleId]);
      return "removed";
    });
  }

  async #lock(tx: Transaction, clusterId: string, scheduleId: string): Promise<Schedule | null> {
    const [row] = await tx.rows(this.#sql.lock, [clusterId, scheduleId]);
    return row === undefined ? null : scheduleOf(clusterId, row);
  }
}

function latest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}

function statements({ schedules, jobs }: Tables, dialect: Dialect) {
  const one = "WHERE cluster_id = ? AND id = ?";
  const { index, key, condition } = liveParts(dialect).unfinished;
  const unfinished = `FROM ${jobs} AS j ${dialect.byIndex(`${jobs}_${index}`)}
WHERE cluster_id = ? AND ${key} = ? AND ${condition}`;
  const locked = dialect.forUpdate("j");
  return {
    lock: fixed(
      `SELECT ${SCHEDULE_COLUMNS} FROM ${schedules} AS s ${one} ${dialect.forUpdate("s")}`,
    ),
    update: fixed(
      `UPDATE ${schedules}
SET ${NEW_SCHEDULE_COLUMNS.slice(2).map((column) => `${column} = ?`).join(", ")} ${one}`,
    ),
    remove: fixed(`DELETE FROM ${schedules} ${one}`),
    unfinished: fixed(`SELECT count(*) ${unfinished}`),
    withdrawable: fixed(
      `SELECT id, status ${unfinished} AND ${WAITING} AND attempts = 0 AND occurrence_at > ?
ORDER BY ${dialect.sortedBy("id")} ${locked}`,
    ),
    waiting: fixed(
      `SELECT id, status ${unfinished} AND ${WAITING} ORDER BY ${
        dialect.sortedBy("id")
      } LIMIT ? ${locked}`,
    ),
    cancel: fixed(dialect.updateListed({
      table: jobs,
      batch: columnsOf(JOBS, ["id", "finished_at"]),
      set: {
        bucket_id: "NULL",
        agent_connection_id: "NULL",
        worker_id: "NULL",
        revision: "t.revision + 1",
        status: `${STATUS.Cancelled}`,
        finished_at: "g.finished_at",
      },
    })),
  };
}
