/**
 * Ids: their layout, their order, and how they are read.
 */

import {
  deepStrictEqual,
  match,
  notStrictEqual,
  ok,
  strictEqual,
  throws,
} from "node:assert/strict";
import fc from "fast-check";
import { parseJobId, shortId, uuidGenerator } from "../../core/ids.ts";
import { type Random, seededRandom } from "../../core/random.ts";

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const LATEST_MS = 8.64e15; // the last instant of a Date

/** Mints ids on a clock that shows `readings` one after the other. */
function mint(readings: readonly number[], random: Random = seededRandom(1)): readonly string[] {
  let reading = 0;
  const newId = uuidGenerator({ now: () => readings[reading++]! }, random);
  return readings.map(newId);
}

function timeOf(id: string): number {
  return parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

function counterOf(id: string): number {
  return parseInt(id.slice(15, 18), 16);
}

function isAscending(ids: readonly string[]): boolean {
  return ids.every((id, i) => i === 0 || ids[i - 1]! < id);
}

Deno.test("uuidGenerator mints version 7 of the RFC variant, with the time in front", () => {
  const times = fc.integer({ min: 1, max: 2 ** 48 - 1 });
  fc.assert(fc.property(times, fc.integer(), (atMs, seed) => {
    const [id = ""] = mint([atMs], seededRandom(seed));
    match(id, UUID_V7);
    strictEqual(timeOf(id), atMs);
  }));
});

Deno.test("uuidGenerator takes its tail from the source of chance", () => {
  const bytes = (fill: number): Random => ({
    next: () => 0,
    bytes: (count) => new Uint8Array(count).fill(fill),
  });
  deepStrictEqual(
    [...mint([0x0123_4567_89ab], bytes(0)), ...mint([0x0123_4567_89ab], bytes(255))],
    [
      "01234567-89ab-7000-8000-000000000000",
      "01234567-89ab-7000-bfff-ffffffffffff",
    ],
  );
});

Deno.test("uuidGenerator counts up within a millisecond, from a random start that leaves room", () => {
  const ids = mint(Array(500).fill(1_800_000_000_000));
  const start = counterOf(ids[0]!);

  ok(start < 256);
  deepStrictEqual(ids.map(counterOf), ids.map((_, i) => start + i));
  ok(isAscending(ids));
  notStrictEqual(start, counterOf(mint([1_800_000_000_000], seededRandom(2))[0]!));
});

Deno.test("uuidGenerator goes on in the next millisecond when one is full", () => {
  const ids = mint(Array(10_000).fill(1_800_000_000_000));

  ok(isAscending(ids));
  strictEqual(new Set(ids.map(timeOf)).size, 3);
  strictEqual(timeOf(ids.at(-1)!), 1_800_000_000_002);
});

Deno.test("uuidGenerator keeps the last millisecond when the clock goes back", () => {
  const ids = mint([5_000, 4_000, 1, 5_000, 5_001]);

  deepStrictEqual(ids.map(timeOf), [5_000, 5_000, 5_000, 5_000, 5_001]);
  ok(isAscending(ids));
});

Deno.test("uuidGenerator never goes back, wherever the clock jumps", () => {
  const readings = fc.array(
    fc.double({ min: 1, max: LATEST_MS / 100, noNaN: true }),
    { minLength: 2, maxLength: 200 },
  );
  fc.assert(fc.property(readings, fc.integer(), (times, seed) => {
    const ids = mint(times, seededRandom(seed));
    ok(isAscending(ids));
    strictEqual(timeOf(ids.at(-1)!), Math.floor(Math.max(...times)));
  }));
});

Deno.test("parseJobId reads a UUID of any version, in any letter case", () => {
  strictEqual(
    parseJobId("019AB3C4-5D6E-7F80-9A1B-2C3D4E5F6071"),
    "019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071",
  );
  fc.assert(fc.property(fc.uuid(), (id) => strictEqual(parseJobId(id), id)));
});

Deno.test("parseJobId names the value and the rule when it is not a UUID", () => {
  const rule = 'it must be a UUID such as "019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071"';
  const cases: readonly [unknown, string][] = [
    ["", '""'],
    ["7", '"7"'],
    ["019ab3c45d6e7f809a1b2c3d4e5f6071", '"019ab3c45d6e7f809a1b2c3d4e5f6071"'],
    ["019ab3c4-5d6e-7f80-9a1b-2c3d4e5f607g", '"019ab3c4-5d6e-7f80-9a1b-2c3d4e5f607g"'],
    ["019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071\n", '"019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071\\n"'],
    [7, "7"],
    [7n, "7n"],
    [null, "null"],
    [undefined, "undefined"],
    [{}, "{}"],
    ["x".repeat(1_000_000), `"${"x".repeat(78)}…`],
  ];
  for (const [value, shown] of cases) {
    throws(() => parseJobId(value), {
      code: "invalid_request",
      message: `Cannot read job id ${shown}: ${rule}`,
    });
  }
});

Deno.test("shortId is as long as asked, of letters and digits that cannot be mistaken", () => {
  fc.assert(fc.property(fc.integer(), fc.integer({ min: 1, max: 40 }), (seed, length) => {
    const id = shortId(seededRandom(seed), length);
    strictEqual(id.length, length);
    match(id, /^[2-9abcdefghjkmnpqrstuvwxyz]+$/);
  }));
  strictEqual(shortId(seededRandom(1)).length, 6);
});
