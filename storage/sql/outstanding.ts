/**
 * The calls of one connection that have not been answered, and the deadline each of them has.
 *
 * @module
 */

import type { Clock } from "../../core/clock.ts";
import { SqlFailure } from "./failures.ts";

/** Settles a call. What comes after the first settling changes nothing. */
export interface Answer<T> {
  /** The server answered. */
  readonly done: (value: T) => void;
  /** It did not, or not well. */
  readonly failed: (failure: SqlFailure) => void;
}

/** Unanswered calls. When the server says nothing for longer than the deadline, the connection counts as lost. */
export class Outstanding {
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #lose: (failure: SqlFailure) => void;
  readonly #calls = new Set<(failure: SqlFailure) => void>();
  #heardAtMs = 0;
  #timer: Disposable | null = null;
  #lost: SqlFailure | null = null;
  #quiet: (() => void) | null = null;

  /** `lose` is called once, when the connection is lost for whatever reason. */
  constructor(options: {
    readonly clock: Clock;
    readonly deadlineMs: number;
    readonly lose: (failure: SqlFailure) => void;
  }) {
    this.#clock = options.clock;
    this.#deadlineMs = options.deadlineMs;
    this.#lose = options.lose;
  }

  /** Whether the connection is lost. */
  get isLost(): boolean {
    return this.#lost !== null;
  }

  /** Makes a call; `send` is called at once, unless the connection is lost. */
  call<T>(send: (answer: Answer<T>) => void): Promise<T> {
    if (this.#lost !== null) return Promise.reject(this.#lost);
    return new Promise<T>((resolve, reject) => {
      const settle = () => {
        this.#calls.delete(failed);
        this.#heardAtMs = this.#clock.monotonic();
        if (this.#calls.size === 0) this.#becomeQuiet();
      };
      const failed = (failure: SqlFailure) => {
        settle();
        reject(failure);
      };
      this.#expect(failed);
      send({
        done: (value) => {
          settle();
          resolve(value);
        },
        failed,
      });
    });
  }

  /** Every call fails with `failure`, the present ones and later ones. */
  lose(failure: SqlFailure): void {
    if (this.#lost !== null) return;
    this.#lost = failure;
    for (const failed of this.#calls) failed(failure);
    this.#becomeQuiet();
    this.#lose(failure);
  }

  /** Resolves when no call is unanswered. */
  async quiet(): Promise<void> {
    if (this.#calls.size === 0) return;
    await new Promise<void>((resolve) => this.#quiet = resolve);
  }

  #expect(failed: (failure: SqlFailure) => void): void {
    if (this.#calls.size === 0) {
      this.#heardAtMs = this.#clock.monotonic();
      this.#timer = this.#clock.schedule(this.#deadlineMs, () => this.#due());
    }
    this.#calls.add(failed);
  }

  #due(): void {
    const leftMs = this.#heardAtMs + this.#deadlineMs - this.#clock.monotonic();
    if (leftMs > 0) {
      this.#timer = this.#clock.schedule(Math.ceil(leftMs), () => this.#due());
      return;
    }
    this.lose(new SqlFailure("lost", `the server did not answer for ${this.#deadlineMs} ms`));
  }

  #becomeQuiet(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = null;
    this.#quiet?.();
    this.#quiet = null;
  }
}
