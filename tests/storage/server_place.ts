/** A database of its own on a test server, with connections that know nothing of pools and retries. */

import mysql from "mysql2/promise";
import pg from "pg";
import { sharedServer, skipWithout } from "../support/servers/test_servers.ts";
import type { Dialect } from "../../storage/sql/dialect.ts";
import { mysqlDialect } from "../../storage/sql/mysql_dialect.ts";
import { postgresDialect } from "../../storage/sql/postgres_dialect.ts";
import type {
  Row,
  SqlDatabase,
  SqlValue,
  Statement,
  Transaction,
} from "../../storage/sql/session.ts";

const FOUND = {
  postgres: await sharedServer("postgres"),
  mysql: await sharedServer("mysql"),
};

/** The kinds of servers. */
export type Kind = keyof typeof FOUND;

/** The kinds of servers that are there; the others are reported as skipped tests by {@linkcode skipMissing}. */
export const KINDS: readonly Kind[] = (["postgres", "mysql"] as const).filter((kind) =>
  FOUND[kind].missing === undefined
);

/** Registers a skipped test for each kind of server that is not there. */
export function skipMissing(what: string): void {
  for (const kind of ["postgres", "mysql"] as const) {
    if (!KINDS.includes(kind)) skipWithout(`${kind}: ${what}`, FOUND[kind]);
  }
}

/** One connection to a database. */
export type PlainDatabase = SqlDatabase & AsyncDisposable & {
  /** Runs one statement outside of transactions. */
  rows(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
};

/** A database of its own; dropped in the end. */
export interface ServerPlace extends AsyncDisposable {
  /** Its address for the program. */
  readonly url: string;
  /** The SQL of the server. */
  readonly dialect: Dialect;
  /** The collation of its tables. */
  readonly collation: string;
  /** A connection. */
  readonly database: SqlDatabase;
  /** Opens another connection. */
  connect(): Promise<PlainDatabase>;
  /** Runs a statement. */
  exec(sql: string): Promise<void>;
  /** Runs a query. */
  rows(sql: string): Promise<readonly Row[]>;
  /** Names of the tables. */
  tables(): Promise<readonly unknown[]>;
}

/** Makes a database. */
export async function openPlace(kind: Kind): Promise<ServerPlace> {
  const server = SERVERS[kind];
  const name = `place_${crypto.randomUUID().replaceAll("-", "")}`;
  const shared = FOUND[kind].url!;
  const url = new URL(shared);
  await using admin = await server.connect(url.href);
  await admin.rows(`CREATE DATABASE ${name}`);
  url.pathname = `/${name}`;
  const database = await server.connect(url.href);
  const collation = kind === "postgres" ? "" : await binaryCollation(database);
  return {
    url: url.href,
    dialect: database.dialect,
    collation,
    database,
    connect: () => server.connect(url.href),
    exec: async (sql) => void await database.rows(sql),
    rows: (sql) => database.rows(sql),
    tables: async () => (await database.rows(server.tables)).map(([table]) => table),
    [Symbol.asyncDispose]: async () => {
      await database[Symbol.asyncDispose]();
      await using last = await server.connect(shared);
      await last.rows(`DROP DATABASE ${name}${kind === "postgres" ? " WITH (FORCE)" : ""}`);
    },
  };
}

async function binaryCollation(database: PlainDatabase): Promise<string> {
  const [row] = await database.rows("SELECT VERSION()");
  return /mariadb/i.test(`${row![0]}`) ? "utf8mb4_nopad_bin" : "utf8mb4_0900_bin";
}

const SERVERS = {
  postgres: {
    connect: connectPostgres,
    tables:
      "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
  },
  mysql: {
    connect: connectMysql,
    tables: "SHOW TABLES",
  },
};

async function connectPostgres(url: string): Promise<PlainDatabase> {
  pg.types.setTypeParser(pg.types.builtins.INT8, Number);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const ask = async (text: string, values: readonly SqlValue[] = []) => {
    let place = 0;
    const numbered = text.replace(/\?/g, () => `$${++place}`);
    return await client.query({ text: numbered, values: [...values], rowMode: "array" });
  };
  return databaseOn(postgresDialect, {
    rows: async (text, values) => (await ask(text, values)).rows as Row[],
    run: async (text, values) => (await ask(text, values)).rowCount ?? 0,
    close: () => client.end(),
  });
}

async function connectMysql(url: string): Promise<PlainDatabase> {
  const connection = await mysql.createConnection({ uri: url });
  await connection.query("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
  const ask = async (sql: string, values: readonly SqlValue[] = []) => {
    const [rows] = await connection.query({ sql, values: [...values], rowsAsArray: true });
    return rows as unknown;
  };
  return databaseOn(mysqlDialect("utf8mb4_bin"), {
    rows: async (text, values) => await ask(text, values) as readonly Row[],
    run: async (text, values) =>
      (await ask(text, values) as { readonly affectedRows: number }).affectedRows,
    close: () => connection.end(),
  });
}

interface Connection {
  rows(text: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
  run(text: string, values?: readonly SqlValue[]): Promise<number>;
  close(): Promise<void>;
}

function databaseOn(dialect: Dialect, connection: Connection): PlainDatabase {
  const transaction: Transaction = {
    slot: 0,
    rows: ({ text }: Statement, values) => connection.rows(text, values),
    run: ({ text }: Statement, values) => connection.run(text, values),
    last: () => {
      throw new Error("not here");
    },
  };
  return {
    dialect,
    rows: (sql, values) => connection.rows(sql, values),
    read: (work) => work(transaction),
    write: async (work) => {
      await connection.rows("START TRANSACTION");
      try {
        const result = await work(transaction);
        await connection.rows("COMMIT");
        return result;
      } catch (error) {
        await connection.rows("ROLLBACK");
        throw error;
      }
    },
    [Symbol.asyncDispose]: () => connection.close(),
  };
}
