/**
 * What applications open transactions with: every kind of client that a job can be scheduled in, doing the same things.
 *
 * Most are told to answer values in a way of their own.
 *
 * @module
 */

import { DatabaseSync, type DatabaseSyncOptions } from "node:sqlite";
import mysqlCallbacks from "mysql2";
import mysql from "mysql2/promise";
import pg from "pg";
import postgres from "postgres";

/** An open transaction. */
export interface CallersTx {
  /** What is handed over. */
  readonly tx: object;
  /** Runs a statement in it; answers the first column of the first row as text. */
  ask(sql: string): Promise<string>;
}

/** A connection of an application. */
export interface Caller extends AsyncDisposable {
  /** What could be handed over by mistake, outside of transactions. */
  readonly idle: object;
  /** Commits what `work` did, or rolls it back and throws what it threw. */
  transaction<T>(work: (open: CallersTx) => Promise<T>, isolation?: string): Promise<T>;
}

/** A kind of client. */
export interface CallerKind {
  /** Its name. */
  readonly name: string;
  /** The database it is for. */
  readonly server: "sqlite" | "postgres" | "mysql";
  /** Connects to the master's database. */
  connect(url: string): Promise<Caller>;
}

/** Every kind. */
export const CALLER_KINDS: readonly CallerKind[] = [
  { name: "node:sqlite", server: "sqlite", connect: connectSqlite },
  { name: "pg", server: "postgres", connect: connectPg },
  { name: "pg pool client", server: "postgres", connect: connectPgPool },
  { name: "postgres", server: "postgres", connect: connectPostgres },
  { name: "postgres reserved", server: "postgres", connect: connectReserved },
  { name: "mysql2 callbacks", server: "mysql", connect: connectCallbacks },
  { name: "mysql2 promises", server: "mysql", connect: connectPromises },
  { name: "mysql2 pool connection", server: "mysql", connect: connectMysqlPool },
];

/** Begins and ends by statements. */
function byStatements(
  { tx, ask }: CallersTx,
  begin: (isolation: string | undefined) => readonly string[],
): Caller["transaction"] {
  return async (work, isolation) => {
    for (const sql of begin(isolation)) await ask(sql);
    try {
      const result = await work({ tx, ask });
      await ask("COMMIT");
      return result;
    } catch (error) {
      await ask("ROLLBACK").catch(() => {/* gone */}); // it may have ended, or be gone with its connection
      throw error;
    }
  };
}

async function connectSqlite(url: string): Promise<Caller> {
  const path = url.replace(/^sqlite:/, "").replace(/\?.*/, "");
  const options = { timeout: 5_000, readBigInts: true } as DatabaseSyncOptions;
  const database = new DatabaseSync(path, options);
  const ask = async (sql: string) => {
    await Promise.resolve();
    return String(Object.values(database.prepare(sql).get() ?? {})[0]);
  };
  const transaction = byStatements({ tx: database, ask }, () => ["BEGIN IMMEDIATE"]);
  await Promise.resolve();
  return {
    idle: database,
    transaction,
    [Symbol.asyncDispose]: () => Promise.resolve(database.close()),
  };
}

const postgresBegin = (isolation = "READ COMMITTED") => [`BEGIN ISOLATION LEVEL ${isolation}`];

const types = {
  getTypeParser: (oid: number) => oid === 20 ? BigInt : (text: string) => ({ text }),
} as unknown as pg.CustomTypesConfig;

async function connectPg(url: string): Promise<Caller> {
  const client = new pg.Client({ connectionString: url, types });
  client.on("error", () => {}); // cut by a test
  await client.connect();
  return pgCaller(client, () => client.end());
}

async function connectPgPool(url: string): Promise<Caller> {
  const pool = new pg.Pool({ connectionString: url, types });
  pool.on("error", () => {});
  const client = await pool.connect();
  client.on("error", () => {});
  return {
    ...pgCaller(client, async () => {
      client.release(true);
      await pool.end();
    }),
    idle: pool,
  };
}

