/**
 * Virtual time: one queue of everything that is yet to happen, and a digest of what has.
 *
 * @module
 */

import { systemClock } from "../../core/clock.ts";
import { Digest } from "./digest.ts";

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly callback: () => void;
  isCancelled: boolean;
}

/** Virtual time, in milliseconds from 0. What falls due at one instant happens in the order it was asked for. */
export class Timeline {
  /** What has happened, so that two runs can be compared. */
  readonly digest = new Digest();
  readonly #heap: Due[] = [];
  #nowMs = 0;
  #order = 0;
  #steps = 0;

  /** The present. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** How many things have happened. */
  get steps(): number {
    return this.#steps;
  }

  /** Calls `callback` after `delayMs`; disposing the handle forgets it. */
  after(delayMs: number, callback: () => void): Disposable {
    const atMs = this.#nowMs + Math.max(0, delayMs);
    const due: Due = { atMs, order: this.#order++, callback, isCancelled: false };
    push(this.#heap, due);
    return { [Symbol.dispose]: () => void (due.isCancelled = true) };
  }

  /** Resolves after `delayMs`. */
  pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.after(delayMs, resolve));
  }

  /** Moves on until `isOver` says so, or until `untilMs`; answers whether it was over. */
  async run(untilMs: number, isOver: () => boolean = () => false): Promise<boolean> {
    await settled();
    while (!isOver()) {
      const next = this.#next(untilMs);
      if (next === undefined) {
        this.#nowMs = untilMs;
        return false;
      }
      this.#nowMs = next.atMs;
      this.#steps++;
      this.digest.add(next.atMs);
      next.callback();
      await settled();
    }
    return true;
  }

  #next(untilMs: number): Due | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (!first.isCancelled && first.atMs > untilMs) return undefined;
      pop(this.#heap);
      if (!first.isCancelled) return first;
    }
    return undefined;
  }
}

/** Resolves once everything that needs no time has happened: nothing else is waited for outside of the timeline. */
function settled(): Promise<void> {
  return new Promise((resolve) => systemClock.immediate(resolve));
}

function isBefore(a: Due, b: Due): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function push(heap: Due[], due: Due): void {
  let at = heap.push(due) - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (!isBefore(due, heap[above]!)) break;
    heap[at] = heap[above]!;
    at = above;
  }
  heap[at] = due;
}

function pop(heap: Due[]): void {
  const last = heap.pop()!;
  if (heap.length === 0) return;
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= heap.length) break;
    if (below + 1 < heap.length && isBefore(heap[below + 1]!, heap[below]!)) below++;
    if (!isBefore(heap[below]!, last)) break;
    heap[at] = heap[below]!;
    at = below;
  }
  heap[at] = last;
}
