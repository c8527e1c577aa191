/**
 * Where chance comes from.
 */

import { deepStrictEqual, notDeepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { pick, type Random, seededRandom, systemRandom } from "../../core/random.ts";

Deno.test("seededRandom is mulberry32", () => {
  const { next } = seededRandom(1);
  deepStrictEqual([next(), next(), next()], [
    0.6270739405881613,
    0.002735721180215478,
    0.5274470399599522,
  ]);
  strictEqual(seededRandom(0).next(), 0.26642920868471265);
});

Deno.test("seededRandom repeats itself for a seed and differs for another", () => {
  const series = (seed: number) => {
    const random = seededRandom(seed);
    return [random.next(), [...random.bytes(16)], random.next()];
  };
  deepStrictEqual(series(7), series(7));
  notDeepStrictEqual(series(7), series(8));
});

Deno.test("every Random answers numbers in [0, 1) and as many bytes as asked for", () => {
  fc.assert(fc.property(fc.integer(), fc.integer({ min: 0, max: 300 }), (seed, count) => {
    for (const random of [seededRandom(seed), systemRandom]) {
      const number = random.next();
      ok(number >= 0 && number < 1);
      strictEqual(random.bytes(count).length, count);
    }
  }));
});

Deno.test("systemRandom does not repeat itself", () => {
  notDeepStrictEqual(systemRandom.bytes(16), systemRandom.bytes(16));
});

Deno.test("pick chooses the item the number falls on, the last one for the largest", () => {
  const at = (next: number): Random => ({ next: () => next, bytes: () => new Uint8Array() });
  const items = ["a", "b", "c", "d"];
  deepStrictEqual(
    [0, 0.24, 0.25, 0.5, 0.74, 0.75, 1 - 2 ** -53].map((next) => pick(items, at(next))),
    ["a", "a", "b", "c", "c", "d", "d"],
  );
});

Deno.test("pick answers undefined when there are no items", () => {
  strictEqual(pick([], seededRandom(1)), undefined);
});
