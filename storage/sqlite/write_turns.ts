/**
 * Group commit: write calls that arrive while the thread is busy share one transaction, so one sync to disk.
 *
 * @module
 */

import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../core/clock.ts";
import { JobMasterError } from "../../core/errors.ts";
import { asMasterError, endsTransaction, isBusy } from "./failures.ts";
import type { Patience } from "./patience.ts";

/** Most calls one transaction holds. */
export const MAX_TURN_CALLS = 64;

/** Most rows the calls of one transaction announce; one call may announce more. */
export const MAX_TURN_ROWS = 5_000;

/** Most calls that wait for their turn. */
export const MAX_WAITING_CALLS = 10_000;

/** What turns run on. */
export interface WriteTurnsOptions {
  /** The open database. */
  readonly database: DatabaseSync;
  /** Says when a turn starts. */
  readonly clock: Clock;
  /** Waits for other processes. */
  readonly patience: Patience;
  /** The file, for error texts. */
  readonly path: string;
}

interface Call {
  readonly work: () => unknown;
  readonly rows: number;
  readonly sinceMonoMs: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

/** Runs the write calls of one connection in turns. */
export class WriteTurns {
  readonly #database: DatabaseSync;
  readonly #clock: Clock;
  readonly #patience: Patience;
  readonly #path: string;
  readonly #sql: ReturnType<typeof statements>;
  #waiting: Call[] = [];
  #draining: Promise<void> | null = null;
  #commits = 0;

  /** Runs on one connection; nothing else may write on it. */
  constructor({ database, clock, patience, path }: WriteTurnsOptions) {
    this.#database = database;
    this.#clock = clock;
    this.#patience = patience;
    this.#path = path;
    this.#sql = statements(database);
  }

  /** Transactions committed so far. */
  get commits(): number {
    return this.#commits;
  }

  /**
   * Runs `work` in a coming transaction; resolves once that is committed. `work` may run again after a failed
   * commit, so it changes nothing but the database. When it throws, what it wrote is undone and nothing else.
   */
  run<T>(work: () => T, rows: number): Promise<T> {
    if (this.#waiting.length >= MAX_WAITING_CALLS) {
      return Promise.reject(
        new JobMasterError(
          "master_busy",
          `Cannot write to master: ${MAX_WAITING_CALLS} calls already wait for their turn`,
          { retryable: true },
        ),
      );
    }
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({
        work,
        rows,
        sinceMonoMs: this.#clock.monotonic(),
        resolve: resolve as (value: unknown) => void,
        reject,
      });
      this.#draining ??= this.#drain();
    });
  }

  /** Resolves when no call waits any more. */
  async settled(): Promise<void> {
    await this.#draining;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      await new Promise<void>((resolve) => this.#clock.immediate(resolve));
      await this.#take(this.#nextTurn());
    }
    this.#draining = null;
  }

  #nextTurn(): readonly Call[] {
    let count = 0;
    let rows = 0;
    for (const call of this.#waiting) {
      rows += call.rows;
      if (count > 0 && (count === MAX_TURN_CALLS || rows > MAX_TURN_ROWS)) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #take(turn: readonly Call[]): Promise<void> {
    try {
      const outcomes = await this.#patience.retry(() => this.#commit(turn), turn[0]!.sinceMonoMs);
      outcomes.forEach((outcome, index) => {
        if ("value" in outcome) turn[index]!.resolve(outcome.value);
        else turn[index]!.reject(asMasterError(outcome.error, this.#path));
      });
    } catch (error) {
      for (const call of turn) call.reject(error);
    }
  }

  #commit(turn: readonly Call[]): readonly Outcome[] {
    this.#sql.begin.run();
    try {
      const outcomes = turn.length === 1
        ? [{ value: turn[0]!.work() }]
        : turn.map((call) => this.#isolate(call.work));
      this.#sql.commit.run();
      this.#commits++;
      return outcomes;
    } catch (error) {
      if (this.#database.isTransaction) this.#sql.rollback.run();
      throw error;
    }
  }

  #isolate(work: () => unknown): Outcome {
    this.#sql.savepoint.run();
    try {
      const value = work();
      this.#sql.release.run();
      return { value };
    } catch (error) {
      if (isBusy(error) || endsTransaction(error)) throw error;
      this.#sql.undo.run();
      this.#sql.release.run();
      return { error };
    }
  }
}

function statements(database: DatabaseSync) {
  return {
    begin: database.prepare("BEGIN IMMEDIATE"),
    commit: database.prepare("COMMIT"),
    rollback: database.prepare("ROLLBACK"),
    savepoint: database.prepare("SAVEPOINT call"),
    release: database.prepare("RELEASE call"),
    undo: database.prepare("ROLLBACK TO call"),
  };
}
