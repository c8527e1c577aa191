/**
 * Reading recurring schedules.
 *
 * @module
 */

import type { Schedule, ScheduleFilter } from "../../core/schedule.ts";
import type { Page, ScheduleStore } from "../port.ts";
import { scheduleConditions } from "./filters.ts";
import { SCHEDULE_COLUMNS, scheduleOf } from "./schedule_rows.ts";
import { fixed, type ReadableDatabase, type Statement } from "./session.ts";
import { type Order, type Scan, SlicedReader } from "./sliced_reader.ts";
import type { Tables } from "./table_names.ts";

type Input<Method extends keyof ScheduleStore> = Parameters<ScheduleStore[Method]>[0];

/** The part of the schedules that reads. */
export type ScheduleReading = Pick<ScheduleStore, "find" | "list" | "count">;

/** How lists are sorted. */
const NEWEST_FIRST: Order = {
  column: "created_at",
  direction: "desc",
  name: "schedules:createdAt:desc",
};

/** Reads recurring schedules from a server or a SQLite file. */
export class ScheduleReader implements ScheduleReading {
  readonly #database: ReadableDatabase;
  readonly #index: string;
  readonly #reader: SlicedReader;
  readonly #find: Statement;

  /** Reads `tables`. */
  constructor(database: ReadableDatabase, { schedules }: Tables) {
    this.#database = database;
    this.#index = `${schedules}_by_created`;
    this.#reader = new SlicedReader(database, schedules);
    this.#find = fixed(
      `SELECT ${SCHEDULE_COLUMNS} FROM ${schedules} WHERE cluster_id = ? AND id = ?`,
    );
  }

  /** See {@linkcode ScheduleStore.find}. */
  find({ clusterId, scheduleId }: Input<"find">): Promise<Schedule | null> {
    return this.#database.read(async (session) => {
      const [row] = await session.rows(this.#find, [clusterId, scheduleId]);
      return row === undefined ? null : scheduleOf(clusterId, row);
    });
  }

  /** See {@linkcode ScheduleStore.list}. */
  async list({ clusterId, filter, cursor, limit }: Input<"list">): Promise<Page<Schedule>> {
    return await this.#reader.page({
      clusterId,
      scans: this.#scans(filter),
      conditions: scheduleConditions(filter),
      order: NEWEST_FIRST,
      cursor,
      limit,
      columns: SCHEDULE_COLUMNS,
      read: (row) => scheduleOf(clusterId, row),
    });
  }

  /** See {@linkcode ScheduleStore.count}. */
  async count({ clusterId, filter }: Input<"count">): Promise<number> {
    const scans = this.#scans(filter);
    return await this.#reader.count({ clusterId, scans, conditions: scheduleConditions(filter) });
  }

  #scans({ statuses }: ScheduleFilter): readonly Scan[] {
    if (statuses?.length === 0) return [];
    return [{ index: this.#index, fixed: [], keys: ["created_at", "id"] }];
  }
}
