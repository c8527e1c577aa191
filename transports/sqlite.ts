/**
 * An agent connection in a SQLite file: for the processes of one machine.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { systemClock } from "../core/clock.ts";
import { JobMasterError } from "../core/errors.ts";
import { systemRandom } from "../core/random.ts";
import { SqliteConnection, type Surroundings } from "../storage/sqlite/connection.ts";
import { readOptions } from "../storage/sqlite/options.ts";
import { asTransport } from "./failures.ts";
import type { Transport, TransportAdapter } from "./port.ts";
import {
  makeFileTables,
  type MessageTables,
  messageTables,
  TABLES_VERSION,
} from "./sqlite/tables.ts";
import { SqliteTransport } from "./sqlite/sqlite_transport.ts";

const SYSTEM: Surroundings = { clock: systemClock, random: systemRandom };

/**
 * Opens an agent connection in a file, whose leases are judged on the clock of `surroundings`.
 *
 * @throws {JobMasterError} See {@linkcode TransportAdapter.open}.
 */
export async function openSqliteTransport(
  options: Readonly<Record<string, unknown>>,
  surroundings: Surroundings = SYSTEM,
): Promise<Transport> {
  const { path, prefix, synchronous, migrate } = readOptions(options);
  const label = `sqlite:${path}`;
  const tables = messageTables(prefix);
  return await asTransport(label, async () => {
    if (!migrate && !existsSync(path)) throw missing(label, "there is no such file");
    const connection = await SqliteConnection.open({ path, synchronous }, surroundings);
    try {
      const made = surroundings.random.bytes(16).toHex();
      const fingerprint = await connection.write(() =>
        prepare(connection, tables, { label, makes: migrate, made })
      );
      return await connection.read(() =>
        new SqliteTransport(connection, tables, { fingerprint, label })
      );
    } catch (error) {
      await connection.close();
      throw error;
    }
  });
}

/** The SQLite transport, by its options: see `SqliteOptions`. */
export const adapter: TransportAdapter = { open: (options) => openSqliteTransport(options) };

/** Makes what is missing and answers the fingerprint. */
function prepare(
  connection: SqliteConnection,
  tables: MessageTables,
  { label, makes, made }: {
    readonly label: string;
    readonly makes: boolean;
    readonly made: string;
  },
): string {
  const known = connection.prepareRows("SELECT 1 FROM sqlite_schema WHERE name = ?")
    .get(tables.store) !== undefined;
  if (!known && !makes) {
    throw missing(label, `it has no table "${tables.store}"`);
  }
  if (!known) {
    for (const sql of makeFileTables(tables)) connection.prepare(sql).run();
    const { clock } = connection;
    connection.prepare(
      `INSERT INTO ${tables.store} (id, fingerprint, version, made_at) VALUES (1, ?, ?, ?)`,
    ).run(made, TABLES_VERSION, clock.now());
  }
  const row = connection.prepareRows(`SELECT fingerprint, version FROM ${tables.store}`).get()!;
  if (row[1] === TABLES_VERSION) return row[0] as string;
  throw new JobMasterError(
    "schema_outdated",
    `Cannot use agent connection "${label}": its tables are version ${
      row[1]
    } and this program knows ${TABLES_VERSION}; use a newer program`,
  );
}

function missing(label: string, what: string): JobMasterError {
  return new JobMasterError(
    "schema_outdated",
    `Cannot use agent connection "${label}": ${what}; open it once without migrate=false`,
  );
}
