/**
 * The numbered steps that make the tables on a server.
 *
 * A step that has been released never changes: a new one follows it. On MySQL every statement commits by itself, so
 * a step that was cut short is taken again from its start: there every statement can be repeated.
 *
 * @module
 */

import type { MigrationStep } from "../port.ts";
import { columnTypes } from "./columns.ts";
import type { Dialect } from "./dialect.ts";
import { type Tables, tablesOf } from "./table_names.ts";
import { type Column, commitsTable, firstTables, type Index, type Table } from "./tables.ts";

export { type ColumnTypes, columnTypes } from "./columns.ts";
export { type LivePart, type LiveParts, liveParts } from "./live_parts.ts";
export { commitsTable };

/**
 * Every step, in order. The last statement of a step records that it was taken. `collation` is the one of MySQL's
 * tables.
 */
export function migrationSteps(
  prefix: string,
  dialect: Dialect,
  collation: string,
): readonly MigrationStep[] {
  const tables = tablesOf(prefix);
  const step = (version: number, name: string, sql: readonly string[]) => ({
    version,
    name,
    sql: [
      ...sql,
      `INSERT INTO ${tables.schema} (version, name, applied_at) VALUES (${version}, '${name}', ${dialect.clockMs})`,
    ],
  });
  const make = firstTables(prefix, dialect).flatMap((table) =>
    tableStatements(table, { dialect, collation })
  );
  const settings = dialect.name === "postgres" ? vacuumSettings(tables) : [];
  return [
    step(1, "the tables of version 0.1", [...make, ...settings]),
    step(
      2,
      "agent connections that drain",
      newColumn(dialect, { table: tables.connections, column: "draining_at", type: "bigint" }),
    ),
  ];
}

/** The statements that add a column. MySQL knows no `IF NOT EXISTS` there, so that they can be repeated they look first. */
function newColumn(
  { name }: Dialect,
  { table, column, type }: Readonly<Record<"table" | "column" | "type", string>>,
): readonly string[] {
  const add = `ALTER TABLE ${table} ADD COLUMN ${column} ${type}`;
  if (name === "postgres") return [add];
  return [
    `SET @jobmaster_step = (SELECT IF(COUNT(*) = 0, '${add}', 'DO 0') FROM information_schema.columns
WHERE table_schema = DATABASE() AND table_name = '${table}' AND column_name = '${column}')`,
    "PREPARE jobmaster_step FROM @jobmaster_step",
    "EXECUTE jobmaster_step",
    "DEALLOCATE PREPARE jobmaster_step",
  ];
}

/** The statements that make a table. On MySQL they can be repeated. */
export function tableStatements(
  table: Table,
  place: { readonly dialect: Dialect; readonly collation: string },
): readonly string[] {
  return place.dialect.name === "postgres"
    ? postgresTable(table, place.dialect)
    : mysqlTable(table, place);
}

/**
 * The key is made last: of two indexes that cost the same for a table of one row, the planner takes the younger one, and
 * a plan may outlive the table's smallness.
 */
function postgresTable(table: Table, dialect: Dialect): readonly string[] {
  const { name, columns, key, indexes } = table;
  const lines = columns.map((column) => columnLine(column, dialect));
  return [
    `CREATE TABLE ${name} (\n  ${lines.join(",\n  ")}\n)`,
    ...indexes.map((index) => postgresIndex(name, index)),
    `ALTER TABLE ${name} ADD PRIMARY KEY (${key.join(", ")})`,
  ];
}

function postgresIndex(table: string, { name, unique, columns, where }: Index): string {
  const kind = unique ? "UNIQUE INDEX" : "INDEX";
  const condition = where === null ? "" : ` WHERE ${where}`;
  return `CREATE ${kind} ${name} ON ${table} (${columns.join(", ")})${condition}`;
}

/** One statement, so that the table is there with all its indexes or not at all. */
function mysqlTable(
  { name, columns, key, indexes }: Table,
  { dialect, collation }: { readonly dialect: Dialect; readonly collation: string },
): readonly string[] {
  const lines = [
    ...columns.map((column) => columnLine(column, dialect)),
    `PRIMARY KEY (${key.join(", ")})`,
    ...indexes.map((index) =>
      `${index.unique ? "UNIQUE KEY" : "KEY"} ${index.name} (${index.columns.join(", ")})`
    ),
  ];
  return [
    `CREATE TABLE IF NOT EXISTS ${name} (\n  ${lines.join(",\n  ")}
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC CHARACTER SET utf8mb4 COLLATE ${collation}`,
  ];
}

/** Computed columns are stored: MariaDB does not always find the entries of an index over virtual ones. */
function columnLine({ name, type, nullable, computed }: Column, dialect: Dialect): string {
  const written = `${name} ${columnTypes(dialect)[type]}`;
  if (computed !== null) return `${written} GENERATED ALWAYS AS (${computed}) STORED`;
  return nullable ? written : `${written} NOT NULL`;
}

/**
 * Where new versions of rows go, and when old ones are cleared away.
 *
 * A job's page keeps room for its next versions. Without it they go to whatever page has room, which in a table full of
 * ended jobs is any page: running jobs then took twice as long. Dead entries of the indexes of live jobs lie before the
 * live ones, so they are cleared away when there are some ten thousands, however few pages have some.
 */
function vacuumSettings(
  { jobs, buckets, leases, workers, finalCounts }: Tables,
): readonly string[] {
  const busy =
    "fillfactor = 70, autovacuum_vacuum_scale_factor = 0.005, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 1, vacuum_index_cleanup = on";
  const small =
    "fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500";
  return [
    `ALTER TABLE ${jobs} SET (${busy})`,
    ...[buckets, leases, workers, finalCounts].map((table) =>
      `ALTER TABLE ${table} SET (${small})`
    ),
  ];
}
