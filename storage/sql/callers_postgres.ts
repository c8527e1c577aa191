/**
 * Transactions that applications open on Postgres with the packages `pg` and `postgres`.
 *
 * Values are read as the server writes them, whatever the application has told its package about types.
 *
 * @module
 */

import { type CallersConnection, refusal, SAVEPOINT } from "./callers_transaction.ts";
import type { InsertingTransaction } from "./job_insertion.ts";
import { postgresDialect } from "./postgres_dialect.ts";
import { postgresFailure } from "./postgres_failures.ts";
import { numbered } from "./postgres_texts.ts";
import type { Row, SqlValue } from "./session.ts";

/** Object ids of types; see `pg_type.dat` of Postgres. */
const NUMBERS: ReadonlySet<number> = new Set([20, 21, 23, 701]);
const TEXT = 25;
const BIGINT = 20;

const ACCEPTED =
  "the Postgres master takes the sql that begin() of postgres hands over, or a client of pg after BEGIN";

/** The connection behind what the application gave. @throws {JobMasterError} `invalid_request` for anything else */
export function postgresConnection(client: object): CallersConnection {
  const given = client as Partial<PgClient & PgPool & TransactionSql & PoolSql>;
  if (typeof given.query === "function" && typeof given.getTypeParser === "function") {
    return pgConnection(client as PgClient);
  }
  if (typeof given.unsafe === "function" && typeof given.typed === "function") {
    if (given.begin === undefined) return sqlConnection(client as TransactionSql);
    throw refusal(`it is no transaction but what begins them; ${ACCEPTED}`);
  }
  if (typeof given.totalCount === "number") {
    throw refusal(`it is a pool, which runs each statement anywhere; ${ACCEPTED}`);
  }
  throw refusal(`it is none of this database; ${ACCEPTED}`);
}

interface Answer {
  readonly rows: readonly Row[];
  readonly count: number;
}

type Ask = (text: string, values: readonly SqlValue[]) => Promise<Answer>;

function transactionOver(ask: Ask): InsertingTransaction {
  return {
    rows: async ({ text }, values = []) => (await ask(numbered(text), values)).rows,
    run: async ({ text }, values = []) => (await ask(numbered(text), values)).count,
  };
}

/** Takes back what `work` did when it throws, and forgets the savepoint. */
async function atSavepoint<T>(ask: Ask, work: () => Promise<T>): Promise<T> {
  await ask(`SAVEPOINT ${SAVEPOINT}`, []); // fails outside a transaction
  let result: T;
  try {
    result = await work();
  } catch (error) {
    try {
      await ask(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}`, []);
      await ask(`RELEASE SAVEPOINT ${SAVEPOINT}`, []);
    } catch {
      // the connection is lost, and the transaction with it
    }
    throw error;
  }
  await ask(`RELEASE SAVEPOINT ${SAVEPOINT}`, []);
  return result;
}

function read(text: string | null, type: number | undefined): SqlValue {
  return text !== null && NUMBERS.has(type ?? TEXT) ? Number(text) : text;
}

/** The part of a client of `pg` that is used. */
interface PgClient {
  query(query: {
    readonly text: string;
    readonly values: SqlValue[];
    readonly rowMode: "array";
    readonly types: { getTypeParser(): (text: string) => string };
  }): Promise<{
    readonly rows: readonly (readonly (string | null)[])[];
    readonly fields: readonly { readonly dataTypeID: number }[];
    readonly rowCount: number | null;
  }>;
  getTypeParser(type: number): unknown;
}

interface PgPool {
  readonly totalCount: number;
}

const AS_WRITTEN = { getTypeParser: () => (text: string) => text };

function pgConnection(client: PgClient): CallersConnection {
  const ask: Ask = async (text, values) => {
    const { rows, fields, rowCount } = await client.query({
      text,
      values: [...values],
      rowMode: "array",
      types: AS_WRITTEN,
    });
    return {
      rows: rows.map((row) => row.map((value, at) => read(value, fields[at]?.dataTypeID))),
      count: rowCount ?? 0,
    };
  };
  return {
    identity: client,
    atSavepoint: (work) => atSavepoint(ask, () => work(transactionOver(ask), postgresDialect)),
    failureOf: postgresFailure,
  };
}

/** The part of a transaction of `postgres` that is used. */
interface TransactionSql {
  unsafe(text: string, values?: readonly unknown[]): { raw(): Promise<RawResult> };
  typed(value: SqlValue, type: number): unknown;
  /** Missing on a reserved connection. */
  savepoint?<T>(work: (sql: TransactionSql) => Promise<T>): Promise<T>;
}

interface PoolSql {
  begin(...args: readonly unknown[]): unknown;
}

type RawResult = readonly (readonly (Uint8Array | null)[])[] & {
  readonly columns?: readonly { readonly type: number }[];
  readonly count: number | null;
};

const decoder = new TextDecoder();

/** A transaction of `postgres` fails with its first statement that fails, unless a savepoint of its own is around it. */
function sqlConnection(sql: TransactionSql): CallersConnection {
  return {
    identity: sql,
    atSavepoint: (work) => {
      if (sql.savepoint === undefined) {
        return atSavepoint(asking(sql), () => work(transactionOver(asking(sql)), postgresDialect));
      }
      return sql.savepoint((inner) => work(transactionOver(asking(inner)), postgresDialect));
    },
    failureOf: postgresFailure,
  };
}

function asking(sql: TransactionSql): Ask {
  return async (text, values) => {
    // without a type a text that is cast to JSON would be written as JSON once more
    const sent = values.map((value) => sql.typed(value, typeof value === "number" ? BIGINT : TEXT));
    const result = await sql.unsafe(text, sent).raw();
    const decode = (value: Uint8Array | null) => value === null ? null : decoder.decode(value);
    return {
      rows: result.map((row) =>
        row.map((value, at) => read(decode(value), result.columns?.[at]?.type))
      ),
      count: result.count ?? 0,
    };
  };
}
