import { deepStrictEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { RecurrenceError } from "../../recurrence/error.ts";
import type { NaturalExpression } from "../../recurrence/natural/ast.ts";
import { describeNatural } from "../../recurrence/natural/describe.ts";
import { parseNatural } from "../../recurrence/natural/parse.ts";
import { printNatural } from "../../recurrence/natural/print.ts";
import { WORDS } from "../../recurrence/natural/words.ts";
import valid from "./cases/natural_valid.json" with { type: "json" };
import { naturalExpression } from "./support/natural_arbitrary.ts";

const WORD_LIST = [...WORDS.keys()];
const MARKS = [..." ,:-+[];\t\n\r.(){}%$#^=!<>?|\\\"'@/_*&"];

/** A piece of text that is likely to mean something. */
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...WORD_LIST) },
  {
    weight: 3,
    arbitrary: fc.constantFrom("every", "at", "on", "between", "and", "[", "]", ",", ":"),
  },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 60 }).map(String) },
  { weight: 1, arbitrary: fc.constantFrom("2027", "09:30", "jan-05", "15th", "9pm", "1stMonday") },
  { weight: 1, arbitrary: fc.constantFrom("UTC", "Etc/GMT+5", "America/Port-au-Prince") },
  { weight: 1, arbitrary: fc.constantFrom(...MARKS) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 3 }) },
);
const glue = fc.oneof({ weight: 6, arbitrary: fc.constant(" ") }, fc.constantFrom("", ", ", "  "));

/** Words and marks in any order. */
const soup = fc.array(fc.tuple(piece, glue), { maxLength: 30 })
  .map((pieces) => pieces.flat().join(""));

/** Clauses that may well be valid: rule words with some values each. */
const clauses = fc.array(
  fc.tuple(
    fc.constantFrom("every", "at", "on", "in", "at [", "between", "from", "upto", "tz"),
    fc.array(piece, { minLength: 1, maxLength: 4 }),
  ).map(([rule, pieces]) => `${rule} ${pieces.join(" ")}`),
  { maxLength: 4 },
).map((texts) => ["every day", ...texts].join(" "));

/** A valid text with some of it dropped, doubled, swapped or replaced. */
const mutated = fc.tuple(
  fc.oneof(fc.constantFrom(...valid), naturalExpression.map(printNatural)),
  fc.array(fc.tuple(fc.nat(), fc.nat(6), fc.constantFrom("drop", "double", "insert"), piece), {
    minLength: 1,
    maxLength: 4,
  }),
).map(([text, changes]) =>
  changes.reduce((before, [at, length, change, inserted]) => {
    const start = at % (before.length + 1);
    const end = start + length;
    const middle = change === "drop"
      ? ""
      : change === "double"
      ? before.slice(start, end).repeat(2)
      : inserted;
    return before.slice(0, start) + middle + before.slice(change === "insert" ? start : end);
  }, text)
);

for (
  const [what, arbitrary, numRuns] of [
    ["a soup of words", soup, 6_000],
    ["likely clauses", clauses, 6_000],
    ["a valid text that was damaged", mutated, 6_000],
    ["any text", fc.string({ unit: "binary", maxLength: 1_200 }), 500],
  ] as const
) {
  Deno.test(`parseNatural reads or refuses properly when the text is ${what}`, () => {
    fc.assert(fc.property(arbitrary, (text) => void readOrRefuse(text)), { numRuns });
  });
}

/** What holds for every text there is. */
function readOrRefuse(text: string): void {
  let expression: NaturalExpression;
  try {
    expression = parseNatural(text);
  } catch (error) {
    ok(error instanceof RecurrenceError, `${error}`);
    ok(error.found.length > 0);
    let before = 0;
    for (const { offset, length, message, expected } of error.found) {
      ok(offset >= before && length >= 0 && offset + length <= text.length);
      ok(message !== "" && !/undefined|null|NaN|object/.test(message + expected.join()));
      before = offset;
    }
    return;
  }
  const printed = printNatural(expression);
  deepStrictEqual(parseNatural(printed), expression, printed);
  ok(printNatural(parseNatural(printed)) === printed);
  ok(describeNatural(expression) !== "");
}

/** Texts as long as they may be that make a careless reader slow. */
const SLOW = [
  "(".repeat(1_000),
  "[".repeat(1_000),
  "at ".repeat(333),
  "1".repeat(1_000),
  "1 ".repeat(500),
  `every day at [${"1st,".repeat(246)}`,
  `every day at day [${"1 ".repeat(490)}]`,
  `every day ${"from 1st ".repeat(110)}`,
  `every day tz ${"a/".repeat(490)}`,
  "zo qu ".repeat(166),
  "xmondayx ".repeat(111),
  `every 2 days anchoredon ${"monday ".repeat(139)}`,
  `at ${"first - ".repeat(124)}`,
  `at ${"1:".repeat(498)}`,
  `tz ${"UTC tz ".repeat(140)}`,
];

Deno.test("parseNatural ends when the text is as long and as bad as it may be", () => {
  for (const text of SLOW) {
    ok(text.length <= 1_000);
    for (let round = 0; round < 20; round++) readOrRefuse(text);
  }
});
