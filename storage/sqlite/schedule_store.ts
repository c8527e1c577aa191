/**
 * The recurring schedules.
 *
 * @module
 */

import type { StatementSync } from "node:sqlite";
import type { Schedule, ScheduleFilter } from "../../core/schedule.ts";
import type {
  DueSchedule,
  InsertedSchedule,
  Page,
  PlanResult,
  ScheduleInsertResult,
  ScheduleStore,
  ScheduleUpdateResult,
} from "../port.ts";
import type { RowStatement, SqliteConnection } from "./connection.ts";
import { decodeCursor, encodeCursor, type Place } from "../sql/cursor.ts";
import { scheduleConditions } from "../sql/filters.ts";
import { fileReads } from "./file_reads.ts";
import type { FinalTally } from "./final_tally.ts";
import type { JobInsertion } from "./job_insertion.ts";
import type { JobRemoval } from "./job_removal.ts";
import { checkBatch } from "../sql/batch_limits.ts";
import type { Proofs } from "./proofs.ts";
import { ScheduleChanges } from "./schedule_changes.ts";
import { SchedulePlanning } from "./schedule_planning.ts";
import {
  NEW_SCHEDULE_COLUMNS,
  SCHEDULE_COLUMNS,
  scheduleOf,
  scheduleValues,
} from "../sql/schedule_rows.ts";
import { type Scan, SlicedReader } from "../sql/sliced_reader.ts";
import type { Tables } from "../sql/table_names.ts";
import { compareText } from "../sql/text_order.ts";

type Input<Method extends keyof ScheduleStore> = Parameters<ScheduleStore[Method]>[0];

/** What the schedules share with the other stores. */
export interface ScheduleStoreParts {
  /** Checks what calls may act on. */
  readonly proofs: Proofs;
  /** Counts ended jobs. */
  readonly tally: FinalTally;
  /** Deletes jobs. */
  readonly removal: JobRemoval;
  /** Makes rows of new jobs. */
  readonly insertion: JobInsertion;
}

/** Names the order of lists in their cursors. */
const ORDER_NAME = "schedules:createdAt:desc";

/** The recurring schedules in SQLite. */
export class SqliteScheduleStore implements ScheduleStore {
  readonly #connection: SqliteConnection;
  readonly #schedules: string;
  readonly #proofs: Proofs;
  readonly #reader: SlicedReader;
  readonly #planning: SchedulePlanning;
  readonly #changes: ScheduleChanges;
  readonly #insert: StatementSync;
  readonly #find: RowStatement;
  readonly #touch: StatementSync;

  /** Works on `tables`. */
  constructor(connection: SqliteConnection, tables: Tables, parts: ScheduleStoreParts) {
    const { schedules } = tables;
    this.#connection = connection;
    this.#schedules = schedules;
    this.#proofs = parts.proofs;
    this.#reader = new SlicedReader(fileReads(connection), schedules);
    this.#planning = new SchedulePlanning(connection, tables, parts);
    this.#changes = new ScheduleChanges(connection, tables, parts);
    this.#insert = connection.prepare(
      `INSERT INTO ${schedules} (${NEW_SCHEDULE_COLUMNS.join(", ")})
VALUES (${NEW_SCHEDULE_COLUMNS.map(() => "?").join(", ")}) ON CONFLICT DO NOTHING`,
    );
    this.#find = connection.prepareRows(
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
    return { created: false, schedule: this.#load(clusterId, schedule.id)! };
  }

  /** See {@linkcode ScheduleStore.find}. */
  find({ clusterId, scheduleId }: Input<"find">): Promise<Schedule | null> {
    return this.#connection.read(() => this.#load(clusterId, scheduleId));
  }

  /** See {@linkcode ScheduleStore.list}. */
  async list({ clusterId, filter, cursor, limit }: Input<"list">): Promise<Page<Schedule>> {
    const found = await this.#reader.list({
      clusterId,
      scans: this.#scans(filter),
      conditions: scheduleConditions(filter),
      order: { column: "created_at", direction: "desc" },
      after: cursor === null ? null : decodeCursor(ORDER_NAME, cursor),
      limit: limit + 1,
      columns: SCHEDULE_COLUMNS,
      read: (row): Place & { readonly schedule: Schedule } => {
        const schedule = scheduleOf(clusterId, row);
        return { atMs: schedule.createdAtMs, id: schedule.id, schedule };
      },
    });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(({ schedule }) => schedule),
      nextCursor: found.length > limit && last !== undefined
        ? encodeCursor(ORDER_NAME, last)
        : null,
    };
  }

  /** See {@linkcode ScheduleStore.count}. */
  async count({ clusterId, filter }: Input<"count">): Promise<number> {
    const scans = this.#scans(filter);
    return await this.#reader.count({ clusterId, scans, conditions: scheduleConditions(filter) });
  }

  #scans({ statuses }: ScheduleFilter): readonly Scan[] {
    if (statuses?.length === 0) return [];
    return [{ index: `${this.#schedules}_by_created`, fixed: [], keys: ["created_at", "id"] }];
  }

  /** See {@linkcode ScheduleStore.touch}. */
  // deno-lint-ignore require-await -- a refused batch rejects, it does not throw
  async touch({ clusterId, scheduleIds, nowMs }: Input<"touch">): Promise<readonly Schedule[]> {
    checkBatch(scheduleIds, "schedules");
    const ids = [...new Set(scheduleIds)].sort(compareText);
    return this.#connection.write(() => {
      const touched = ids.filter((id) => this.#touch.run(nowMs, clusterId, id).changes === 1);
      return touched.map((id) => this.#load(clusterId, id)!);
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

  #load(clusterId: string, scheduleId: string): Schedule | null {
    const row = this.#find.get(clusterId, scheduleId);
    return row === undefined ? null : scheduleOf(clusterId, row);
  }
}
