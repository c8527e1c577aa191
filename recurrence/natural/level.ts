/**
 * One unit of the calendar with the values that lead to a match, and what lies below each of them.
 *
 * @module
 */

/** The values of a unit that lead to a match. */
export class Level {
  /** What lies below each value; `null` where nothing matches. Seconds have {@linkcode LEAF} below them. */
  readonly children: readonly (Level | null)[];
  readonly #next: Int8Array;
  readonly #previous: Int8Array;
  readonly #size: number;
  readonly #full: boolean[] = [];
  #count = 0;

  /** Creates a level; the index into `children` is the value, `least` the least value of the unit. */
  constructor(children: readonly (Level | null)[], least = 0) {
    const size = children.length;
    this.#size = size - least;
    this.children = children;
    this.#next = new Int8Array(size + 1).fill(-1);
    this.#previous = new Int8Array(size + 1).fill(-1);
    for (let value = size - 1; value >= 0; value--) {
      this.#next[value] = children[value] === null ? this.#next[value + 1]! : value;
    }
    for (let value = 0; value < size; value++) {
      if (children[value] !== null) this.#count++;
      this.#previous[value + 1] = children[value] === null ? this.#previous[value]! : value;
    }
  }

  /** The least value that is at least `value`; -1 when there is none. `value` may be one past the last. */
  atLeast(value: number): number {
    return this.#next[value]!;
  }

  /** The greatest value that is at most `value`; -1 when there is none. `value` may be -1. */
  atMost(value: number): number {
    return this.#previous[value + 1]!;
  }

  /** Whether every value leads to a match, and every value of the `depth` levels below it. */
  isFull(depth: number): boolean {
    if (this.#count < this.#size) return false;
    if (depth === 0) return true;
    return this.#full[depth] ??= this.children.every((child) =>
      child === null || child.isFull(depth - 1)
    );
  }
}

/** What lies below a second that matches. */
export const LEAF: Level = new Level([]);
