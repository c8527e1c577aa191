/**
 * Which bucket a job goes to.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { BucketIndex, type BucketPlace } from "../../core/assignment.ts";
import { PRIORITIES } from "../../core/job.ts";
import { seededRandom } from "../../core/random.ts";

const PLACES: readonly BucketPlace[] = [
  { id: "b-1", epoch: 1, lane: "", priority: "Medium" },
  { id: "b-2", epoch: 4, lane: "", priority: "Medium" },
  { id: "b-3", epoch: 1, lane: "mail", priority: "Medium" },
  { id: "b-4", epoch: 1, lane: "", priority: "High" },
];

Deno.test("BucketIndex finds the buckets of a lane and a priority", () => {
  const index = new BucketIndex(PLACES);

  deepStrictEqual(index.matching("", "Medium").map(({ id }) => id), ["b-1", "b-2"]);
  deepStrictEqual(index.matching("mail", "Medium").map(({ id }) => id), ["b-3"]);
  deepStrictEqual(index.matching("mail", "High"), []);
  deepStrictEqual(index.matching("MAIL", "Medium"), []);
});

Deno.test("BucketIndex chooses none when no bucket serves the lane or the priority", () => {
  const index = new BucketIndex(PLACES);

  strictEqual(index.choose("other", "Medium", seededRandom(1)), undefined);
  strictEqual(index.choose("", "Critical", seededRandom(1)), undefined);
  strictEqual(new BucketIndex([]).choose("", "Medium", seededRandom(1)), undefined);
});

Deno.test("BucketIndex names every lane and priority that is served, once", () => {
  deepStrictEqual(new BucketIndex(PLACES).routes(), [
    { lane: "", priority: "Medium" },
    { lane: "mail", priority: "Medium" },
    { lane: "", priority: "High" },
  ]);
});

Deno.test("BucketIndex chooses each matching bucket about equally often", () => {
  const index = new BucketIndex(PLACES);
  const random = seededRandom(11);
  const chosen = Array.from({ length: 1_000 }, () => index.choose("", "Medium", random)?.id);
  const first = chosen.filter((id) => id === "b-1").length;

  deepStrictEqual(new Set(chosen), new Set(["b-1", "b-2"]));
  ok(first > 400 && first < 600, `${first} of 1,000`);
});

Deno.test("BucketIndex never chooses a bucket of another lane or priority", () => {
  const route = {
    lane: fc.constantFrom("", "a", "b", "low/a"),
    priority: fc.constantFrom(...PRIORITIES),
  };
  const places = fc.array(fc.record({ id: fc.uuid(), epoch: fc.constant(1), ...route }));
  fc.assert(fc.property(places, fc.record(route), fc.integer(), (all, asked, seed) => {
    const { lane, priority } = asked;
    const wanted = all.filter((each) => each.lane === lane && each.priority === priority);
    const index = new BucketIndex(all);
    const chosen = index.choose(lane, priority, seededRandom(seed));
    deepStrictEqual(index.matching(lane, priority), wanted);
    ok(wanted.length === 0 ? chosen === undefined : wanted.includes(chosen!));
  }));
});
