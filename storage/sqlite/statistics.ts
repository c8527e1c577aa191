/**
 * Statistics of a file, which this program has no use for: every statement says which index it reads.
 *
 * They do harm. With samples of an index (`sqlite_stat4`) a statement is prepared anew each time it is bound, which
 * made running jobs 2.5 times slower.
 *
 * @module
 */

import type { Tables } from "../sql/table_names.ts";
import type { SqliteConnection } from "./connection.ts";

const STATISTICS = ["sqlite_stat1", "sqlite_stat4"] as const;

/** Deletes what somebody's `ANALYZE` said of `tables`. Called before statements are prepared. */
export async function forgetStatistics(
  connection: SqliteConnection,
  tables: Tables,
): Promise<void> {
  const names = JSON.stringify(Object.values(tables));
  const gathered = await connection.read(() =>
    STATISTICS.filter((table) => isThere(connection, table) && knows(connection, table, names))
  );
  if (gathered.length === 0) return;
  await connection.write(() => {
    for (const table of gathered) {
      connection.prepare(`DELETE FROM ${table} ${OF_TABLES}`).run(names);
    }
  });
  connection.prepare("ANALYZE sqlite_schema").run(); // reads them again
}

const OF_TABLES = "WHERE tbl IN (SELECT value FROM json_each(?))";

function isThere(connection: SqliteConnection, table: string): boolean {
  const found = connection.prepareRows("SELECT 1 FROM sqlite_schema WHERE name = ?").get(table);
  return found !== undefined;
}

function knows(connection: SqliteConnection, table: string, names: string): boolean {
  return connection.prepareRows(`SELECT 1 FROM ${table} ${OF_TABLES} LIMIT 1`).get(names) !==
    undefined;
}
