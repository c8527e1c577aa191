/**
 * What the tables of a master are: the one description that they are made from and compared with.
 *
 * @module
 */

import { CLAIMED, HELD, UNCLAIMED, UNFINISHED, UNSUCCESSFUL } from "./codes.ts";
import {
  BUCKETS,
  CLUSTERS,
  type Columns,
  type ColumnTypes,
  COMMITS,
  CONNECTIONS,
  DEFINITIONS,
  EXECUTIONS,
  FINAL_COUNTS,
  INCARNATIONS,
  JOBS,
  LEASES,
  LOGS,
  SCHEDULES,
  STEPS,
  WORKERS,
} from "./columns.ts";
import type { Dialect } from "./dialect.ts";
import { type LivePart, liveParts } from "./live_parts.ts";
import { type Tables, tablesOf } from "./table_names.ts";

/** A column of a table. */
export interface Column {
  /** Its name. */
  readonly name: string;
  /** Its type. */
  readonly type: keyof ColumnTypes;
  /** Whether it may be NULL. */
  readonly nullable: boolean;
  /** The expression it is computed from; `null` when it is stored. */
  readonly computed: string | null;
}

/** An index of a table. */
export interface Index {
  /** Its name. */
  readonly name: string;
  /** Whether it holds no value twice. */
  readonly unique: boolean;
  /** Its columns, in order. */
  readonly columns: readonly string[];
  /** The condition of the rows in it; `null` for all rows. Always `null` on MySQL. */
  readonly where: string | null;
}

/** A table. */
export interface Table {
  /** Its name. */
  readonly name: string;
  /** Its columns, in order. */
  readonly columns: readonly Column[];
  /** The columns of its primary key. */
  readonly key: readonly string[];
  /** Its other indexes. */
  readonly indexes: readonly Index[];
}

/** The table in which commits leave a mark, on MySQL. */
export function commitsTable(prefix: string): string {
  return `${prefix}commits`;
}

/** Every table under `prefix`, the one that records the steps first. */
export function describeTables(prefix: string, dialect: Dialect): readonly Table[] {
  const tables = tablesOf(prefix);
  const table = (name: string, columns: Columns, key: string): Table => ({
    name,
    columns: columnsOf(columns),
    key: key.split(", "),
    indexes: [],
  });
  const jobs = table(tables.jobs, JOBS, "cluster_id, id");
  return [
    table(tables.schema, STEPS, "version"),
    table(tables.clusters, CLUSTERS, "id"),
    table(tables.definitions, DEFINITIONS, "cluster_id, id"),
    table(tables.incarnations, INCARNATIONS, "cluster_id"),
    table(tables.workers, WORKERS, "cluster_id, id"),
    table(tables.leases, LEASES, "cluster_id, name"),
    table(tables.buckets, BUCKETS, "cluster_id, id"),
    {
      ...jobs,
      columns: [...jobs.columns, ...computedColumns(dialect)],
      indexes: jobIndexes(tables, dialect),
    },
    table(tables.finalCounts, FINAL_COUNTS, "cluster_id, status, slot"),
    table(tables.executions, EXECUTIONS, "cluster_id, job_id, attempt"),
    { ...table(tables.logs, LOGS, "cluster_id, id"), indexes: logIndexes(tables, dialect) },
    {
      ...table(tables.schedules, SCHEDULES, "cluster_id, id"),
      indexes: scheduleIndexes(tables, dialect),
    },
    table(tables.connections, CONNECTIONS, "cluster_id, name"),
    ...(dialect.name === "mysql" ? [table(commitsTable(prefix), COMMITS, "connection_id")] : []),
  ];
}

/** The tables as the first step makes them; later steps add the rest. */
export function firstTables(prefix: string, dialect: Dialect): readonly Table[] {
  const { connections } = tablesOf(prefix);
  return describeTables(prefix, dialect).map((table) => {
    if (table.name !== connections) return table;
    return { ...table, columns: table.columns.filter(({ name }) => name !== "draining_at") };
  });
}

/** Columns as they are described, none of them computed. */
export function columnsOf(columns: Columns): readonly Column[] {
  return Object.entries(columns).map(([name, written]) => ({
    name,
    type: written.replace("?", "") as keyof ColumnTypes,
    nullable: written.endsWith("?"),
    computed: null,
  }));
}

/** MySQL's stand-ins for partial indexes: NULL outside of their part, so most changes of a job touch few of them. */
function computedColumns(dialect: Dialect): readonly Column[] {
  if (dialect.name === "postgres") return [];
  const column = (name: string, condition: string, source: keyof typeof JOBS) => ({
    name,
    type: JOBS[source]!.replace("?", "") as keyof ColumnTypes,
    nullable: true,
    computed: `CASE WHEN ${condition} THEN ${source} END`,
  });
  return [
    column("held_lane", HELD, "lane"),
    column("unclaimed_bucket_id", UNCLAIMED, "bucket_id"),
    column("claimed_bucket_id", CLAIMED, "bucket_id"),
    column("unfinished_schedule_id", UNFINISHED, "schedule_id"),
    column("unsuccessful_created_at", UNSUCCESSFUL, "created_at"),
  ];
}

function jobIndexes({ jobs }: Tables, dialect: Dialect): readonly Index[] {
  const index = indexesOf(jobs, dialect);
  const { held, unclaimed, claimed, unfinished, unsuccessful } = liveParts(dialect);
  const live = ({ index: name, key, condition }: LivePart, others: string) =>
    index(name, `cluster_id, ${key}, ${others}`, condition);
  return [
    unique(
      index("by_unique_key", "cluster_id, definition_id, unique_key", "unique_key IS NOT NULL"),
    ),
    index("by_created", "cluster_id, created_at, id"),
    index("by_schedule", "cluster_id, schedule_id, created_at, id", "schedule_id IS NOT NULL"),
    // After the one before: of two indexes that cost the same Postgres reads the younger.
    unique(
      index("by_occurrence", "cluster_id, schedule_id, occurrence_at", "occurrence_at IS NOT NULL"),
    ),
    live(held, "priority, scheduled_at, id"),
    live(unclaimed, "scheduled_at, id"),
    live(claimed, "id"),
    live(unfinished, "id"),
    live(unsuccessful, "id"),
    index("finished", "cluster_id, finished_at, id, status", "finished_at IS NOT NULL"),
  ];
}

function logIndexes({ logs }: Tables, dialect: Dialect): readonly Index[] {
  const index = indexesOf(logs, dialect);
  return [
    index("by_written", "cluster_id, written_at, id"),
    index("by_subject", "cluster_id, subject_type, subject_id, written_at, id"),
  ];
}

function scheduleIndexes({ schedules }: Tables, dialect: Dialect): readonly Index[] {
  const index = indexesOf(schedules, dialect);
  return [
    index("by_created", "cluster_id, created_at, id"),
    index("due", "cluster_id, plan_at, id", "plan_at IS NOT NULL"),
    index("terminated", "cluster_id, terminated_at, id", "terminated_at IS NOT NULL"),
  ];
}

/** Describes indexes of `table`; the ones of MySQL hold all rows. */
function indexesOf(table: string, { name: server }: Dialect) {
  return (name: string, columns: string, where: string | null = null): Index => ({
    name: `${table}_${name}`,
    unique: false,
    columns: columns.split(", "),
    where: server === "postgres" ? where : null,
  });
}

function unique(index: Index): Index {
  return { ...index, unique: true };
}
