/**
 * The part of the `mysql2` package that is used, and how it is told to send and read values.
 *
 * @module
 */

import mysql from "mysql2";
import type { SqlValue } from "./session.ts";

/** A value as it is sent: whole numbers as such, because the package would send a fraction. */
export type SentValue = SqlValue | object;

/** What a statement answers: rows as arrays, or how many were changed; one after the other of several statements. */
export type MysqlResult = readonly (readonly SqlValue[])[] | { readonly affectedRows: number };

/** Takes what a statement answered. */
export type MysqlAnswer = (error: unknown, result: MysqlResult) => void;

/** A connection of the package. */
export interface MysqlClient {
  /** Runs a text with its values written into it. Several statements are split at `;`. */
  query(sql: string, values: readonly SqlValue[], done: MysqlAnswer): void;
  /** Runs a prepared statement; the latest ones stay prepared. */
  execute(sql: string, values: readonly SentValue[], done: MysqlAnswer): void;
  /** Says goodbye. */
  end(done: (error: unknown) => void): void;
  /** Once connected. */
  once(event: "connect", told: () => void): void;
  /** When the connection is lost. */
  on(event: "error", told: (error: unknown) => void): void;
  /** Its number on the server. */
  readonly threadId: number;
  /** Its socket. */
  readonly stream: {
    destroy(): void;
    on(event: "close", told: () => void): void;
    readonly closed: boolean;
  };
}

/** How the package is told to connect. */
export interface MysqlConfig {
  /** Name or address of the server. */
  readonly host: string;
  /** Its port. */
  readonly port: number;
  /** The user. */
  readonly user: string;
  /** The password; empty for none. */
  readonly password: string;
  /** The database. */
  readonly database: string;
  /** TLS and how the certificate is checked. */
  readonly ssl?: {
    readonly ca?: string;
    readonly rejectUnauthorized: boolean;
    readonly verifyIdentity: boolean;
  };
}

/** Most statements that stay prepared on a connection. */
const MAX_PREPARED = 250;

/** Opens a connection; `connect` or `error` tell of it. Affected rows are those that changed. */
export function mysqlClient(config: MysqlConfig): MysqlClient {
  return mysql.createConnection({
    ...config,
    rowsAsArray: true,
    multipleStatements: true,
    flags: ["-FOUND_ROWS", "-LOCAL_FILES"],
    maxPreparedStatements: MAX_PREPARED,
    charset: "utf8mb4_bin",
    timezone: "Z",
    dateStrings: true,
    decimalNumbers: true,
    jsonStrings: true,
    connectTimeout: 0,
    keepAliveInitialDelay: 10_000,
  } as unknown as mysql.ConnectionOptions) as unknown as MysqlClient;
}

/** Values of a prepared statement. */
export function sent(values: readonly SqlValue[]): SentValue[] {
  return values.map((value) =>
    Number.isSafeInteger(value) ? mysql.TypedParameter.LONGLONG(value) : value
  );
}
