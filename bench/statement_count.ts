/**
 * What a master on Postgres was asked, counted by Postgres.
 *
 * @module
 */

import { Client } from "pg";
import { ownServer } from "../tests/support/servers/test_servers.ts";
import type { OwnServer } from "../tests/support/servers/server_kind.ts";

/** Marks the statements of a bench itself. */
export const OURS = "/* bench */";

/** Rows that were inserted and updated. */
export type RowCounts = readonly [inserted: number, updated: number];

/** Starts a Postgres server that counts statements. */
export async function countingPostgres(): Promise<OwnServer> {
  const server = await ownServer("postgres");
  await runOn(server.url, "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'");
  await server.signal("SIGTERM");
  await server.start();
  return server;
}

/** The counters of one database. */
export class StatementCount {
  readonly #url: string;
  #statements = 0;
  #rows: RowCounts = [0, 0];

  /** Counts in the database at `url`. */
  constructor(url: string) {
    this.#url = url;
  }

  /** Makes what it needs, which is counted for a while: to be called well before it begins. */
  async prepare(): Promise<void> {
    await runOn(this.#url, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
  }

  /** Begins. */
  async begin(): Promise<void> {
    this.#rows = await this.#readRows();
    this.#statements = await this.#readStatements();
  }

  /** Statements since, those that begin and end transactions included. */
  async statements(): Promise<number> {
    return await this.#readStatements() - this.#statements;
  }

  /** Rows since. A connection tells them with a delay, or when it ends: to be asked once nodes have stopped. */
  async rows(): Promise<RowCounts> {
    const [inserted, updated] = await this.#readRows();
    return [inserted - this.#rows[0], updated - this.#rows[1]];
  }

  async #readStatements(): Promise<number> {
    const [calls] = await runOn(
      this.#url,
      `${OURS} SELECT sum(calls) FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
WHERE toplevel AND datname = current_database() AND query NOT LIKE '${OURS}%'`,
    );
    return calls!;
  }

  async #readRows(): Promise<RowCounts> {
    const [inserted, updated] = await runOn(
      this.#url,
      "SELECT tup_inserted, tup_updated FROM pg_stat_database WHERE datname = current_database()",
    );
    return [inserted!, updated!];
  }
}

/** The columns of the first row, as numbers. */
async function runOn(url: string, text: string): Promise<readonly number[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query({ text, rowMode: "array" });
    return ((rows[0] ?? []) as readonly unknown[]).map(Number);
  } finally {
    await client.end();
  }
}
