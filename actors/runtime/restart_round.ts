/**
 * One restart under way: who takes part, and the wait before it.
 *
 * @module
 */

import type { Clock } from "../../core/clock.ts";

/** A restart of some `T`. Whoever leaves is not started by it; when all have left the wait ends early. */
export class RestartRound<T> {
  readonly #members: Set<T>;
  readonly #woken = Promise.withResolvers<void>();
  #timer: Disposable | undefined;

  /** A restart of `members`. */
  constructor(members: readonly T[]) {
    this.#members = new Set(members);
  }

  /** Whether `member` still waits for this restart. */
  has(member: T): boolean {
    return this.#members.has(member);
  }

  /** Takes `member` out. */
  leave(member: T): void {
    this.#members.delete(member);
    if (this.#members.size > 0) return;
    this.#timer?.[Symbol.dispose]();
    this.#woken.resolve();
  }

  /** Resolves after `delayMs`, or as soon as nobody waits any more. */
  async wait(clock: Clock, delayMs: number): Promise<void> {
    if (this.#members.size === 0) return;
    this.#timer = clock.schedule(delayMs, () => this.#woken.resolve());
    await this.#woken.promise;
  }
}
