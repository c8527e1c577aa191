/**
 * The only place (with `random.ts`) where the outside world enters the engine: time.
 *
 * Everything else takes a {@linkcode Clock}, so the whole cluster can run on virtual time.
 *
 * @module
 */

/** Where time comes from. Production uses {@linkcode systemClock}; tests inject their own. */
export interface Clock {
  /** The current instant of the machine, in milliseconds since the Unix epoch. May jump. */
  now(): number;
  /** A reading that never goes back, in milliseconds since an arbitrary start. For durations and trust windows. */
  monotonic(): number;
  /** Calls `callback` once after `delayMs` milliseconds; disposing the handle cancels it. */
  schedule(delayMs: number, callback: () => void): Disposable;
  /** Calls `callback` as soon as the events already waiting have been handled. */
  immediate(callback: () => void): void;
}

/** Longest delay a JavaScript timer can hold, in milliseconds (2^31 - 1). Longer waits are cut into several. */
const MAX_TIMER_MS = 2_147_483_647;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule: (delayMs, callback) => new SystemTimer(delayMs, callback),
  immediate: (callback) => void setImmediate(callback),
};

class SystemTimer implements Disposable {
  #handle: ReturnType<typeof setTimeout>;

  constructor(delayMs: number, callback: () => void) {
    this.#handle = this.#arm(Math.max(0, delayMs), callback);
  }

  #arm(delayMs: number, callback: () => void): ReturnType<typeof setTimeout> {
    if (delayMs <= MAX_TIMER_MS) return setTimeout(callback, delayMs);
    return setTimeout(() => {
      this.#handle = this.#arm(delayMs - MAX_TIMER_MS, callback);
    }, MAX_TIMER_MS);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#handle);
  }
}
