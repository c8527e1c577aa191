/**
 * The recurring schedules.
 *
 * @module
 */

import type { Schedule } from "../../core/schedule.ts";
import type {
  DueSchedule,
  InsertedSchedule,
  PlanResult,
  ScheduleInsertResult,
  ScheduleStore,
  ScheduleUpdateResult,
} from "../port.ts";
import { checkBatch } from "./batch_limits.ts";
import { batch, batches, columnsOf, type Item, itemWith } from "./batches.ts";
import { SCHEDULES } from "./columns.ts";
import type { Dialect } from "./dialect.ts";
import { ScheduleChanges } from "./schedule_changes.ts";
import { SchedulePlanning } from "./schedule_planning.ts";
import { ScheduleReader } from "./schedule_reader.ts";
import { NEW_SCHEDULE_COLUMNS, scheduleOf, scheduleValues } from "./schedule_rows.ts";
import { fixed, type SqlDatabase } from "./session.ts";
import type { StoreParts } from "./store_parts.ts";
import type { Tables } from "./table_names.ts";
import { compareText } from "./text_order.ts";

type Input<Method extends keyof ScheduleStore> = Parameters<ScheduleStore[Method]>[0];

/** The recurring schedules on a server. */
export class SqlScheduleStore extends ScheduleReader implements ScheduleStore {
  readonly #database: SqlDatabase;
  readonly #planning: SchedulePlanning;
  readonly #changes: ScheduleChanges;
  readonly #sql: ReturnType<typeof statements>;

  /** Works on `tables`. */
  constructor(database: SqlDatabase, tables: Tables, parts: StoreParts) {
    super(database, tables);
    this.#database = database;
    this.#planning = new SchedulePlanning(database, tables, parts);
    this.#changes = new ScheduleChanges(database, tables, parts);
    this.#sql = statements(tables, database.dialect);
  }

  /** See {@linkcode ScheduleStore.insert}. Those of one cluster take turns, so that each can tell which it made. */
  async insert({ clusterId, schedules }: Input<"insert">): Promise<ScheduleInsertResult> {
    checkBatch(schedules, "schedules");
    const given = schedules.map((schedule) => ({ ...schedule, clusterId }));
    const ids = batch(idsOf(given.map(({ id }) => id)));
    return await this.#database.write(async (tx) => {
      const [[cluster], rows] = await Promise.all([
        tx.rows(this.#sql.lockCluster, [clusterId]),
        tx.rows(this.#sql.lock, [ids, clusterId]),
      ]);
      if (cluster === undefined) return { outcome: "cluster_not_found" };
      if (cluster[0] === "Archived") return { outcome: "cluster_archived" };
      const known = new Map(rows.map((row) => [row[0] as string, scheduleOf(clusterId, row)]));
      const created: Schedule[] = [];
      const inserted = given.map((schedule): InsertedSchedule => {
        const stored = known.get(schedule.id);
        if (stored !== undefined) return { created: false, schedule: stored };
        known.set(schedule.id, schedule);
        created.push(schedule);
        return { created: true, schedule };
      });
      const items = created.map((each) => itemWith(NEW_SCHEDULE_COLUMNS, scheduleValues(each)));
      for (const part of batches(items)) tx.last(this.#sql.insert, [part]);
      return { outcome: "accepted", schedules: inserted };
    });
  }

  /** See {@linkcode ScheduleStore.touch}. */
  async touch({ clusterId, scheduleIds, nowMs }: Input<"touch">): Promise<readonly Schedule[]> {
    checkBatch(scheduleIds, "schedules");
    const ids = batch(idsOf(scheduleIds));
    return await this.#database.write(async (tx) => {
      const rows = await tx.rows(this.#sql.lock, [ids, clusterId]);
      const stored = rows.map((row) => scheduleOf(clusterId, row))
        .filter(({ type }) => type === "Static");
      const moved = stored.filter(({ ensuredAtMs }) => ensuredAtMs === null || ensuredAtMs < nowMs)
        .map(({ id }) => ({ id, ensured_at: nowMs }));
      if (moved.length > 0) tx.last(this.#sql.touch, [batch(moved), clusterId]);
      return stored.map((schedule) => ({
        ...schedule,
        ensuredAtMs: Math.max(schedule.ensuredAtMs ?? nowMs, nowMs),
      }));
    });
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
}

/** Each id once, in the order in which rows are locked. */
function idsOf(ids: readonly string[]): readonly Item[] {
  return [...new Set(ids)].sort(compareText).map((id) => ({ id }));
}

function statements({ clusters, schedules }: Tables, dialect: Dialect) {
  const columns = NEW_SCHEDULE_COLUMNS.join(", ");
  const given = (names: readonly string[]) =>
    dialect.jsonTable("?", "given", columnsOf(SCHEDULES, names));
  const values = NEW_SCHEDULE_COLUMNS.map((column) => `given.${column}`).join(", ");
  const stored = NEW_SCHEDULE_COLUMNS.slice(1).map((column) => `t.${column}`).join(", ");
  return {
    lockCluster: fixed(
      `SELECT c.mode FROM ${clusters} AS c WHERE c.id = ? ${dialect.forUpdate("c")}`,
    ),
    lock: fixed(dialect.selectListed({
      table: schedules,
      batch: columnsOf(SCHEDULES, ["id"]),
      columns: stored,
      lock: "update",
    })),
    insert: fixed(
      `INSERT INTO ${schedules} (${columns}) SELECT ${values} FROM ${given(NEW_SCHEDULE_COLUMNS)}`,
    ),
    touch: fixed(dialect.updateListed({
      table: schedules,
      batch: columnsOf(SCHEDULES, ["id", "ensured_at"]),
      set: { ensured_at: "g.ensured_at" },
    })),
  };
}
