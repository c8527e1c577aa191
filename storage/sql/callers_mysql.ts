/**
 * Transactions that applications open on MySQL or MariaDB with the package `mysql2`.
 *
 * @module
 */

import {
  type CallersConnection,
  noTransaction,
  refusal,
  SAVEPOINT,
} from "./callers_transaction.ts";
import type { Dialect } from "./dialect.ts";
import type { InsertingTransaction } from "./job_insertion.ts";
import { mysqlDialect } from "./mysql_dialect.ts";
import { productOf } from "./mysql_driver.ts";
import { mysqlFailure } from "./mysql_failures.ts";
import type { Row, SqlValue } from "./session.ts";

const ACCEPTED =
  "the MySQL master takes a connection of mysql2, with promises or callbacks, after beginTransaction()";

/** Flags that the server sends with each answer. */
const IN_TRANSACTION = 1;
const AUTOCOMMIT = 2;

/** Types of whole numbers; see the protocol's `enum_field_types`. */
const WHOLE: ReadonlySet<number> = new Set([1, 2, 3, 8, 9]);

/** The connection behind what the application gave. @throws {JobMasterError} `invalid_request` for anything else */
export function mysqlConnection(client: object): CallersConnection {
  const core = isConnection(client)
    ? client
    : (client as { readonly connection?: object }).connection ?? client;
  if (isConnection(core)) {
    return {
      identity: core,
      atSavepoint: (work) => atSavepoint(core, work),
      failureOf: mysqlFailure,
    };
  }
  if (typeof (client as { readonly getConnection?: unknown }).getConnection === "function") {
    throw refusal(`it is a pool, which runs each statement anywhere; ${ACCEPTED}`);
  }
  throw refusal(`it is none of this database; ${ACCEPTED}`);
}

/** The part of a connection of `mysql2` that is used: the one with callbacks, which the one with promises has inside. */
interface MysqlCore {
  query(options: QueryOptions, values: SqlValue[], done: Done): void;
  execute(options: QueryOptions, values: SqlValue[], done: Done): void;
  promise(): unknown;
}

interface QueryOptions {
  readonly sql: string;
  readonly rowsAsArray: true;
  readonly nestTables: false;
  readonly typeCast: (field: unknown, next: () => SqlValue) => SqlValue;
}

type Done = (error: unknown, result: Rows | Status, fields?: readonly Field[]) => void;
type Rows = readonly (readonly SqlValue[])[];

interface Status {
  readonly affectedRows: number;
  readonly serverStatus: number;
}

interface Field {
  readonly columnType?: number;
}

function isConnection(value: object): value is MysqlCore {
  const { query, execute, promise } = value as Partial<MysqlCore>;
  const hasCalls = [query, execute, promise].every((each) => typeof each === "function");
  return hasCalls && !("getConnection" in value);
}

interface Answer {
  readonly rows: readonly Row[];
  readonly status: Status;
}

/**
 * Values are sent apart from the text, because how to write them into it depends on the session's mode; the few texts
 * there are stay prepared, as the package does it.
 */
function ask(core: MysqlCore, sql: string, values: readonly SqlValue[] = []): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = values.length === 0 ? core.query : core.execute;
    const options: QueryOptions = {
      sql,
      rowsAsArray: true,
      nestTables: false,
      typeCast: (_field, next) => next(),
    };
    call.call(core, options, [...values], (error, result, fields = []) => {
      if (error) reject(error);
      else if (isRows(result)) {
        resolve({ rows: result.map((row) => read(row, fields)), status: NONE });
      } else resolve({ rows: [], status: result });
    });
  });
}

const NONE: Status = { affectedRows: 0, serverStatus: 0 };

function isRows(result: Rows | Status): result is Rows {
  return Array.isArray(result);
}

/** The package may be told to answer large whole numbers as text. */
function read(row: readonly SqlValue[], fields: readonly Field[]): Row {
  return row.map((value, at) =>
    typeof value === "string" && WHOLE.has(fields[at]?.columnType ?? 0) ? Number(value) : value
  );
}

async function atSavepoint<T>(
  core: MysqlCore,
  work: (transaction: InsertingTransaction, dialect: Dialect) => Promise<T>,
): Promise<T> {
  const { status } = await ask(core, `SAVEPOINT ${SAVEPOINT}`);
  const isOpen = (status.serverStatus & IN_TRANSACTION) !== 0 ||
    (status.serverStatus & AUTOCOMMIT) === 0;
  if (!isOpen) throw noTransaction();
  let result: T;
  try {
    result = await work(transactionOver(core), await dialectOf(core));
  } catch (error) {
    try {
      await ask(core, `ROLLBACK TO SAVEPOINT ${SAVEPOINT}`);
      await ask(core, `RELEASE SAVEPOINT ${SAVEPOINT}`);
    } catch {
      // a deadlock has ended the transaction, or the connection is lost
    }
    throw error;
  }
  await ask(core, `RELEASE SAVEPOINT ${SAVEPOINT}`);
  return result;
}

/** Connections of `mysql2` count the rows that were found unless they are told otherwise. */
function transactionOver(core: MysqlCore): InsertingTransaction {
  return {
    countsFound: true,
    rows: async ({ text }, values) => (await ask(core, text, values)).rows,
    run: async ({ text }, values) => (await ask(core, text, values)).status.affectedRows,
  };
}

/** @throws {JobMasterError} `invalid_request` when texts would be changed on the way */
async function dialectOf(core: MysqlCore): Promise<Dialect> {
  const asked = "SELECT VERSION(), @@character_set_client, @@character_set_results";
  const [version, sent, answered] = (await ask(core, asked)).rows[0] ?? [];
  if (sent !== "utf8mb4" || answered !== "utf8mb4") {
    throw refusal(
      `its connection sends ${sent} and receives ${answered}, which cannot hold every text; connect with charset "utf8mb4"`,
    );
  }
  return mysqlDialect(productOf(String(version)).collation);
}
