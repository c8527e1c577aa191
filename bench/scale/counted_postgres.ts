/**
 * A Postgres of the measurement's own that counts its statements (`pg_stat_statements`) and the rows it reads.
 *
 * @module
 */

import pg from "pg";
import { makeDatabase, type TestDatabase } from "../../tests/support/servers/databases.ts";
import { ownServer } from "../../tests/support/servers/test_servers.ts";

/** What a database was asked within a while. */
export interface Counts {
  /** Statements, BEGIN and COMMIT included. */
  readonly statements: number;
  /** Rows that statements answered or changed. */
  readonly rows: number;
  /** Rows that were read to that end, as `pg_stat_database` tells them. */
  readonly rowsRead: number;
  /** Time the server spent on statements, in milliseconds. */
  readonly busyMs: number;
  /** How long that while was, in seconds. */
  readonly seconds: number;
}

/** A server that counts. */
export interface CountedPostgres extends AsyncDisposable {
  /** Makes an empty database there. */
  database(): Promise<TestDatabase>;
  /** Connections to the database at `url` that are open. */
  connections(url: string): Promise<number>;
  /** What the database at `url` was asked while `work` ran. */
  during(url: string, work: () => Promise<unknown>): Promise<Counts>;
}

/** Starts one. */
export async function countedPostgres(): Promise<CountedPostgres> {
  await using starting = new AsyncDisposableStack();
  const server = starting.use(await ownServer("postgres"));
  await ask(server.url, "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'");
  await server.signal("SIGTERM");
  await server.start();
  await ask(server.url, "CREATE EXTENSION pg_stat_statements");
  const started = starting.move();
  return {
    database: () => makeDatabase("postgres", server.url),
    connections: async (url) => {
      const [row] = await ask(server.url, CONNECTIONS, [nameOf(url)]);
      return (row as { readonly count: number }).count;
    },
    during: async (url, work) => {
      const name = nameOf(url);
      const before = await look(server.url, name);
      const from = performance.now();
      await work();
      const seconds = (performance.now() - from) / 1_000;
      const after = await look(server.url, name);
      const gone = (field: keyof Seen) => after[field] - before[field];
      return {
        seconds,
        statements: gone("statements"),
        rows: gone("rows"),
        rowsRead: gone("rowsRead"),
        busyMs: gone("busyMs"),
      };
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

function nameOf(url: string): string {
  return new URL(url).pathname.slice(1);
}

const CONNECTIONS = "SELECT count(*)::float8 FROM pg_stat_activity WHERE datname = $1";

type Seen = Omit<Counts, "seconds">;

const LOOK = `SELECT sum(calls)::float8 AS statements, sum(rows)::float8 AS rows,
  sum(total_exec_time)::float8 AS "busyMs",
  (SELECT (tup_returned + tup_fetched)::float8 FROM pg_stat_database WHERE datname = $1) AS "rowsRead"
FROM pg_stat_statements JOIN pg_database ON pg_database.oid = dbid WHERE datname = $1`;

async function look(url: string, database: string): Promise<Seen> {
  const [row] = await ask(url, LOOK, [database]);
  return row as Seen;
}

async function ask(
  url: string,
  text: string,
  values: readonly string[] = [],
): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, [...values])).rows;
  } finally {
    await client.end();
  }
}
