/**
 * Reads and transactions over a pool of connections: tried again when they may be, never done twice.
 *
 * @module
 */

import { invariant, JobMasterError } from "../../core/errors.ts";
import type { ConnectionPool } from "./connection_pool.ts";
import type { Dialect } from "./dialect.ts";
import {
  asMasterError,
  type CommitQuestion,
  CommitUnknown,
  masterClosed,
  SqlFailure,
} from "./failures.ts";
import { type Patience, persist } from "./patience.ts";
import type { Row, Session, SqlDatabase, SqlValue, Statement, Transaction } from "./session.ts";
import type { BoundStatement, Connection, Surroundings } from "./wire.ts";

/** How long finding out about a commit goes on at least, in milliseconds. */
const MIN_QUESTION_MS = 5_000;

/** What a database is made with. */
export interface DatabaseOptions {
  /** Its SQL. */
  readonly dialect: Dialect;
  /** Its connections. */
  readonly pool: ConnectionPool;
  /** The server's name for messages. */
  readonly master: string;
  /** How long a call is tried again, in milliseconds. */
  readonly patienceMs: number;
  /** Aborted when the server is closed. */
  readonly signal: AbortSignal;
  /** Measures time, spreads pauses. */
  readonly surroundings: Surroundings;
}

/** A database over a pool. */
export class PooledDatabase implements SqlDatabase {
  readonly dialect: Dialect;
  readonly #options: DatabaseOptions;

  /** Uses the pool, which others may use too. */
  constructor(options: DatabaseOptions) {
    this.dialect = options.dialect;
    this.#options = options;
  }

  read<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#call((patience) => this.#readOnce(work, patience));
  }

  write<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#call((patience) => this.#writeOnce(work, patience));
  }

  async #call<T>(attempt: (patience: Patience) => Promise<T>): Promise<T> {
    const { surroundings, patienceMs, signal, master } = this.#options;
    if (signal.aborted) throw masterClosed(master);
    const untilMonoMs = surroundings.clock.monotonic() + patienceMs;
    const patience = { untilMonoMs, signal };
    try {
      return await persist(() => attempt(patience), patience, surroundings);
    } catch (error) {
      throw asMasterError(error, master);
    }
  }

  async #readOnce<T>(
    work: (session: Session) => Promise<T>,
    { untilMonoMs }: Patience,
  ): Promise<T> {
    const { pool } = this.#options;
    const connection = await pool.take(untilMonoMs);
    try {
      connection.beginRead();
      return await new OpenWork(connection).perform(work);
    } finally {
      void connection.endRead().finally(() => pool.giveBack(connection));
    }
  }

  async #writeOnce<T>(
    work: (transaction: Transaction) => Promise<T>,
    patience: Patience,
  ): Promise<T> {
    const outcome = await this.#transact(work, patience);
    if (outcome.unknown === null) return outcome.result;
    const { question } = outcome.unknown;
    if (question === null || await this.#tookPlace(question, patience)) return outcome.result;
    throw outcome.unknown;
  }

  async #transact<T>(
    work: (transaction: Transaction) => Promise<T>,
    { untilMonoMs }: Patience,
  ): Promise<{ readonly result: T; readonly unknown: CommitUnknown<Connection> | null }> {
    const { pool } = this.#options;
    const connection = await pool.take(untilMonoMs);
    const open = new OpenWork(connection);
    try {
      connection.begin();
      const result = await open.perform(work);
      try {
        await connection.commit(open.lasts, open.wrote);
      } catch (error) {
        if (!(error instanceof CommitUnknown)) throw open.failure ?? error;
        return { result, unknown: error };
      }
      return { result, unknown: null };
    } catch (error) {
      if (!connection.isLost) await connection.rollback();
      throw error;
    } finally {
      pool.giveBack(connection);
    }
  }

  /** @throws {JobMasterError} `master_unavailable` when it could not be found out. */
  async #tookPlace(question: CommitQuestion<Connection>, patience: Patience): Promise<boolean> {
    const { pool, surroundings, master } = this.#options;
    const enoughMs = surroundings.clock.monotonic() + MIN_QUESTION_MS;
    const untilMonoMs = Math.max(patience.untilMonoMs, enoughMs);
    const ask = async (): Promise<boolean> => {
      const connection = await pool.take(untilMonoMs);
      try {
        connection.beginRead();
        const answer = await question(connection);
        if (answer === undefined) throw new SqlFailure("locked", "the commit is going on");
        return answer;
      } finally {
        void connection.endRead().finally(() => pool.giveBack(connection));
      }
    };
    try {
      return await persist(ask, { ...patience, untilMonoMs }, surroundings);
    } catch (cause) {
      const what = "the connection was lost during a commit, and nobody can tell whether it was";
      throw new JobMasterError(
        "master_unavailable",
        `Cannot use master "${master}": ${what} done`,
        { cause, retryable: true },
      );
    }
  }
}

/** What one attempt does on its connection. The first failure of a statement is the attempt's, whatever came of it. */
class OpenWork implements Transaction {
  readonly slot: number;
  readonly #connection: Connection;
  readonly #lasts: BoundStatement[] = [];
  #wrote = false;
  #failure: SqlFailure | null = null;
  #hasEnded = false;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.slot = connection.slot;
  }

  get lasts(): readonly BoundStatement[] {
    return this.#lasts;
  }

  /** Also that of a statement `work` did not wait for. */
  get failure(): SqlFailure | null {
    return this.#failure;
  }

  get wrote(): boolean {
    return this.#wrote;
  }

  async perform<T>(work: (self: this) => Promise<T>): Promise<T> {
    try {
      const result = await work(this);
      if (this.#failure !== null) throw this.#failure;
      return result;
    } catch (error) {
      throw this.#failure ?? error;
    } finally {
      this.#hasEnded = true;
    }
  }

  rows(statement: Statement, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    return this.#noted(() => this.#connection.rows(statement, values));
  }

  run(statement: Statement, values: readonly SqlValue[] = []): Promise<number> {
    this.#wrote = true;
    return this.#noted(() => this.#connection.run(statement, values));
  }

  last(statement: Statement, values: readonly SqlValue[] = []): void {
    this.#demandOpen();
    this.#lasts.push({ statement, values });
  }

  async #noted<T>(send: () => Promise<T>): Promise<T> {
    this.#demandOpen();
    try {
      return await send();
    } catch (error) {
      if (error instanceof SqlFailure) this.#failure ??= error;
      throw error;
    }
  }

  /** Statements of a branch that goes on after another one failed would run outside of the transaction. */
  #demandOpen(): void {
    invariant(!this.#hasEnded, "Cannot run a statement: its transaction has ended");
  }
}
