/**
 * Whether the server can be reached, as this process sees it.
 *
 * @module
 */

import type { MasterReach } from "../port.ts";

/** A try to get a connection. */
export interface ReachAttempt {
  /** It got one. */
  reached(): void;
  /** It got none. Counts for nothing when another try got one meanwhile: this one is late news of an outage that is over. */
  failed(reason: string): void;
}

/** Tells once when the server cannot be reached any more and once when it can again. */
export class Reach {
  readonly #told = new Set<(reach: MasterReach) => void>();
  #trouble: string | null = null;
  /** Tries that got a connection. */
  #connections = 0;

  /** Calls `tell` with each change from now on. */
  watch(tell: (reach: MasterReach) => void): Disposable {
    const told = (reach: MasterReach) => tell(reach); // the same function may watch twice
    this.#told.add(told);
    return { [Symbol.dispose]: () => void this.#told.delete(told) };
  }

  /** Why it cannot be reached; `null` when it can. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** A try begins. */
  attempt(): ReachAttempt {
    const before = this.#connections;
    return {
      reached: () => this.#reached(),
      failed: (reason) => {
        if (this.#connections === before) this.#failed(reason);
      },
    };
  }

  #reached(): void {
    this.#connections++;
    if (this.#trouble === null) return;
    this.#trouble = null;
    this.#tell({ available: true, reason: "" });
  }

  #failed(reason: string): void {
    const isNews = this.#trouble === null;
    this.#trouble = reason; // what shuts down first may be a standby later: callers are told what holds now
    if (isNews) this.#tell({ available: false, reason });
  }

  #tell(reach: MasterReach): void {
    for (const tell of this.#told) tell(reach);
  }
}
