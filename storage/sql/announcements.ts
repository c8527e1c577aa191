/**
 * Notifications of Postgres that something changed, over a connection of their own. A hint: nothing waits for them,
 * and whoever misses one finds the change when it next looks.
 *
 * @module
 */

import { pause } from "./patience.ts";
import type { PostgresConnection } from "./postgres_connection.ts";
import { fixed } from "./session.ts";
import type { Driver, Surroundings } from "./wire.ts";

/** Least time between two notifications, in milliseconds. */
const INTERVAL_MS = 20;

/** How long opening the connection may take, in milliseconds. */
const OPEN_TIMEOUT_MS = 3_000;

/** Longest pause before another connection is opened, in milliseconds. It is random and doubles from 50. */
const MAX_PAUSE_MS = 2_000;
const FIRST_PAUSE_MS = 50;

const NOTIFY = fixed("SELECT pg_notify(?, ?)");

/** What announcements are made with. */
export interface AnnouncementOptions {
  /** Opens the connection. */
  readonly driver: Driver<PostgresConnection>;
  /** The channel all processes use. */
  readonly channel: string;
  /** Aborted when the server is closed. */
  readonly signal: AbortSignal;
  /** Time, and chance for the sender's own mark. */
  readonly surroundings: Surroundings;
}

/** Tells and is told. The connection is opened with the first need of it. */
export class Announcements {
  readonly #options: AnnouncementOptions;
  readonly #me: string;
  readonly #watchers = new Set<() => void>();
  #connection: PostgresConnection | null = null;
  #running: Promise<void> | null = null;
  #isDue = false;
  #cooling: Disposable | null = null;

  /** Opens nothing yet. */
  constructor(options: AnnouncementOptions) {
    this.#options = options;
    this.#me = options.surroundings.random.bytes(12).toHex();
  }

  /** Calls `wake` when another process announced something, and when some may have been missed. */
  watch(wake: () => void): Disposable {
    const watcher = () => wake(); // the same function may watch twice
    this.#watchers.add(watcher);
    this.#start();
    return { [Symbol.dispose]: () => void this.#watchers.delete(watcher) };
  }

  /** Announces: at once, then at most once every 20 ms; after an outage when the connection is back. */
  announce(): void {
    this.#isDue = true;
    this.#start();
    this.#tell();
  }

  /** Resolves when the connection is closed, after the signal. */
  async closed(): Promise<void> {
    this.#cooling?.[Symbol.dispose]();
    await this.#running;
  }

  #tell(): void {
    const { channel, signal, surroundings: { clock } } = this.#options;
    if (!this.#isDue || this.#cooling !== null || this.#connection === null) return;
    if (signal.aborted) return;
    this.#isDue = false;
    this.#connection.rows(NOTIFY, [channel, this.#me]).catch(() => this.#isDue = true);
    this.#cooling = clock.schedule(INTERVAL_MS, () => {
      this.#cooling = null;
      this.#tell();
    });
  }

  #start(): void {
    if (!this.#options.signal.aborted) this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    const { signal, surroundings: { clock, random } } = this.#options;
    let pauseMs = FIRST_PAUSE_MS;
    for (let isFirst = true; !signal.aborted; isFirst = false) {
      if (await this.#serve(isFirst)) pauseMs = FIRST_PAUSE_MS;
      if (!signal.aborted) await pause(random.next() * pauseMs, signal, clock);
      pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    }
  }

  /** Listens until the connection is lost; resolves with whether there was one. */
  async #serve(isFirst: boolean): Promise<boolean> {
    const { driver, channel, signal } = this.#options;
    try {
      const connection = await driver.open(OPEN_TIMEOUT_MS);
      const end = () => void connection.close();
      signal.addEventListener("abort", end);
      if (signal.aborted) end();
      try {
        await connection.listen(channel, (sender) => sender === this.#me || this.#wake());
        this.#connection = connection;
        if (!isFirst) this.#wake();
        this.#tell();
        await connection.closed;
      } finally {
        this.#connection = null;
        signal.removeEventListener("abort", end);
        await connection.close();
      }
      return true;
    } catch {
      return false; // tried again
    }
  }

  #wake(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
