/**
 * Group commit: calls that arrive while a batch is under way leave together in the next one.
 *
 * There is no timer: an idle batcher sends at once (after the events already waiting), a busy one fills up.
 *
 * @module
 */

import type { Clock } from "../core/clock.ts";

interface Waiting<In, Out> {
  readonly items: readonly In[];
  readonly resolve: (results: readonly Out[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Options of {@linkcode Batcher}. */
export interface BatcherOptions<In, Out> {
  /** Decides when an idle batcher starts. */
  readonly clock: Pick<Clock, "immediate">;
  /** Most items in one batch; a call with more travels alone. */
  readonly maxItems: number;
  /** Sends a batch and answers one result per item, in order. */
  readonly send: (items: readonly In[]) => Promise<readonly Out[]>;
}

/** Gathers the items of concurrent calls into batches, one batch under way at a time. */
export class Batcher<In, Out> {
  readonly #options: BatcherOptions<In, Out>;
  #waiting: Waiting<In, Out>[] = [];
  #busy = false;

  /** Makes an idle batcher. */
  constructor(options: BatcherOptions<In, Out>) {
    this.#options = options;
  }

  /** Sends `items` with the next batch; resolves with their results, or rejects with what the batch failed of. */
  add(items: readonly In[]): Promise<readonly Out[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ items, resolve, reject });
      if (this.#busy) return;
      this.#busy = true;
      this.#options.clock.immediate(() => void this.#run());
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) await this.#sendNext();
    this.#busy = false;
  }

  async #sendNext(): Promise<void> {
    const batch = this.#take();
    try {
      const results = await this.#options.send(batch.flatMap(({ items }) => items));
      let offset = 0;
      for (const { items, resolve } of batch) {
        resolve(results.slice(offset, offset + items.length));
        offset += items.length;
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }

  #take(): readonly Waiting<In, Out>[] {
    let items = 0;
    let calls = 0;
    for (const { items: { length } } of this.#waiting) {
      if (calls > 0 && items + length > this.#options.maxItems) break;
      items += length;
      calls++;
    }
    const batch = this.#waiting.slice(0, calls);
    this.#waiting = this.#waiting.slice(calls);
    return batch;
  }
}
