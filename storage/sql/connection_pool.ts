/**
 * A bounded number of connections to one server, and a bounded queue for them.
 *
 * @module
 */

import { masterClosed, SqlFailure } from "./failures.ts";
import type { Reach } from "./reach.ts";
import type { Connection, Driver, Surroundings } from "./wire.ts";

/** Most calls that wait for a connection. */
const MAX_WAITING = 1_000;

/** How long opening a connection may take, in milliseconds. */
const OPEN_TIMEOUT_MS = 3_000;

/** How long it may take even when the call has hardly any time left, in milliseconds. */
const MIN_OPEN_TIMEOUT_MS = 500;

/** After how long a connection nobody uses is closed, in milliseconds. */
const IDLE_MS = 60_000;

/** How long closing the pool waits for the calls that still use it, in milliseconds. */
const CLOSE_TIMEOUT_MS = 5_000;

/** What a pool is made with. */
export interface PoolOptions<C extends Connection> {
  /** Opens the connections. */
  readonly driver: Driver<C>;
  /** Most connections at the same time. */
  readonly maxConnections: number;
  /** Told whether connections can be had. */
  readonly reach: Reach;
  /** Measures time. */
  readonly surroundings: Surroundings;
}

/** Takes the connection it waited for; `null` gives it leave to open one. */
interface Waiter<C> {
  readonly take: (connection: C | null) => void;
  readonly refuse: (reason: unknown) => void;
}

/** A pool of connections; the one used last is used next. */
export class ConnectionPool<C extends Connection = Connection> {
  readonly #options: PoolOptions<C>;
  readonly #idle: { readonly connection: C; readonly sinceMonoMs: number }[] = [];
  readonly #taken = new Set<C>();
  readonly #waiting = new Set<Waiter<C>>();
  readonly #emptied = Promise.withResolvers<void>();
  /** Connections that are there or being opened. */
  #count = 0;
  #isClosed = false;
  #sweep: Disposable | null = null;

  /** An empty pool. */
  constructor(options: PoolOptions<C>) {
    this.#options = options;
  }

  /**
   * A connection for the caller alone, until it is given back.
   *
   * @throws {SqlFailure} `lost` when none can be opened, `crowded` when none is free until `untilMonoMs`.
   * @throws {JobMasterError} `master_unavailable` after {@linkcode close}; `unsupported`.
   */
  async take(untilMonoMs: number): Promise<C> {
    if (this.#isClosed) throw masterClosed(this.#options.driver.master);
    const idle = this.#takeIdle();
    if (idle !== undefined) return idle;
    if (this.#count < this.#options.maxConnections) this.#count++;
    else {
      const handed = await this.#wait(untilMonoMs);
      if (handed !== null) return handed;
    }
    return await this.#open(untilMonoMs);
  }

  /** Takes a connection back; the one that waits longest gets it. */
  giveBack(connection: C): void {
    this.#taken.delete(connection);
    if (connection.isLost || this.#isClosed) {
      if (connection.isLost) this.#distrust();
      void this.#discard(connection);
      return;
    }
    const [waiter] = this.#waiting;
    if (waiter !== undefined) {
      this.#taken.add(connection);
      return waiter.take(connection);
    }
    const { clock } = this.#options.surroundings;
    this.#idle.push({ connection, sinceMonoMs: clock.monotonic() });
    this.#sweep ??= clock.schedule(IDLE_MS, () => this.#closeIdle());
  }

  /** Closes idle connections, waits up to 5 s for those in use, then ends them. Calls that wait are refused. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const { driver, surroundings } = this.#options;
    this.#sweep?.[Symbol.dispose]();
    for (const { refuse } of this.#waiting) refuse(masterClosed(driver.master));
    for (const { connection } of this.#idle.splice(0)) void this.#discard(connection);
    this.#tellWhenEmpty();
    using _limit = surroundings.clock.schedule(CLOSE_TIMEOUT_MS, () => {
      for (const connection of this.#taken) connection.destroy("the master was closed");
    });
    await this.#emptied.promise;
  }

  #takeIdle(): C | undefined {
    for (;;) {
      const last = this.#idle.pop();
      if (last === undefined) return undefined;
      if (last.connection.isLost) {
        void this.#discard(last.connection);
        continue;
      }
      this.#taken.add(last.connection);
      return last.connection;
    }
  }

  #wait(untilMonoMs: number): Promise<C | null> {
    const { clock } = this.#options.surroundings;
    if (this.#waiting.size >= MAX_WAITING) {
      throw new SqlFailure("crowded", `${MAX_WAITING} calls already wait for a connection`);
    }
    const waitMs = Math.max(0, untilMonoMs - clock.monotonic());
    return new Promise((resolve, reject) => {
      const end = () => {
        timer[Symbol.dispose]();
        this.#waiting.delete(waiter);
      };
      const waiter: Waiter<C> = {
        take: (connection) => {
          end();
          resolve(connection);
        },
        refuse: (reason) => {
          end();
          reject(reason);
        },
      };
      const timer = clock.schedule(waitMs, () => {
        waiter.refuse(this.#noneWithin(waitMs));
      });
      this.#waiting.add(waiter);
    });
  }

  /** Those who wait for one that is being opened did not find it busy. */
  #noneWithin(waitMs: number): SqlFailure {
    const { maxConnections, reach } = this.#options;
    if (reach.trouble !== null) return new SqlFailure("lost", reach.trouble);
    const which = maxConnections === 1 ? "its connection was" : `all ${maxConnections} were`;
    return new SqlFailure("crowded", `${which} in use for ${Math.round(waitMs)} ms`);
  }

  /** The caller holds a place that it was counted for. */
  async #open(untilMonoMs: number): Promise<C> {
    const { driver, reach, surroundings: { clock } } = this.#options;
    const leftMs = Math.max(MIN_OPEN_TIMEOUT_MS, untilMonoMs - clock.monotonic());
    const attempt = reach.attempt();
    let connection: C;
    try {
      connection = await driver.open(Math.min(OPEN_TIMEOUT_MS, leftMs));
    } catch (error) {
      if (error instanceof SqlFailure && error.kind === "lost") attempt.failed(error.message);
      this.#leavePlace();
      throw error;
    }
    attempt.reached();
    if (this.#isClosed) {
      await this.#discard(connection);
      throw masterClosed(driver.master);
    }
    this.#taken.add(connection);
    return connection;
  }

  async #discard(connection: C): Promise<void> {
    await connection.close();
    this.#leavePlace();
  }

  /** One connection less: the one that waits longest may open another. */
  #leavePlace(): void {
    const [waiter] = this.#waiting;
    if (waiter !== undefined) return waiter.take(null);
    this.#count--;
    this.#tellWhenEmpty();
  }

  #tellWhenEmpty(): void {
    if (this.#isClosed && this.#count === 0) this.#emptied.resolve();
  }

  /** What cut one connection may have cut those nobody uses too, without a sign of it. */
  #distrust(): void {
    for (const { connection } of this.#idle.splice(0)) void this.#discard(connection);
  }

  #closeIdle(): void {
    const { clock } = this.#options.surroundings;
    const longAgoMs = clock.monotonic() - IDLE_MS;
    const stale = this.#idle.findLastIndex(({ sinceMonoMs }) => sinceMonoMs <= longAgoMs) + 1;
    for (const { connection } of this.#idle.splice(0, stale)) void this.#discard(connection);
    this.#sweep = this.#idle.length === 0 ? null : clock.schedule(IDLE_MS, () => this.#closeIdle());
  }
}
