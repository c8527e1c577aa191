/**
 * The recurring schedules.
 *
 * @module
 */

import type { StatementSync } from "node:sqlite";
import type { Schedule } from "../../core/schedule.ts";
import type {
  DueSchedule,
  InsertedSchedule,
  PlanResult,
  ScheduleInsertResult,
  ScheduleStore,
  ScheduleUpdateResult,
} from "../port.ts";
import type { RowStatement, SqliteConnection } from "./connection.ts";
import { fileReads } from "./file_reads.ts";
import { checkBatch } from "../sql/batch_limits.ts";
import type { Proofs } from "./proofs.ts";
import { ScheduleChanges } from "./schedule_changes.ts";
import { SchedulePlanning } from "./schedule_planning.ts";
import { ScheduleReader } from "../sql/schedule_reader.ts";
import {
  NEW_SCHEDULE_COLUMNS,
  SCHEDULE_COLUMNS,
  scheduleOf,
  scheduleValues,
} from "../sql/schedule_rows.ts";
import type { StoreParts } from "./store_parts.ts";
import type { Tables } from "../sql/table_names.ts";
import { compareText } from "../sql/text_order.ts";

type Input<Method extends keyof ScheduleStore> = Parameters<ScheduleStore[Method]>[0];

/** The recurring schedules in SQLite. */
export class SqliteScheduleStore extends ScheduleReader implements ScheduleStore {
  readonly #connection: SqliteConnection;
  readonly #proofs: Proofs;
  readonly #planning: SchedulePlanning;
  readonly #changes: ScheduleChanges;
  readonly #insert: StatementSync;
  readonly #stored: RowStatement;
  readonly #touch: StatementSync;

  /** Works on `tables`. */
  constructor(connection: SqliteConnection, tables: Tables, parts: StoreParts) {
    super(fileReads(connection), tables);
    const { schedules } = tables;
    this.#connection = connection;
    this.#proofs = parts.proofs;
    this.#planning = new SchedulePlanning(connection, tables, parts);
    this.#changes = new ScheduleChanges(connection, tables, parts);
    this.#insert = connection.prepare(
      `INSERT INTO ${schedules} (${NEW_SCHEDULE_COLUMNS.join(", ")})
VALUES (${NEW_SCHEDULE_COLUMNS.map(() => "?").join(", ")}) ON CONFLICT DO NOTHING`,
    );
    this.#stored = connection.prepareRows(
      `SELECT ${SCHEDULE_COLUMNS} FROM ${schedules} INDEXED BY ${schedules}_by_id
WHERE cluster_id = ? AND id = ?`,
    );
    this.#touch = connection.prepare(
      `UPDATE ${schedules} INDEXED BY ${schedules}_by_id
SET ensured_at = max(coalesce(ensured_at, ?1), ?1)
WHERE cluster_id = ?2 AND id = ?3 AND type = 'Static'`,
    );
  }

  /** See {@linkcode ScheduleStore.insert}. */
  // deno-lint-ignore require-await -- a refused batch rejects, it does not throw
  async insert({ clusterId, schedules }: Input<"insert">): Promise<ScheduleInsertResult> {
    checkBatch(schedules, "schedules");
    return this.#connection.write(() => {
      const mode = this.#proofs.modeOf(clusterId);
      if (mode === null) return { outcome: "cluster_not_found" };
      if (mode === "Archived") return { outcome: "cluster_archived" };
      return {
        outcome: "accepted",
        schedules: schedules.map((schedule) => this.#insertOne(clusterId, schedule)),
      };
    }, schedules.length);
  }

  #insertOne(clusterId: string, given: Schedule): InsertedSchedule {
    const schedule = { ...given, clusterId };
    const { changes } = this.#insert.run(...scheduleValues(schedule));
    if (changes === 1) return { created: true, schedule };
    return { created: false, schedule: this.#load(clusterId, schedule.id) };
  }

  /** See {@linkcode ScheduleStore.touch}. */
  // deno-lint-ignore require-await -- a refused batch rejects, it does not throw
  async touch({ clusterId, scheduleIds, nowMs }: Input<"touch">): Promise<readonly Schedule[]> {
    checkBatch(scheduleIds, "schedules");
    const ids = [...new Set(scheduleIds)].sort(compareText);
    return this.#connection.write(() => {
      const touched = ids.filter((id) => this.#touch.run(nowMs, clusterId, id).changes === 1);
      return touched.map((id) => this.#load(clusterId, id));
    }, ids.length);
  }

  /** See {@linkcode ScheduleStore.update}. */
  update(input: Input<"update">): Promise<ScheduleUpdateResult> {
    return this.#changes.update(input);
  }

  /** See {@linkcode ScheduleStore.remove}. */
  remove(input: Input<"remove">): ReturnType<ScheduleStore["remove"]> {
    return this.#changes.remove(input);
  }

  /** See {@linkcode ScheduleStore.listDue}. */
  listDue(input: Input<"listDue">): Promise<readonly DueSchedule[]> {
    return this.#planning.listDue(input);
  }

  /** See {@linkcode ScheduleStore.plan}. */
  plan(input: Input<"plan">): Promise<PlanResult | "lease_lost"> {
    return this.#planning.plan(input);
  }

  /** A schedule that is there. For use inside a write. */
  #load(clusterId: string, scheduleId: string): Schedule {
    return scheduleOf(clusterId, this.#stored.get(clusterId, scheduleId)!);
  }
}
