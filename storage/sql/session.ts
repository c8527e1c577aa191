/**
 * What the stores ask of a database server: statements, reads and transactions.
 *
 * @module
 */

import type { MasterReach } from "../port.ts";
import type { Dialect, ReadDialect } from "./dialect.ts";
import type { SqlValue } from "./sql_value.ts";

export type { SqlValue };

/** A row, in the order of its columns. */
export type Row = readonly SqlValue[];

/** SQL text with `?` where values are bound. It holds no other question mark. */
export interface Statement {
  /** The text. */
  readonly text: string;
  /** Whether it stays prepared on every connection: for texts that do not depend on a call. */
  readonly prepared: boolean;
}

/** A statement that stays prepared. Made once per store. */
export function fixed(text: string): Statement {
  return { text, prepared: true };
}

/** A statement composed for one call. */
export function composed(text: string): Statement {
  return { text, prepared: false };
}

/**
 * One connection for the time of a read.
 *
 * Statements that do not need each other's answers are asked for together (`Promise.all`): they then travel together
 * where the protocol allows that. They run in the order of the calls.
 */
export interface Session {
  /** Runs a statement that answers rows. */
  rows(statement: Statement, values?: readonly SqlValue[]): Promise<readonly Row[]>;
}

/** One connection for the time of a transaction (READ COMMITTED). */
export interface Transaction extends Session {
  /** Runs a statement that changes rows; resolves with how many it changed. */
  run(statement: Statement, values?: readonly SqlValue[]): Promise<number>;
  /** Runs a statement together with the commit, after everything else. Its failure is the transaction's. */
  last(statement: Statement, values?: readonly SqlValue[]): void;
  /** Stays the same while the connection lives; spreads counters that many transactions add to. From 0 to 63. */
  readonly slot: number;
}

/** A database that can be read: on a server, or a SQLite file. */
export interface ReadableDatabase {
  /** Its SQL. */
  readonly dialect: ReadDialect;
  /** Runs `work`, on one consistent view of committed data per statement. */
  read<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** Between two statements of a long read: lets other calls have their turn. Missing where waiting does that. */
  readonly pause?: () => Promise<void>;
}

/**
 * A database on a server: a bounded pool of connections.
 *
 * Both calls try again, with random pauses, when a deadlock, a serialization failure, a wait for a lock or a lost connection ended the work
 * before its commit. A connection that is lost during the commit is told apart by asking whether it took place; so
 * `work` changes nothing but the database, and takes effect at most once.
 */
export interface SqlDatabase {
  /** Its SQL. */
  readonly dialect: Dialect;
  /**
   * Runs `work` on one connection, on one consistent view of committed data per statement.
   *
   * @throws {JobMasterError} `master_unavailable`, `master_busy`, both retryable when trying again later may help.
   */
  read<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in a transaction and commits it. What `work` throws rolls it back and is thrown on.
   *
   * @throws {JobMasterError} As {@linkcode read}.
   */
  write<T>(work: (transaction: Transaction) => Promise<T>): Promise<T>;
}

/** A database server of the master. */
export interface SqlServer extends SqlDatabase, AsyncDisposable {
  /** The same database over a connection of its own, which no other call can keep busy: for leases. */
  readonly reserved: SqlDatabase;
  /** What it is and which version, e.g. `"PostgreSQL 15.18"`. */
  readonly product: string;
  /** `"push"`: {@linkcode watch} fires. `"poll"`: it never does. */
  readonly wakeups: "push" | "poll";
  /** The collation of the tables' texts on MySQL; empty on Postgres, where each column says its own. */
  readonly collation: string;
  /** Calls `wake` when another process said that it changed something. Never when the server cannot tell. */
  watch(wake: () => void): Disposable;
  /** See `Master.watchReach`. */
  watchReach(tell: (reach: MasterReach) => void): Disposable;
  /** Tells other processes that something changed: at once, then at most once every few milliseconds. Never waits. */
  announce(): void;
}
