/**
 * Counts what one actor handled and how long its messages waited.
 *
 * @module
 */

import type { Clock } from "../../core/clock.ts";
import type { Envelope } from "./envelope.ts";
import type { ActorMetrics } from "./metrics.ts";

/** What a cell knows without counting. */
export type CellFacts = Omit<ActorMetrics, "handled" | "waitMs" | "maxWaitMs">;

/** The counters of one actor. */
export class CellMeter {
  readonly #clock: Clock;
  #handled = 0;
  #waitMs = 0;
  #maxWaitMs = 0;

  /** All zero. */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes when a message met the mailbox. */
  arrived(envelope: Envelope): void {
    envelope.atMs = this.#clock.monotonic();
  }

  /** Notes that a message left the mailbox to be handled. */
  begun(envelope: Envelope): void {
    const waitedMs = this.#clock.monotonic() - envelope.atMs;
    this.#waitMs += waitedMs;
    if (waitedMs > this.#maxWaitMs) this.#maxWaitMs = waitedMs;
  }

  /** Notes that a message was handled. */
  finished(): void {
    this.#handled++;
  }

  /** The counts, joined with those of the thread that runs the actor, where there is one. */
  read(facts: CellFacts, hosted?: ActorMetrics): ActorMetrics {
    return {
      ...facts,
      depth: Math.max(facts.depth, hosted?.depth ?? 0),
      handled: Math.max(this.#handled, hosted?.handled ?? 0),
      waitMs: this.#waitMs + (hosted?.waitMs ?? 0),
      maxWaitMs: Math.max(this.#maxWaitMs, hosted?.maxWaitMs ?? 0),
    };
  }
}
