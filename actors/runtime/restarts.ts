/**
 * Decides whether a crash is answered with a restart, and how long to wait before it.
 *
 * @module
 */

import type { Random } from "../../core/random.ts";
import type { Strategy, Supervision } from "./definition.ts";

/** Longest wait before a restart, in milliseconds. */
export const MAX_BACKOFF_MS = 30_000;

const DEFAULTS: Required<Supervision> = {
  strategy: "one_for_one",
  maxRestarts: 3,
  withinMs: 5_000,
  backoffMs: 10,
};

/** The restart intensity of one supervisor. */
export class Restarts {
  /** Which children are restarted together. */
  readonly strategy: Strategy;
  readonly #supervision: Required<Supervision>;
  readonly #random: Random;
  #recentAtMs: number[] = [];

  /** No restart so far. */
  constructor(supervision: Supervision | undefined, random: Random) {
    this.#supervision = { ...DEFAULTS, ...supervision };
    this.strategy = this.#supervision.strategy;
    this.#random = random;
  }

  /** Milliseconds to wait before the restart a crash at `nowMs` deserves; `undefined` when it is one too many. */
  next(nowMs: number): number | undefined {
    const { maxRestarts, withinMs, backoffMs } = this.#supervision;
    this.#recentAtMs = this.#recentAtMs.filter((atMs) => nowMs - atMs < withinMs);
    if (this.#recentAtMs.length >= maxRestarts) return undefined;
    this.#recentAtMs.push(nowMs);
    const ceilingMs = backoffMs * 2 ** (this.#recentAtMs.length - 1);
    return Math.min(MAX_BACKOFF_MS, ceilingMs) * this.#random.next();
  }

  /** What is said when {@linkcode next} refused. */
  get limit(): string {
    const { maxRestarts, withinMs } = this.#supervision;
    return `more than ${maxRestarts} restarts within ${withinMs} ms`;
  }
}
