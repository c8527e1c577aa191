/**
 * A SQLite file as the database that queries read.
 *
 * @module
 */

import type { ReadableDatabase, Row, Session, Statement } from "../sql/session.ts";
import type { RowStatement, SqliteConnection } from "./connection.ts";
import { sqliteDialect } from "./dialect.ts";

/** Reads over `connection`. Each statement runs at once, over its own snapshot. */
export function fileReads(connection: SqliteConnection): ReadableDatabase {
  const kept = new Map<Statement, RowStatement>();
  const prepare = (statement: Statement): RowStatement => {
    if (!statement.prepared) return connection.composeRows(statement.text);
    const prepared = kept.get(statement) ?? connection.prepareRows(statement.text);
    kept.set(statement, prepared);
    return prepared;
  };
  const session: Session = {
    rows: (statement, values = []) =>
      connection.read(() => prepare(statement).all(...values) as readonly Row[]),
  };
  return {
    dialect: sqliteDialect,
    read: (work) => work(session),
    pause: () => new Promise((resolve) => connection.clock.immediate(resolve)),
  };
}
