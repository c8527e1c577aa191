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
  #recent: { readonly key: string; readonly atMs: number }[] = [];

  /** No restart so far. */
  constructor(supervision: Supervision | undefined, random: Random) {
    this.#supervision = { ...DEFAULTS, ...supervision };
    this.strategy = this.#supervision.strategy;
    this.#random = random;
  }

  /**
   * Milliseconds to wait before the restart that the crash of child `key` at `nowMs` deserves; `undefined` when it is one
   * too many. All children count for the limit, and each for its own wait: one that crashes again and again does not
   * delay the others.
   */
  next(key: string, nowMs: number): number | undefined {
    const { maxRestarts, withinMs, backoffMs } = this.#supervision;
    this.#recent = this.#recent.filter(({ atMs }) => nowMs - atMs < withinMs);
    if (this.#recent.length >= maxRestarts) return undefined;
    const before = this.#recent.filter((each) => each.key === key).length;
    this.#recent.push({ key, atMs: nowMs });
    const ceilingMs = backoffMs * 2 ** before;
    return Math.min(MAX_BACKOFF_MS, ceilingMs) * this.#random.next();
  }

  /** What is said when {@linkcode next} refused. */
  get limit(): string {
    const { maxRestarts, withinMs } = this.#supervision;
    return `more than ${maxRestarts} restarts within ${withinMs} ms`;
  }
}
