/**
 * The deadlines of every ask of one thread, on one timer.
 *
 * An ask that is answered in time costs no timer of its own: deadlines are grouped into ticks, and only the
 * earliest tick is armed. A deadline fires up to one tick late and never early.
 *
 * @module
 */

import type { Clock } from "../../core/clock.ts";

/** Resolution of deadlines, in milliseconds. */
export const TICK_MS = 25;

/** Something that expires. */
export interface Expiring {
  /** The tick it was filed under; owned by {@linkcode Deadlines}. */
  tick: number;
  /** Called when the deadline has passed. */
  expire(): void;
}

/** A set of deadlines. */
export class Deadlines implements Disposable {
  readonly #clock: Clock;
  readonly #ticks = new Map<number, Set<Expiring>>();
  #timer: Disposable | undefined;
  #armedTick = Infinity;

  /** No deadlines, on `clock`. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `entry.expire()` once `delayMs` have passed, unless it is removed before. */
  add(entry: Expiring, delayMs: number): void {
    const tick = Math.ceil((this.#clock.monotonic() + delayMs) / TICK_MS);
    entry.tick = tick;
    const entries = this.#ticks.get(tick);
    if (entries === undefined) this.#ticks.set(tick, new Set([entry]));
    else entries.add(entry);
    if (tick < this.#armedTick) this.#arm(tick);
  }

  /** Forgets `entry`. The timer stays armed: the next ask will need it. */
  remove(entry: Expiring): void {
    const entries = this.#ticks.get(entry.tick);
    if (entries?.delete(entry) && entries.size === 0) this.#ticks.delete(entry.tick);
  }

  /** Forgets everything. */
  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#armedTick = Infinity;
    this.#ticks.clear();
  }

  #arm(tick: number): void {
    this.#timer?.[Symbol.dispose]();
    this.#armedTick = tick;
    const delayMs = Math.max(0, tick * TICK_MS - this.#clock.monotonic());
    this.#timer = this.#clock.schedule(delayMs, () => this.#fire());
  }

  #fire(): void {
    this.#timer = undefined;
    this.#armedTick = Infinity;
    // Half a millisecond of grace: timers of the platform may fire a fraction early.
    const nowTick = Math.floor((this.#clock.monotonic() + 0.5) / TICK_MS);
    let earliest = Infinity;
    for (const [tick, entries] of this.#ticks) {
      if (tick > nowTick) {
        earliest = Math.min(earliest, tick);
        continue;
      }
      this.#ticks.delete(tick);
      for (const entry of entries) entry.expire();
    }
    if (earliest < this.#armedTick) this.#arm(earliest);
  }
}