function pgCaller(client: pg.ClientBase, close: () => Promise<void>): Caller {
  const ask = async (text: string) => {
    const { rows } = await client.query({ text, rowMode: "array" });
    const [value] = rows[0] ?? [];
    return String(value?.text ?? value);
  };
  return {
    idle: client,
    transaction: byStatements({ tx: client, ask }, postgresBegin),
    [Symbol.asyncDispose]: close,
  };
}

async function connectPostgres(url: string): Promise<Caller> {
  const sql = postgres(url, { max: 1, types: { bigint: postgres.BigInt }, onnotice: () => {} });
  await sql`SELECT 1`;
  return {
    idle: sql,
    transaction: async (work, isolation = "READ COMMITTED") =>
      await sql.begin(`ISOLATION LEVEL ${isolation}`, (tx) =>
        work({
          tx,
          ask: async (text) => String((await tx.unsafe(text).values())[0]?.[0]),
        })) as never,
    [Symbol.asyncDispose]: () => sql.end({ timeout: 1 }),
  };
}

async function connectReserved(url: string): Promise<Caller> {
  const cut = Promise.withResolvers<never>(); // the package itself may never answer after that
  cut.promise.catch(() => {/* told to who asks */});
  const onclose = () => cut.reject(new Error("CONNECTION_CLOSED"));
  const pool = postgres(url, { max: 1, onnotice: () => {}, onclose });
  const sql = await pool.reserve();
  const ask = async (text: string) => {
    const rows = sql.unsafe(text).values();
    rows.catch(() => {/* may come after the cut was told */});
    return String((await Promise.race([rows, cut.promise]))[0]?.[0]);
  };
  return {
    idle: sql,
    transaction: byStatements({ tx: sql, ask }, postgresBegin),
    [Symbol.asyncDispose]: async () => {
      sql.release();
      await pool.end({ timeout: 1 });
    },
  };
}

const numbersAsText = { supportBigNumbers: true, bigNumberStrings: true };

function mysqlBegin(isolation: string | undefined): readonly string[] {
  const set = isolation === undefined ? [] : [`SET TRANSACTION ISOLATION LEVEL ${isolation}`];
  return [...set, "START TRANSACTION"];
}

async function connectCallbacks(url: string): Promise<Caller> {
  const connection = mysqlCallbacks.createConnection({ uri: url, ...numbersAsText });
  connection.on("error", () => {});
  const ask = (sql: string) =>
    new Promise<string>((resolve, reject) =>
      connection.query({ sql, rowsAsArray: true }, (error, rows) => {
        if (error) reject(error);
        else resolve(String((rows as unknown[][])[0]?.[0]));
      })
    );
  await ask("SELECT 1");
  return {
    idle: connection,
    transaction: byStatements({ tx: connection, ask }, mysqlBegin),
    [Symbol.asyncDispose]: () => new Promise((resolve) => connection.end(() => resolve())),
  };
}

async function connectPromises(url: string): Promise<Caller> {
  const connection = await mysql.createConnection({
    uri: url,
    typeCast: (field, next) => field.type === "LONGLONG" ? BigInt(field.string()!) : next(),
  });
  connection.on("error", () => {});
  return mysqlCaller(connection, () => connection.end().catch(() => {/* it was cut */}));
}

async function connectMysqlPool(url: string): Promise<Caller> {
  const pool = mysql.createPool({ uri: url, flags: ["-FOUND_ROWS"] });
  const connection = await pool.getConnection();
  connection.on("error", () => {});
  return {
    ...mysqlCaller(connection, async () => {
      connection.destroy();
      await pool.end();
    }),
    idle: pool,
  };
}

function mysqlCaller(connection: mysql.Connection, close: () => Promise<void>): Caller {
  const ask = async (sql: string) => {
    const [rows] = await connection.query({ sql, rowsAsArray: true });
    return String((rows as unknown as unknown[][])[0]?.[0]);
  };
  return {
    idle: connection,
    transaction: byStatements({ tx: connection, ask }, mysqlBegin),
    [Symbol.asyncDispose]: close,
  };
}
