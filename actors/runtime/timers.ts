/**
 * Messages an actor sends itself later. They end with the life that asked for them.
 *
 * @module
 */

import type { Clock } from "../../core/clock.ts";
import { Envelope } from "./envelope.ts";
import type { LifeEvents } from "./life.ts";
import type { Message } from "./protocol.ts";

/** How long the outcome of piped work waits before it knocks at a full mailbox again, in milliseconds. */
const RETRY_MS = 10;

/** The timers of one life. */
export class Timers {
  readonly #clock: Clock;
  readonly #events: LifeEvents;
  readonly #armed = new Set<Disposable>();
  #over = false;

  /** No timers yet. */
  constructor(clock: Clock, events: LifeEvents) {
    this.#clock = clock;
    this.#events = events;
  }

  /** Sends `message` once after `delayMs`. */
  after(delayMs: number, message: Message): Disposable {
    return this.#arm(delayMs, () => void this.#events.toSelf(new Envelope(message), false));
  }

  /** Sends `message` every `intervalMs`; a beat is left out while the one before still waits. */
  every(intervalMs: number, message: Message): Disposable {
    let last: Envelope | undefined;
    let timer: Disposable;
    let dueAtMs = this.#clock.monotonic() + intervalMs;
    const beat = () => {
      if (last?.waiting !== true) {
        const envelope = new Envelope(message);
        last = this.#events.toSelf(envelope, false) === "accepted" ? envelope : undefined;
      }
      // From the instant it was due, so that a late beat does not shift all that follow.
      const nowMs = this.#clock.monotonic();
      dueAtMs = Math.max(dueAtMs + intervalMs, nowMs);
      timer = this.#arm(dueAtMs - nowMs, beat);
    };
    timer = this.#arm(intervalMs, beat);
    return { [Symbol.dispose]: () => timer[Symbol.dispose]() };
  }

  /** Sends what becomes of `work`; a full mailbox delays it, the end of the life drops it. */
  pipe<T>(work: Promise<T>, toMessage: (settled: PromiseSettledResult<T>) => Message): void {
    const deliver = (settled: PromiseSettledResult<T>) => {
      if (this.#over) return;
      try {
        this.#knock(new Envelope(toMessage(settled)));
      } catch (error) {
        this.#events.crashed(error);
      }
    };
    work.then(
      (value) => deliver({ status: "fulfilled", value }),
      (reason) => deliver({ status: "rejected", reason }),
    );
  }

  /** Cancels everything, for good. */
  cancel(): void {
    this.#over = true;
    for (const timer of this.#armed) timer[Symbol.dispose]();
    this.#armed.clear();
  }

  #knock(envelope: Envelope): void {
    if (this.#events.toSelf(envelope, true) !== "mailbox_full") return;
    this.#arm(RETRY_MS, () => this.#knock(envelope));
  }

  #arm(delayMs: number, callback: () => void): Disposable {
    if (this.#over) return { [Symbol.dispose]: () => {} };
    const scheduled = this.#clock.schedule(delayMs, () => {
      this.#armed.delete(timer);
      callback();
    });
    const timer = {
      [Symbol.dispose]: () => {
        scheduled[Symbol.dispose]();
        this.#armed.delete(timer);
      },
    };
    this.#armed.add(timer);
    return timer;
  }
}
