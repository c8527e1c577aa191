/**
 * The part of the `pg` package that is used, and how it is told to read values.
 *
 * @module
 */

import pg from "pg";
import type { SqlValue } from "./session.ts";

/** What a statement answers. */
export interface PgResult {
  /** The first word of the command's tag: `ROLLBACK` when COMMIT could not. */
  readonly command: string;
  /** How many rows it changed or answered. */
  readonly rowCount: number | null;
  /** The rows, as arrays. */
  readonly rows: readonly (readonly SqlValue[])[];
}

/** What a statement is sent with. */
export interface PgQuery {
  /** The text, with `$1` and so on; without values it may be several statements. */
  readonly text: string;
  /** The values, when there are any. */
  readonly values?: readonly SqlValue[];
  /** Keeps it prepared under this name. */
  readonly name?: string;
  /** Rows as arrays. */
  readonly rowMode: "array";
}

/** A connection of the package. */
export interface PgClient {
  /** Connects. */
  connect(done: (error: unknown) => void): void;
  /** Sends a statement, at once, behind those before it. */
  query(query: PgQuery, done: (error: unknown, result: PgResult) => void): void;
  /** Says goodbye. */
  end(done: () => void): void;
  /** `error` comes when the connection is lost, `end` when it is closed. */
  on(event: "error" | "end", told: (error?: unknown) => void): void;
  /** Notifications of channels it listens to. */
  on(event: "notification", told: (notification: { readonly payload?: string }) => void): void;
  /** Its socket, below. */
  readonly connection: {
    readonly stream: { destroy(): void; cork(): void; uncork(): void };
  };
}

/** How the package is told to connect. */
export interface PgConfig {
  /** Name or address of the server, or the folder of its socket. */
  readonly host: string;
  /** Its port. */
  readonly port: number;
  /** The role. */
  readonly user: string;
  /** Asked when the server wants a password; a function, so that no file and no variable is looked into. */
  readonly password: () => string;
  /** The database. */
  readonly database: string;
  /** TLS and how the certificate is checked. */
  readonly ssl: false | { readonly ca?: string; readonly rejectUnauthorized: boolean };
  /** Shown in the server's list of sessions. */
  readonly application_name: string;
  /** Settings of the session. */
  readonly options?: string;
}

/** Object ids of types; see `pg_type.dat` of Postgres. */
const NUMBERS: ReadonlySet<number> = new Set([20, 21, 23, 26, 700, 701, 1700]);
const BOOLEAN = 16;

/** Numbers as numbers, truth values as 1 and 0, everything else as text. */
const types = {
  getTypeParser: (oid: number) => {
    if (NUMBERS.has(oid)) return Number;
    return oid === BOOLEAN ? (text: string) => text === "t" ? 1 : 0 : String;
  },
};

/** A connection that has not been opened. Statements sent together travel together. */
export function pgClient(config: PgConfig): PgClient {
  return new pg.Client({
    ...config,
    types,
    pipeline: true,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  }) as unknown as PgClient;
}
