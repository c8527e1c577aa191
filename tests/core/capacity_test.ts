/**
 * How much a bucket runs and holds at once.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { bucketCapacity, RUN_SLOTS } from "../../core/capacity.ts";
import { PRIORITIES, type Priority } from "../../core/job.ts";

const FACTORS = [0.1, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4] as const;

/** Run slots at each of the factors. Products that end in one half go to the even neighbour. */
const SLOTS: Readonly<Record<Priority, readonly number[]>> = {
  VeryLow: [1, 1, 1, 2, 2, 2, 3, 4, 4, 5, 6, 7, 8],
  Low: [1, 1, 2, 2, 3, 4, 4, 5, 6, 8, 9, 10, 12],
  Medium: [1, 1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16],
  High: [1, 1, 2, 4, 5, 6, 8, 9, 10, 12, 15, 18, 20],
  Critical: [1, 2, 3, 4, 6, 8, 9, 10, 12, 15, 18, 21, 24],
};

Deno.test("bucketCapacity rounds run slots half to even when the factor is 0.1 to 4", () => {
  for (const priority of PRIORITIES) {
    deepStrictEqual(
      FACTORS.map((factor) => bucketCapacity(priority, factor, 250).runSlots),
      SLOTS[priority],
      priority,
    );
  }
});

Deno.test("bucketCapacity gives the published slots when the factor is 1", () => {
  deepStrictEqual(RUN_SLOTS, { VeryLow: 2, Low: 3, Medium: 4, High: 5, Critical: 6 });
  for (const priority of PRIORITIES) {
    strictEqual(bucketCapacity(priority, 1, 250).runSlots, RUN_SLOTS[priority], priority);
  }
});

Deno.test("bucketCapacity has five waiting places per slot and the given buffer", () => {
  deepStrictEqual(bucketCapacity("High", 2.5, 77), { runSlots: 12, waiting: 60, buffer: 77 });
});

Deno.test("bucketCapacity is the nearest whole number, at least 1, whatever the factor", () => {
  fc.assert(fc.property(
    fc.constantFrom(...PRIORITIES),
    fc.double({ min: 0.01, max: 1_000, noNaN: true }),
    (priority, factor) => {
      const { runSlots, waiting } = bucketCapacity(priority, factor, 1);
      const exact = RUN_SLOTS[priority] * factor;
      ok(Number.isInteger(runSlots) && runSlots >= 1);
      ok(Math.abs(runSlots - exact) <= 0.5 || (exact < 1 && runSlots === 1));
      ok(Math.abs(runSlots - exact) < 0.5 || runSlots % 2 === 0 || runSlots === 1);
      strictEqual(waiting, 5 * runSlots);
    },
  ));
});

Deno.test("bucketCapacity never shrinks when factor or priority grows", () => {
  const slots = (priority: Priority, factor: number) =>
    bucketCapacity(priority, factor, 1).runSlots;
  fc.assert(fc.property(fc.double({ min: 0.1, max: 100, noNaN: true }), (factor) => {
    for (const [index, priority] of PRIORITIES.entries()) {
      ok(slots(priority, factor * 1.1) >= slots(priority, factor));
      ok(index === 0 || slots(priority, factor) >= slots(PRIORITIES[index - 1]!, factor));
    }
  }));
});
