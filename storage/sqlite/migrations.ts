/**
 * Brings the schema of a file to the version this program needs, and says how it differs.
 *
 * Every step runs in its own transaction and looks again, once it has the lock, whether it is still missing: any
 * number of processes may start at once.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { DatabaseSync } from "node:sqlite";
import { JobMasterError } from "../../core/errors.ts";
import { shown } from "../../core/names.ts";
import type { MigrationReport, MigrationStep } from "../port.ts";
import type { SqliteConnection } from "./connection.ts";
import { asMasterError } from "./failures.ts";
import { migrationSteps, schemaTable } from "./schema.ts";
import type { Tables } from "../sql/table_names.ts";

type Preparing = Pick<DatabaseSync, "prepare">;

/** What the schema of the file at `path` lacks. Makes no file and changes none. */
export function inspectSchema(path: string, tables: Tables): MigrationReport {
  const steps = migrationSteps(tables);
  if (!existsSync(path)) return { current: 0, latest: steps.length, steps, drift: [] };
  try {
    using database = new DatabaseSync(inspectionUrl(path), { readOnly: true });
    return reportOf(database, tables);
  } catch (error) {
    throw asMasterError(error, path);
  }
}

/** Without a log nobody has the file open; then `immutable` keeps SQLite from making the log's files. */
function inspectionUrl(path: string): string {
  const url = pathToFileURL(resolve(path));
  if (!existsSync(`${path}-wal`)) url.searchParams.set("immutable", "1");
  return url.href;
}

/** State of the schema `database` holds. */
export function reportOf(database: Preparing, tables: Tables): MigrationReport {
  const steps = migrationSteps(tables);
  const current = versionOf(database, tables);
  return {
    current,
    latest: steps.length,
    steps: steps.filter((step) => step.version > current),
    drift: driftOf(database, tables, current),
  };
}

/**
 * Takes the missing steps and answers them.
 *
 * @throws {JobMasterError} `schema_outdated` when the schema is newer than this program.
 */
export async function migrateSchema(
  connection: SqliteConnection,
  tables: Tables,
): Promise<readonly MigrationStep[]> {
  const taken: MigrationStep[] = [];
  for (const step of migrationSteps(tables)) {
    const current = await connection.read(() => versionOf(connection, tables));
    refuseNewer(connection.path, tables, current);
    if (current >= step.version) continue;
    if (await connection.write(() => takeStep(connection, tables, step))) taken.push(step);
  }
  return taken;
}

/** Refuses a schema that is not the one this program needs. */
export function requireLatest(path: string, report: MigrationReport, tables: Tables): void {
  refuseNewer(path, tables, report.current);
  if (report.current === report.latest) return;
  throw new JobMasterError(
    "schema_outdated",
    `Cannot open master ${
      shown(path)
    }: its schema is version ${report.current} and this program needs ${report.latest}; migrate it first`,
  );
}

function refuseNewer(path: string, tables: Tables, current: number): void {
  const latest = migrationSteps(tables).length;
  if (current <= latest) return;
  throw new JobMasterError(
    "schema_outdated",
    `Cannot open master ${
      shown(path)
    }: its schema is version ${current} and this program knows ${latest}; use a newer program`,
  );
}

function takeStep(connection: SqliteConnection, tables: Tables, step: MigrationStep): boolean {
  connection.prepare(schemaTable(tables)).run();
  if (versionOf(connection, tables) >= step.version) return false;
  for (const statement of step.sql) connection.prepare(statement).run();
  connection
    .prepare(`INSERT INTO ${tables.schema} (version, name, applied_at) VALUES (?, ?, ?)`)
    .run(step.version, step.name, connection.clock.now());
  return true;
}

function versionOf(database: Preparing, tables: Tables): number {
  const known = database
    .prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?")
    .get(tables.schema);
  if (known === undefined) return 0;
  const row = database.prepare(`SELECT max(version) AS version FROM ${tables.schema}`).get();
  return Number(row?.version ?? 0);
}

function driftOf(database: Preparing, tables: Tables, current: number): readonly string[] {
  if (current === 0 || current > migrationSteps(tables).length) return [];
  const expected = expectedObjects(tables, current);
  const actual = objectsOf(database, tables);
  const drift: string[] = [];
  for (const [name, sql] of expected) {
    if (!actual.has(name)) drift.push(`${name} is missing`);
    else if (actual.get(name) !== sql) drift.push(`${name} differs`);
  }
  for (const name of actual.keys()) {
    if (!expected.has(name)) drift.push(`${name} was added`);
  }
  return drift;
}

function expectedObjects(tables: Tables, current: number): ReadonlyMap<string, unknown> {
  using scratch = new DatabaseSync(":memory:");
  scratch.exec(schemaTable(tables));
  for (const step of migrationSteps(tables)) {
    if (step.version <= current) step.sql.forEach((statement) => scratch.exec(statement));
  }
  return objectsOf(scratch, tables);
}

function objectsOf(database: Preparing, tables: Tables): ReadonlyMap<string, unknown> {
  const names = Object.values(tables);
  const rows = database
    .prepare(
      `SELECT type, name, sql FROM sqlite_master
WHERE tbl_name IN (${names.map(() => "?").join(", ")}) ORDER BY name`,
    )
    .all(...names);
  return new Map(rows.map(({ type, name, sql }) => [`${type} ${shown(name)}`, sql]));
}
