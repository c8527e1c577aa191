/** What a nemesis does is decided by its seed. */

import { deepStrictEqual as equal, notDeepStrictEqual, ok } from "node:assert/strict";
import { seededRandom } from "../../core/random.ts";
import { type Fault, type Field, planFaults } from "./nemesis/fault_plan.ts";

const FIELD: Field = {
  nodes: ["node-1", "node-2", "node-3"],
  callers: ["caller-1"],
  servers: ["master", "agent"],
  leaseMs: 6_000,
  lastsMs: 60_000,
};

const planned = (field: Field = FIELD): readonly Fault[] =>
  Array.from({ length: 20 }, (_, seed) => planFaults(field, seededRandom(seed))).flat();

Deno.test("planFaults plans the same for one seed, and something else for another", () => {
  equal(planFaults(FIELD, seededRandom(7)), planFaults(FIELD, seededRandom(7)));
  notDeepStrictEqual(planFaults(FIELD, seededRandom(7)), planFaults(FIELD, seededRandom(8)));
});

Deno.test("planFaults plans every kind, shorter and longer than a lease, several at once", () => {
  const faults = planned();
  const pauses = faults.filter(({ kind }) => kind === "pause").map(({ lastsMs }) => lastsMs);

  equal([...new Set(faults.map(({ kind }) => kind))].sort(), [
    ...["black hole", "cut", "delay", "kill", "partition", "pause", "restart"],
  ]);
  ok(pauses.some((ms) => ms < FIELD.leaseMs * 0.7) && pauses.some((ms) => ms > FIELD.leaseMs));
  const first = planFaults(FIELD, seededRandom(1));
  ok(new Set(first.map(({ atMs }) => atMs)).size < first.length);
});

Deno.test("planFaults breaks nothing that is broken already, and begins when callers have begun", () => {
  for (let seed = 0; seed < 50; seed++) {
    const freeAt = new Map<string, number>();
    for (const { target, atMs, lastsMs } of planFaults(FIELD, seededRandom(seed))) {
      ok(atMs >= Math.max(2_000, freeAt.get(target) ?? 0), `seed ${seed}: ${target} at ${atMs}`);
      ok(atMs < FIELD.lastsMs);
      freeAt.set(target, atMs + lastsMs);
    }
  }
});

Deno.test("planFaults leaves ways and servers alone when there are none", () => {
  const kinds = new Set(planned({ ...FIELD, servers: [] }).map(({ kind }) => kind));
  equal([...kinds].sort(), ["kill", "pause"]);
});
