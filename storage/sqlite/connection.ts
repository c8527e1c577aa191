/**
 * One connection to a SQLite file: its settings, its statements, its turns, and what tells that others wrote.
 *
 * @module
 */

import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { resolve } from "node:path";
import type { Clock } from "../../core/clock.ts";
import type { Random } from "../../core/random.ts";
import { masterClosed } from "./failures.ts";
import { BUSY_TIMEOUT_MS, Patience } from "./patience.ts";
import type { Row } from "../sql/rows.ts";
import { WriteTurns } from "./write_turns.ts";

/** How often a watched connection looks whether another one has committed, in milliseconds. */
export const WATCH_INTERVAL_MS = 20;

/** Most statements of composed SQL kept prepared. */
const MAX_CACHED_STATEMENTS = 200;

/** Missing in the types of the platform. */
interface ReturnsArrays {
  setReturnArrays(enabled: boolean): void;
}

/** What a connection is opened with. */
export interface ConnectionOptions {
  /** The file; made when it does not exist. */
  readonly path: string;
  /** `full` syncs every commit to disk; `normal` may lose the last ones when the machine loses power. */
  readonly synchronous: "full" | "normal";
}

/** Where time and chance come from. */
export interface Surroundings {
  /** Leases are judged on its `now`. */
  readonly clock: Clock;
  /** Spreads the pauses between tries for the lock. */
  readonly random: Random;
}

/** A statement whose rows are arrays in the order of its columns, which cost half as much as objects. */
export interface RowStatement {
  /** The first row. */
  get(...values: readonly SQLInputValue[]): Row | undefined;
  /** Every row. */
  all(...values: readonly SQLInputValue[]): readonly Row[];
}

/** What prepares statements: a connection to a SQLite file, whosever it is. */
export type Preparing = Pick<SqliteConnection, "clock" | "prepare" | "prepareRows">;

/** Prepares a statement whose rows are arrays and whose whole numbers are numbers. */
export function prepareRows(database: DatabaseSync, sql: string): RowStatement {
  const statement = database.prepare(sql);
  statement.setReadBigInts(false);
  (statement as StatementSync & ReturnsArrays).setReturnArrays(true);
  return statement as unknown as RowStatement;
}

/** One connection to a SQLite file. */
export class SqliteConnection {
  /** The database's clock. */
  readonly clock: Clock;
  /** The file. */
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #patience: Patience;
  readonly #turns: WriteTurns;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #rollback: StatementSync;
  readonly #composed = new Map<string, RowStatement>();
  readonly #watchers = new Set<() => void>();
  #poll: Disposable | null = null;
  #closing: Promise<void> | null = null;

  /** Takes an open database over; see {@linkcode SqliteConnection.open}. */
  constructor(database: DatabaseSync, path: string, surroundings: Surroundings) {
    const { clock, random } = surroundings;
    this.clock = clock;
    this.path = path;
    this.#database = database;
    this.#patience = new Patience(clock, random, path);
    this.#turns = new WriteTurns({ database, clock, patience: this.#patience, path });
    this.#begin = database.prepare("BEGIN");
    this.#commit = database.prepare("COMMIT");
    this.#rollback = database.prepare("ROLLBACK");
  }

  /**
   * Opens the file in WAL mode.
   *
   * @throws {JobMasterError} `master_unavailable`, `master_busy`.
   */
  static async open(
    options: ConnectionOptions,
    surroundings: Surroundings,
  ): Promise<SqliteConnection> {
    const { clock, random } = surroundings;
    const database = await new Patience(clock, random, options.path).retry(() => connect(options));
    return new SqliteConnection(database, options.path, surroundings);
  }

  /** Transactions this connection has committed. */
  get commits(): number {
    return this.#turns.commits;
  }

  /** Prepares a statement that is kept for the life of the connection. */
  prepare(sql: string): StatementSync {
    return this.#database.prepare(sql);
  }

  /** As {@linkcode prepare}, with rows as arrays. */
  prepareRows(sql: string): RowStatement {
    return prepareRows(this.#database, sql);
  }

  /** As {@linkcode prepareRows}, for SQL composed per call; the latest 200 texts stay prepared. */
  composeRows(sql: string): RowStatement {
    const statement = this.#composed.get(sql) ?? this.prepareRows(sql);
    this.#composed.delete(sql);
    this.#composed.set(sql, statement);
    if (this.#composed.size > MAX_CACHED_STATEMENTS) {
      const [oldest] = this.#composed.keys();
      this.#composed.delete(oldest!);
    }
    return statement;
  }

  /** Runs `work` at once, over one snapshot of what is committed. */
  read<T>(work: () => T): Promise<T> {
    return this.#patience.retry(() => {
      if (this.#closing !== null) throw masterClosed(this.path);
      this.#begin.run();
      try {
        return work();
      } finally {
        this.#endRead();
      }
    });
  }

  /** Runs `work` in a transaction shared with other calls; see {@linkcode WriteTurns.run}. */
  write<T>(work: () => T, rows = 1): Promise<T> {
    if (this.#closing !== null) return Promise.reject(masterClosed(this.path));
    return this.#turns.run(work, rows);
  }

  /** Calls `wake` when another connection has committed. */
  watch(wake: () => void): Disposable {
    const watcher = () => wake(); // the same function may watch twice
    this.#watchers.add(watcher);
    this.#poll ??= this.#startPolling();
    return {
      [Symbol.dispose]: () => {
        this.#watchers.delete(watcher);
        if (this.#watchers.size === 0) this.#stopPolling();
      },
    };
  }

  /** Finishes the calls that were made, moves the log into the file and closes it. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#watchers.clear();
    this.#stopPolling();
    await this.#turns.settled();
    try {
      this.#database.prepare("PRAGMA wal_checkpoint(TRUNCATE)").get();
    } catch {
      // the log keeps everything: the next connection reads it
    }
    this.#database.close();
  }

  #endRead(): void {
    if (!this.#database.isTransaction) return;
    try {
      this.#commit.run();
    } catch {
      this.#rollback.run();
    }
  }

  #startPolling(): Disposable {
    const dataVersion = this.prepareRows("PRAGMA data_version");
    let seen = versionOf(dataVersion);
    const look = () => {
      this.#poll = this.clock.schedule(WATCH_INTERVAL_MS, look);
      const now = versionOf(dataVersion);
      if (now === seen) return;
      seen = now;
      for (const wake of this.#watchers) wake();
    };
    return this.clock.schedule(WATCH_INTERVAL_MS, look);
  }

  #stopPolling(): void {
    this.#poll?.[Symbol.dispose]();
    this.#poll = null;
  }
}

/** The version changes with commits of others, not with one's own. Unreadable counts as changed: wake and see. */
function versionOf(statement: RowStatement): unknown {
  try {
    return statement.get()?.[0];
  } catch {
    return Symbol("unreadable");
  }
}

function connect({ path, synchronous }: ConnectionOptions): DatabaseSync {
  const database = new DatabaseSync(resolve(path), { timeout: BUSY_TIMEOUT_MS });
  try {
    for (const pragma of pragmas(synchronous)) database.prepare(`PRAGMA ${pragma}`).get();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function pragmas(synchronous: "full" | "normal"): readonly string[] {
  return [
    "journal_mode = WAL",
    `synchronous = ${synchronous.toUpperCase()}`,
    "foreign_keys = OFF",
    "temp_store = MEMORY",
    "wal_autocheckpoint = 4000",
    "cache_size = -32768", // KiB
    "journal_size_limit = 67108864", // bytes the log file keeps after a checkpoint
  ];
}
