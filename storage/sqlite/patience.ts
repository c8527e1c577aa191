/**
 * Waiting for a lock another process holds: short blocking tries, with pauses that leave the thread free.
 *
 * @module
 */

import type { Clock } from "../../core/clock.ts";
import type { Random } from "../../core/random.ts";
import { asMasterError, isBusy, masterBusy } from "./failures.ts";

/** How long one try blocks the thread, in milliseconds. */
export const BUSY_TIMEOUT_MS = 50;

/** How long a call waits for the lock in all, in milliseconds. */
export const LOCK_PATIENCE_MS = 5_000;

/** Longest pause between two tries, in milliseconds. */
const MAX_PAUSE_MS = 250;

/** Tries again while the lock is held by another process. */
export class Patience {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #path: string;

  /** Waits on `clock`, for the lock of the database at `path`. */
  constructor(clock: Clock, random: Random, path: string) {
    this.#clock = clock;
    this.#random = random;
    this.#path = path;
  }

  /**
   * Runs `attempt` until the lock could be had; the first time at once.
   *
   * @throws {JobMasterError} `master_busy` 5 s after `sinceMonoMs`; `master_unavailable`.
   */
  async retry<T>(attempt: () => T, sinceMonoMs = this.#clock.monotonic()): Promise<T> {
    for (let pauseMs = 10;; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      try {
        return attempt();
      } catch (error) {
        if (!isBusy(error)) throw asMasterError(error, this.#path);
        const waitedMs = Math.round(this.#clock.monotonic() - sinceMonoMs);
        if (waitedMs >= LOCK_PATIENCE_MS) throw masterBusy(this.#path, waitedMs, error);
      }
      await this.#pause(this.#random.next() * pauseMs);
    }
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.schedule(delayMs, resolve));
  }
}
