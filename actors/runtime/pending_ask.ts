/**
 * One question that waits for its answer: settled by the reply, the deadline, or the asker's signal.
 *
 * @module
 */

import { JobMasterError } from "../../core/errors.ts";
import type { Deadlines, Expiring } from "./deadlines.ts";
import type { Reply } from "./envelope.ts";
import type { AskOptions } from "./ref.ts";

/** What an ask was about, for the text of its errors. */
export interface AskSubject {
  /** Who was asked. */
  readonly address: string;
  /** For what. */
  readonly messageType: string;
}

/** The asker's end of an ask. */
export class PendingAsk implements Reply, Expiring {
  tick = 0;
  readonly #subject: AskSubject;
  readonly #options: AskOptions;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: unknown) => void;
  #deadlines: Deadlines | undefined;
  #settled = false;

  /** Settles the promise these belong to. */
  constructor(
    subject: AskSubject,
    options: AskOptions,
    { resolve, reject }: { resolve: (value: unknown) => void; reject: (error: unknown) => void },
  ) {
    this.#subject = subject;
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Starts the clock, unless the message was refused at once. */
  wait(deadlines: Deadlines): void {
    if (this.#settled) return;
    this.#deadlines = deadlines;
    deadlines.add(this, this.#options.timeoutMs);
    this.#options.signal?.addEventListener("abort", this.#abort);
  }

  resolve(value: unknown): void {
    this.#settle();
    this.#resolve(value);
  }

  reject(error: unknown): void {
    this.#settle();
    this.#reject(error);
  }

  expire(): void {
    const { address, messageType } = this.#subject;
    this.reject(
      new JobMasterError(
        "ask_timeout",
        `Cannot ask "${address}" for "${messageType}": no reply within ${this.#options.timeoutMs} ms`,
        { retryable: true },
      ),
    );
  }

  readonly #abort = (): void => this.reject(this.#options.signal?.reason);

  #settle(): void {
    this.#settled = true;
    this.#deadlines?.remove(this);
    this.#options.signal?.removeEventListener("abort", this.#abort);
  }
}
