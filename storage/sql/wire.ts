/**
 * What a driver has to do: open connections to one kind of server and speak through them.
 *
 * @module
 */

import type { Clock } from "../../core/clock.ts";
import type { Random } from "../../core/random.ts";
import type { Row, SqlValue, Statement } from "./session.ts";

/** Where time and chance come from. */
export interface Surroundings {
  /** Deadlines and pauses are measured on its monotonic reading. */
  readonly clock: Clock;
  /** Spreads the pauses between tries. */
  readonly random: Random;
  /**
   * How long a call is tried again after failures that pass, in milliseconds. Below the deadline of those who wait for
   * it, so that they learn the reason. @default {8000}
   */
  readonly patienceMs?: number;
}

/** A statement with the values it binds. */
export interface BoundStatement {
  /** The statement. */
  readonly statement: Statement;
  /** Its values. */
  readonly values: readonly SqlValue[];
}

/**
 * One connection. Every call is answered in the order it was made; a call that is not answered in time loses the
 * connection. What fails, fails with a `SqlFailure`.
 */
export interface Connection {
  /** Spreads counters; see `Transaction.slot`. */
  readonly slot: number;
  /** Whether it can no longer be used. */
  readonly isLost: boolean;
  /** Runs a statement that answers rows. */
  rows(statement: Statement, values: readonly SqlValue[]): Promise<readonly Row[]>;
  /** Runs a statement that changes rows; resolves with how many it changed. */
  run(statement: Statement, values: readonly SqlValue[]): Promise<number>;
  /** Comes before the statements of a read. Its failure is that of the statements after it. */
  beginRead(): void;
  /** Comes after them. */
  endRead(): Promise<void>;
  /** Begins a transaction. Its failure is that of the statements after it. */
  begin(): void;
  /**
   * Runs `last` and commits; `wrote` says whether anything was changed before. When a statement of `last` fails,
   * nothing is committed.
   *
   * @throws {CommitUnknown} When the connection is lost on the way.
   */
  commit(last: readonly BoundStatement[], wrote: boolean): Promise<void>;
  /** Undoes the transaction. Never fails: a connection that cannot is lost. */
  rollback(): Promise<void>;
  /** Ends it at once: what is not answered yet fails. */
  destroy(reason: string): void;
  /** Says goodbye; resolves when it is closed, and within a second or two in any case. */
  close(): Promise<void>;
}

/** Opens connections. */
export interface Driver<C extends Connection = Connection> {
  /** The server's name, without user and password, for messages. */
  readonly master: string;
  /**
   * Opens one within `timeoutMs` milliseconds.
   *
   * @throws {SqlFailure}
   * @throws {JobMasterError} `unsupported` when the server is too old or set up in a way that cannot work.
   */
  open(timeoutMs: number): Promise<C>;
}
