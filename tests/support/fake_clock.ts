/**
 * A clock that stands still until a test moves it.
 *
 * @module
 */

import { type Clock, systemClock } from "../../core/clock.ts";

interface FakeTimer {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
}

/** Virtual time. Timers fire in the order of their instants, then in the order they were set. */
export class FakeClock implements Clock {
  readonly #startAtMs: number;
  readonly #timers = new Set<FakeTimer>();
  #elapsedMs = 0;
  #order = 0;

  /** A clock that shows `startAtMs` and has run for no time at all. */
  constructor(startAtMs = 1_700_000_000_000) {
    this.#startAtMs = startAtMs;
  }

  /** How many timers are armed. */
  get armed(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#startAtMs + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  schedule(delayMs: number, callback: () => void): Disposable {
    const timer = {
      atMs: this.#elapsedMs + Math.max(0, delayMs),
      order: this.#order++,
      callback,
    };
    this.#timers.add(timer);
    return { [Symbol.dispose]: () => void this.#timers.delete(timer) };
  }

  immediate(callback: () => void): void {
    systemClock.immediate(callback);
  }

  /** Moves time on by `ms`, firing what falls due on the way; whatever that sets in motion settles in between. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#elapsedMs + ms;
    await settled();
    for (let next = this.#next(untilMs); next !== undefined; next = this.#next(untilMs)) {
      this.#timers.delete(next);
      this.#elapsedMs = Math.max(this.#elapsedMs, next.atMs);
      next.callback();
      await settled();
    }
    this.#elapsedMs = untilMs;
  }

  #next(untilMs: number): FakeTimer | undefined {
    const due = [...this.#timers].filter(({ atMs }) => atMs <= untilMs);
    return due.sort((a, b) => a.atMs - b.atMs || a.order - b.order)[0];
  }
}

/** Resolves once everything that needs neither time nor I/O has happened. */
export function settled(): Promise<void> {
  return new Promise((resolve) => systemClock.immediate(resolve));
}
