/**
 * Decided changes of one recurring schedule, and what becomes of its waiting jobs.
 *
 * @module
 */

import type { JobId } from "../../core/ids.ts";
import type { Job } from "../../core/job.ts";
import type { Schedule } from "../../core/schedule.ts";
import type { ScheduleStore, ScheduleUpdateResult } from "../port.ts";
import { STATUS, UNFINISHED, WAITING } from "../sql/codes.ts";
import type { SqliteConnection } from "./connection.ts";
import type { FinalTally } from "./final_tally.ts";
import type { JobInsertion } from "./job_insertion.ts";
import { MAX_BATCH } from "../sql/batch_limits.ts";
import type { RemovableJob } from "../sql/job_removal.ts";
import type { JobRemoval } from "./job_removal.ts";
import type { Proofs } from "./proofs.ts";
import { statusOf } from "../sql/rows.ts";
import {
  NEW_SCHEDULE_COLUMNS,
  SCHEDULE_COLUMNS,
  scheduleOf,
  scheduleValues,
} from "../sql/schedule_rows.ts";
import type { Tables } from "../sql/table_names.ts";

type Input<Method extends keyof ScheduleStore> = Parameters<ScheduleStore[Method]>[0];
type Output<Method extends keyof ScheduleStore> = Awaited<ReturnType<ScheduleStore[Method]>>;

/** What changing works with. */
interface Parts {
  readonly proofs: Proofs;
  readonly tally: FinalTally;
  readonly removal: JobRemoval;
  readonly insertion: JobInsertion;
}

/** Changes schedules. */
export class ScheduleChanges implements Pick<ScheduleStore, "update" | "remove"> {
  readonly #connection: SqliteConnection;
  readonly #parts: Parts;
  readonly #sql: ReturnType<typeof statements>;

  /** Works on `tables`. */
  constructor(connection: SqliteConnection, tables: Tables, parts: Parts) {
    this.#connection = connection;
    this.#parts = parts;
    this.#sql = statements(connection, tables);
  }

  /** See {@linkcode ScheduleStore.update}. */
  update(input: Input<"update">): Promise<ScheduleUpdateResult> {
    const rows = input.waiting === "keep" ? 2 : MAX_BATCH;
    return this.#connection.write(() => this.#update(input), rows);
  }

  #update(input: Input<"update">): ScheduleUpdateResult {
    const { clusterId, schedule, job } = input;
    const stored = this.#find(clusterId, schedule.id);
    if (stored === null) return { outcome: "not_found" };
    if (job !== null && this.#parts.proofs.modeOf(clusterId) === "Archived") {
      return { outcome: "cluster_archived" };
    }
    if (stored.revision !== schedule.revision) return { outcome: "conflict", schedule: stored };
    const affected = this.#affected(input);
    const moved = affected.slice(0, MAX_BATCH_OF[input.waiting]);
    if (job !== null && input.alone && this.#unfinished(input) > moved.length) {
      return { outcome: "busy", schedule: stored };
    }
    const changed = {
      ...schedule,
      clusterId,
      ensuredAtMs: latest(stored.ensuredAtMs, schedule.ensuredAtMs),
      revision: stored.revision + 1,
    };
    this.#sql.update.run(...scheduleValues(changed).slice(2), clusterId, schedule.id);
    this.#end(input, moved);
    const more = affected.length > moved.length;
    return {
      outcome: "updated",
      schedule: changed,
      moved: moved.length,
      more,
      job: this.#add(input),
    };
  }

  /** The waiting jobs the change is about; one more than it may cancel when there are. */
  #affected({ clusterId, schedule, waiting }: Input<"update">): readonly RemovableJob[] {
    if (waiting === "keep") return [];
    const { id, cursorAtMs } = schedule;
    const rows = waiting === "withdraw"
      ? this.#sql.withdrawable.all(clusterId, id, cursorAtMs)
      : this.#sql.waiting.all(clusterId, id, MAX_BATCH + 1);
    return rows.map((row) => ({ id: row[0] as JobId, status: statusOf(row[1]) }));
  }

  #unfinished({ clusterId, schedule }: Input<"update">): number {
    return this.#sql.unfinished.get(clusterId, schedule.id)![0] as number;
  }

  #end({ clusterId, waiting, nowMs }: Input<"update">, jobs: readonly RemovableJob[]): void {
    if (waiting === "withdraw") return this.#parts.removal.remove(clusterId, jobs);
    for (const { id } of jobs) this.#sql.cancel.run(nowMs, clusterId, id);
    this.#parts.tally.ended(clusterId, jobs.map(() => "Cancelled"));
  }

  #add({ clusterId, job }: Input<"update">): Job | null {
    if (job === null) return null;
    const { insertion, proofs } = this.#parts;
    const placing = insertion.placing(clusterId, proofs.modeOf(clusterId) ?? "Passive");
    return insertion.insert(clusterId, job, placing).job;
  }

  /** See {@linkcode ScheduleStore.remove}. */
  remove({ clusterId, scheduleId, revision }: Input<"remove">): Promise<Output<"remove">> {
    return this.#connection.write(() => {
      const stored = this.#find(clusterId, scheduleId);
      if (stored === null) return "not_found";
      if (stored.revision !== revision) return "conflict";
      this.#sql.remove.run(clusterId, scheduleId);
      return "removed";
    });
  }

  #find(clusterId: string, scheduleId: string): Schedule | null {
    const row = this.#sql.find.get(clusterId, scheduleId);
    return row === undefined ? null : scheduleOf(clusterId, row);
  }
}

/** How many waiting jobs one change may end. */
const MAX_BATCH_OF = { keep: 0, withdraw: Infinity, cancel: MAX_BATCH } as const;

function latest(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b);
}

function statements(connection: SqliteConnection, { schedules, jobs }: Tables) {
  const one = "WHERE cluster_id = ? AND id = ?";
  const unfinished = `FROM ${jobs} INDEXED BY ${jobs}_unfinished
WHERE cluster_id = ? AND schedule_id = ? AND ${UNFINISHED}`;
  return {
    find: connection.prepareRows(
      `SELECT ${SCHEDULE_COLUMNS} FROM ${schedules} INDEXED BY ${schedules}_by_id ${one}`,
    ),
    update: connection.prepare(
      `UPDATE ${schedules} INDEXED BY ${schedules}_by_id
SET ${NEW_SCHEDULE_COLUMNS.slice(2).map((column) => `${column} = ?`).join(", ")} ${one}`,
    ),
    remove: connection.prepare(
      `DELETE FROM ${schedules} INDEXED BY ${schedules}_by_id ${one}`,
    ),
    unfinished: connection.prepareRows(`SELECT count(*) ${unfinished}`),
    withdrawable: connection.prepareRows(
      `SELECT id, status ${unfinished} AND ${WAITING} AND attempts = 0 AND occurrence_at > ?`,
    ),
    waiting: connection.prepareRows(
      `SELECT id, status ${unfinished} AND ${WAITING} ORDER BY id LIMIT ?`,
    ),
    cancel: connection.prepare(
      `UPDATE ${jobs} INDEXED BY ${jobs}_by_id SET bucket_id = NULL, agent_connection_id = NULL,
  worker_id = NULL, revision = revision + 1, status = ${STATUS.Cancelled}, finished_at = ? ${one}`,
    ),
  };
}
