/**
 * A machine a node runs on: its clock, and whether the process is alive, paused or dead.
 *
 * @module
 */

import type { Clock } from "../../core/clock.ts";
import type { Timeline } from "./timeline.ts";

/** The first instant of every simulation, in epoch milliseconds. */
export const START_MS = 1_800_000_000_000;

/**
 * The clock of one process. Nothing happens in a paused process until it goes on, and nothing ever in a dead one: what
 * was on its way there is lost, and what it waited for never comes.
 */
export class Machine implements Clock {
  readonly #timeline: Timeline;
  readonly #rate: number;
  #offsetMs: number;
  #state: "running" | "paused" | "dead" = "running";
  #heldBack: (() => void)[] = [];
  #runningSinceMs: number;

  /** A machine that runs `rate` times as fast as time, with a clock that is `offsetMs` ahead. */
  constructor(timeline: Timeline, { rate = 1, offsetMs = 0 } = {}) {
    this.#timeline = timeline;
    this.#rate = rate;
    this.#offsetMs = offsetMs;
    this.#runningSinceMs = timeline.nowMs;
  }

  /** Since when the process runs without a pause, on the timeline. */
  get runningSinceMs(): number {
    return this.#runningSinceMs;
  }

  /** Whether the process runs. */
  get isRunning(): boolean {
    return this.#state === "running";
  }

  /** Whether the process is gone. */
  get isDead(): boolean {
    return this.#state === "dead";
  }

  /** See {@linkcode Clock.now}. */
  now(): number {
    return START_MS + Math.floor(this.#timeline.nowMs * this.#rate + this.#offsetMs);
  }

  /** See {@linkcode Clock.monotonic}. */
  monotonic(): number {
    return this.#timeline.nowMs * this.#rate;
  }

  /** See {@linkcode Clock.schedule}. */
  schedule(delayMs: number, callback: () => void): Disposable {
    let isCancelled = false;
    const fire = () => {
      if (!isCancelled) callback();
    };
    const due = this.#timeline.after(Math.max(0, delayMs) / this.#rate, () => this.deliver(fire));
    return {
      [Symbol.dispose]() {
        isCancelled = true;
        due[Symbol.dispose]();
      },
    };
  }

  /** See {@linkcode Clock.immediate}. */
  immediate(callback: () => void): void {
    this.#timeline.after(0, () => this.deliver(callback));
  }

  /** Something happens in the process: now, when it goes on, or never. */
  deliver(callback: () => void): void {
    if (this.#state === "running") callback();
    else if (this.#state === "paused") this.#heldBack.push(callback);
  }

  /** Turns the machine's clock by `ms`. What measures durations does not notice. */
  turnClock(ms: number): void {
    this.#offsetMs += ms;
  }

  /** Stops the process without its knowing. */
  pauseProcess(): void {
    if (this.#state === "running") this.#state = "paused";
  }

  /** Lets it go on. */
  resumeProcess(): void {
    if (this.#state !== "paused") return;
    this.#state = "running";
    this.#runningSinceMs = this.#timeline.nowMs;
    for (const callback of this.#heldBack.splice(0)) {
      this.#timeline.after(0, () => this.deliver(callback));
    }
  }

  /** Kills the process. */
  kill(): void {
    this.#state = "dead";
    this.#heldBack = [];
  }
}
