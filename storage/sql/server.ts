/**
 * A database server: a pool for all calls, a reserved connection, notifications and what is told of outages.
 *
 * @module
 */

import type { MasterReach } from "../port.ts";
import type { Announcements } from "./announcements.ts";
import { ConnectionPool } from "./connection_pool.ts";
import { PooledDatabase } from "./database.ts";
import type { Dialect } from "./dialect.ts";
import { asMasterError } from "./failures.ts";
import { persist } from "./patience.ts";
import { Reach } from "./reach.ts";
import type { ServerOptions } from "./options.ts";
import type { Session, SqlDatabase, SqlServer, Transaction } from "./session.ts";
import type { Connection, Driver, Surroundings } from "./wire.ts";

/** How long calls are tried again, in milliseconds. */
const PATIENCE_MS = 8_000;

/** What is known of the server once a connection to it was had. */
export interface ServerTraits {
  /** Its SQL. */
  readonly dialect: Dialect;
  /** Product and version. */
  readonly product: string;
  /** See {@linkcode SqlServer.collation}. */
  readonly collation: string;
  /** Tells other processes; `null` where that cannot be. */
  readonly announcements: Announcements | null;
}

/** Opens a server: its first connection shows what it is. `traitsOf` is called once that is had. */
export async function openServer(
  driver: Driver,
  options: ServerOptions,
  { surroundings, traitsOf }: {
    readonly surroundings: Surroundings;
    readonly traitsOf: (signal: AbortSignal) => ServerTraits;
  },
): Promise<SqlServer> {
  const reach = new Reach();
  const poolOf = (maxConnections: number) =>
    new ConnectionPool({ driver, maxConnections, reach, surroundings });
  const [shared, reserved] = [poolOf(options.connections), poolOf(1)];
  const closing = new AbortController();
  const { patienceMs = PATIENCE_MS } = surroundings;
  const untilMonoMs = surroundings.clock.monotonic() + patienceMs;
  try {
    shared.giveBack(
      await persist(
        () => shared.take(untilMonoMs),
        { untilMonoMs, signal: closing.signal },
        surroundings,
      ),
    );
  } catch (error) {
    await shared.close();
    throw asMasterError(error, driver.master);
  }
  const traits = traitsOf(closing.signal);
  const databaseOf = (pool: ConnectionPool): SqlDatabase =>
    new PooledDatabase({
      dialect: traits.dialect,
      pool,
      master: driver.master,
      patienceMs,
      signal: closing.signal,
      surroundings,
    });
  return new OpenServer({ traits, reach, closing, pools: [shared, reserved] }, databaseOf);
}

/** The parts of a server. */
interface ServerParts {
  readonly traits: ServerTraits;
  readonly reach: Reach;
  readonly closing: AbortController;
  /** The shared one and the reserved one. */
  readonly pools: readonly [ConnectionPool, ConnectionPool];
}

class OpenServer implements SqlServer {
  readonly dialect: Dialect;
  readonly product: string;
  readonly collation: string;
  readonly wakeups: "push" | "poll";
  readonly reserved: SqlDatabase;
  readonly #parts: ServerParts;
  readonly #shared: SqlDatabase;
  #closed: Promise<void> | null = null;

  constructor(parts: ServerParts, databaseOf: (pool: ConnectionPool<Connection>) => SqlDatabase) {
    const { traits, pools } = parts;
    this.dialect = traits.dialect;
    this.product = traits.product;
    this.collation = traits.collation;
    this.wakeups = traits.announcements === null ? "poll" : "push";
    this.#parts = parts;
    this.#shared = databaseOf(pools[0]);
    this.reserved = databaseOf(pools[1]);
  }

  read<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#shared.read(work);
  }

  write<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.#shared.write(work);
  }

  watch(wake: () => void): Disposable {
    return this.#parts.traits.announcements?.watch(wake) ?? { [Symbol.dispose]: () => {} };
  }

  announce(): void {
    this.#parts.traits.announcements?.announce();
  }

  watchReach(tell: (reach: MasterReach) => void): Disposable {
    return this.#parts.reach.watch(tell);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { closing, pools, traits } = this.#parts;
    closing.abort();
    await Promise.all([...pools.map((pool) => pool.close()), traits.announcements?.closed()]);
  }
}
