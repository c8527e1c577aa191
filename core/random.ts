/**
 * Where chance comes from. With `clock.ts` one of the two files that touch the outside world.
 *
 * @module
 */

/** A source of random numbers. Production uses {@linkcode systemRandom}; tests use {@linkcode seededRandom}. */
export interface Random {
  /** A number in `[0, 1)`. */
  next(): number;
  /** `count` random bytes. */
  bytes(count: number): Uint8Array;
}

/** The machine's source of chance; `bytes` is fit for secrets. */
export const systemRandom: Random = {
  next: () => Math.random(),
  bytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
};

/**
 * A reproducible source: the same seed gives the same sequence (mulberry32, 32 bits of state).
 *
 * @example
 * ```ts
 * import { seededRandom } from "@jobmaster/jobmaster/core";
 * import { strictEqual } from "node:assert/strict";
 *
 * strictEqual(seededRandom(7).next(), seededRandom(7).next());
 * ```
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(next() * 256)),
  };
}

/** One of `items`, each equally likely; `undefined` when there are none. */
export function pick<T>(items: readonly T[], random: Random): T | undefined {
  return items[Math.floor(random.next() * items.length)];
}
