/**
 * A clock whose time stands still until a test moves it. Its timers are the machine's.
 *
 * @module
 */

import { type Clock, systemClock } from "../../core/clock.ts";
import { AT_MS } from "../support/factories.ts";

/** Stands at {@linkcode AT_MS} until it is moved. */
export class SteppedClock implements Clock {
  #nowMs = AT_MS;

  /** Moves time on by `ms` milliseconds. */
  readonly elapse = (ms: number): void => {
    this.#nowMs += ms;
  };

  /** See {@linkcode Clock.now}. */
  now(): number {
    return this.#nowMs;
  }

  /** See {@linkcode Clock.monotonic}. */
  monotonic(): number {
    return systemClock.monotonic();
  }

  /** See {@linkcode Clock.schedule}. */
  schedule(delayMs: number, callback: () => void): Disposable {
    return systemClock.schedule(delayMs, callback);
  }

  /** See {@linkcode Clock.immediate}. */
  immediate(callback: () => void): void {
    systemClock.immediate(callback);
  }
}
