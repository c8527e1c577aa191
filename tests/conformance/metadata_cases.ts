/**
 * Promises of comparing metadata: every operation with every type of value, odd keys, missing keys.
 *
 * @module
 */

import { deepStrictEqual as equal } from "node:assert/strict";
import { METADATA_OPERATIONS, type MetadataCondition } from "../../core/filter.ts";
import type { MetadataValue } from "../../core/job.ts";
import type { Master } from "../../storage/port.ts";
import { jobId } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { Scene } from "./scene.ts";

/** Values of every type, with look-alikes of other types; text in the order of its code points. */
const TEXTS = [
  "",
  "%",
  "1",
  "A",
  "a",
  "a%b_c\\",
  "ab",
  "true",
  "É",
  "é",
  "ﬀ",
  "😀",
  "😀a",
] as const;
const NUMBERS = [
  -(2 ** 53 - 1),
  -1.5,
  -1,
  0,
  0.1,
  1,
  1.5,
  100,
  1e21,
  2 ** 53 - 1,
].toSorted((a, b) => a - b);
const VALUES: readonly MetadataValue[] = [...TEXTS, ...NUMBERS, false, true];

const ODD_KEYS = [
  "a.b",
  "a",
  'quo"te',
  "apo'strophe",
  "back\\slash",
  "$",
  "[0]",
  "*",
  "sp ace",
  "?",
  "Ключ",
  "😀",
  "%",
  "constructor",
] as const;

/** Promises of `JobFilter.metadata`. */
export const metadataCases: readonly MasterCase[] = [
  ...METADATA_OPERATIONS.filter((operation) => operation !== "In").map((operation): MasterCase => ({
    name: `metadata ${operation} compares every type of value`,
    async run(master) {
      await storeValues(master);
      const text = ["Contains", "StartsWith", "EndsWith"].includes(operation);
      for (const wanted of text ? TEXTS.filter((each) => each !== "") : VALUES) {
        const condition = { key: "v", operation, values: [wanted] };
        const expected = VALUES.filter((value) => compares(value, operation, wanted));
        const missing = operation === "Neq" ? ["missing"] : [];
        equal([wanted, await matching(master, condition)], [wanted, [...expected, ...missing]]);
      }
    },
  })),
  {
    name: "metadata In matches any of up to 100 values, of its own type",
    async run(master) {
      await storeValues(master);
      const fillers = Array.from({ length: 95 }, (_, i) => `filler ${i}`);
      const cases: readonly (readonly MetadataValue[])[] = [
        ["a"],
        ["a", 1, true],
        ["1", false, "é", "É"],
        [1.5, 0.1, 2 ** 53 - 1],
        [...fillers, "a", "ab", 100, true, "nothing"],
        ["nothing"],
      ];

      for (const values of cases) {
        const condition = { key: "v", operation: "In", values } as const;
        const expected = VALUES.filter((value) => values.includes(value));
        equal([values, await matching(master, condition)], [values, expected]);
      }
    },
  },
  {
    name: "metadata operations match nothing but Neq when the key is missing",
    async run(master) {
      const scene = await Scene.open(master);
      await scene.held({ metadata: {} });

      for (const operation of METADATA_OPERATIONS) {
        const metadata = [{ key: "v", operation, values: ["a"] }];
        const expected = operation === "Neq" ? 1 : 0;
        equal(await master.queries.count({ clusterId: "c-1", filter: { metadata } }), expected);
      }
    },
  },
  {
    name: "metadata keys are taken as they are when they hold quotes, dots or other letters",
    async run(master) {
      const scene = await Scene.open(master);
      for (const [i, key] of ODD_KEYS.entries()) {
        await scene.held({ id: jobId(i + 1), metadata: { [key]: i } });
      }
      const all = Object.fromEntries(ODD_KEYS.map((key) => [key, "x"]));
      const together = await scene.held({ id: jobId(99), metadata: all });

      equal((await scene.find(together.id)).metadata, all);
      for (const [i, key] of ODD_KEYS.entries()) {
        const count = (given: Omit<MetadataCondition, "key">) =>
          master.queries.count({ clusterId: "c-1", filter: { metadata: [{ key, ...given }] } });
        equal([key, await count({ operation: "Eq", values: [i] })], [key, 1]);
        equal([key, await count({ operation: "Gte", values: [0] })], [key, 1]);
        equal([key, await count({ operation: "StartsWith", values: ["x"] })], [key, 1]);
        equal([key, await count({ operation: "Neq", values: [i] })], [key, ODD_KEYS.length]);
      }
    },
  },
  {
    name: "metadata conditions must all match when there are several",
    async run(master) {
      const scene = await Scene.open(master);
      for (let i = 0; i < 8; i++) {
        const metadata = { a: i % 2, b: i % 4 < 2 ? "low" : "high", c: i < 4 };
        await scene.held({ id: jobId(i + 1), metadata });
      }
      const metadata: readonly MetadataCondition[] = [
        { key: "a", operation: "Eq", values: [1] },
        { key: "b", operation: "Neq", values: ["low"] },
        { key: "c", operation: "Eq", values: [true] },
        { key: "a", operation: "Gt", values: [0] },
        ...Array.from(
          { length: 6 },
          () => ({ key: "d", operation: "Neq", values: [1] }) as const,
        ),
      ];

      equal(await master.queries.count({ clusterId: "c-1", filter: { metadata } }), 1);
    },
  },
];

/** One job per value under the key `v`, and one without it. */
async function storeValues(master: Master): Promise<void> {
  const scene = await Scene.open(master);
  const values = VALUES.map((v, i) => ({ id: jobId(i + 1), metadata: { v, other: "a" } }));
  await scene.insert(...values, { id: jobId(99), metadata: { other: "a" } });
}

/** The values of the jobs that match, in the order in which they were stored. */
async function matching(
  master: Master,
  condition: MetadataCondition,
): Promise<readonly MetadataValue[]> {
  const { items } = await master.queries.list({
    clusterId: "c-1",
    filter: { metadata: [condition] },
    sort: { by: "createdAt", direction: "asc" },
    cursor: null,
    limit: 100,
  });
  return items.map((job) => job.metadata.v ?? "missing");
}

/** Whether `value` is, in plain code, what the operation asks for. */
function compares(
  value: MetadataValue,
  operation: MetadataCondition["operation"],
  wanted: MetadataValue,
): boolean {
  if (operation === "Neq") return value !== wanted;
  if (typeof value !== typeof wanted) return false;
  const places: readonly MetadataValue[] = typeof value === "string" ? TEXTS : VALUES;
  const difference = places.indexOf(value) - places.indexOf(wanted);
  switch (operation) {
    case "Gt":
      return difference > 0;
    case "Gte":
      return difference >= 0;
    case "Lt":
      return difference < 0;
    case "Lte":
      return difference <= 0;
    case "Contains":
      return String(value).includes(String(wanted));
    case "StartsWith":
      return String(value).startsWith(String(wanted));
    case "EndsWith":
      return String(value).endsWith(String(wanted));
    default:
      return value === wanted;
  }
}
