/**
 * The time of a cluster: its database's, as well as a node can know it.
 *
 * Whether a job is due must not hang on the wall clock of the node that asks. Between two readings of the database time
 * goes on with the node's monotonic clock, so that turning the wall clock changes nothing.
 *
 * @module
 */

import type { Clock } from "../core/clock.ts";

/** What the database said, and when it was asked: the answer holds for some moment between the two readings. */
export interface ClockReading {
  /** The database's clock, in epoch milliseconds. */
  readonly clockMs: number;
  /** The node's monotonic clock when it asked, in milliseconds. */
  readonly askedAtMono: number;
  /** The same when it was answered. */
  readonly answeredAtMono: number;
}

/** A clock whose `now` is the database's; everything else is the machine's. */
export class ClusterClock implements Clock {
  readonly #machine: Clock;
  /** What the monotonic clock is short of the cluster's time; the machine's wall clock counts before the first reading. */
  #aheadMs: number;

  /** A clock that was never set, on the clock of a machine. */
  constructor(machine: Clock) {
    this.#machine = machine;
    this.#aheadMs = machine.now() - machine.monotonic();
  }

  /** How far the machine's wall clock is ahead of this one, in milliseconds; negative when it is behind. */
  get skewMs(): number {
    return this.#machine.now() - this.now();
  }

  /** Moves the clock no further than the reading proves it wrong: a slow answer proves little. */
  set({ clockMs, askedAtMono, answeredAtMono }: ClockReading): void {
    const least = clockMs - answeredAtMono; // the answer is as old as the whole round trip, or brand-new
    const most = clockMs + 1 - askedAtMono; // it says whole milliseconds
    this.#aheadMs = Math.min(Math.max(this.#aheadMs, least), most);
  }

  /** See {@linkcode Clock.now}: the database's time. Moves back only when a reading proves that it was ahead. */
  now(): number {
    return Math.floor(this.#machine.monotonic() + this.#aheadMs);
  }

  /** See {@linkcode Clock.monotonic}. */
  monotonic(): number {
    return this.#machine.monotonic();
  }

  /** See {@linkcode Clock.schedule}. */
  schedule(delayMs: number, callback: () => void): Disposable {
    return this.#machine.schedule(delayMs, callback);
  }

  /** See {@linkcode Clock.immediate}. */
  immediate(callback: () => void): void {
    this.#machine.immediate(callback);
  }
}
