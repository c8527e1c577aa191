import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { MAX_BODY_DEPTH, parseJson } from "../../http/json_text.ts";

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What `parseJson` does: the value, or the code it refuses with. */
function outcome(text: string): unknown {
  try {
    return { value: parseJson(text) };
  } catch (error) {
    return (error as { code: unknown }).code;
  }
}

Deno.test("parseJson reads what JSON.stringify writes", () => {
  fc.assert(fc.property(fc.jsonValue(), fc.nat(3), (value, indent) => {
    const text = JSON.stringify(value, null, indent);

    deepStrictEqual(parseJson(text), JSON.parse(text));
  }));
});

Deno.test("parseJson accepts and refuses what JSON.parse does when a text is damaged", () => {
  const damaged = fc.tuple(
    fc.json({ maxDepth: 4 }),
    fc.nat(),
    fc.constantFrom(
      "",
      "x",
      '"',
      "\\",
      "{",
      "}",
      "[",
      "]",
      ",",
      ":",
      "0",
      "-",
      ".",
      "e",
      "\n",
      "é",
      "\u0001",
    ),
    fc.nat(2),
  ).map(([text, at, inserted, removed]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + inserted + text.slice(place + removed);
  }).filter((text) => !/\d{16}/.test(text));

  fc.assert(
    fc.property(damaged, (text) => {
      const expected = isJson(text) ? { value: JSON.parse(text) } : "invalid_request";

      deepStrictEqual(outcome(text), expected);
    }),
    { numRuns: 3_000 },
  );
});

const MISTAKES: readonly (readonly [text: string, place: string, expected: string])[] = [
  ["", "line 1, column 1", "expected a value, found the end"],
  ["\n\n  ?", "line 3, column 3", 'expected a value, found "?"'],
  ["{'a':1}", "line 1, column 2", 'expected a property name in double quotes, found "\'"'],
  ['{"a" 1}', "line 1, column 6", 'expected ":", found "1"'],
  ['{"a":1,}', "line 1, column 8", 'expected a property name in double quotes, found "}"'],
  ["[1,]", "line 1, column 4", 'expected a value, found "]"'],
  ["[1 2]", "line 1, column 4", 'expected "," or "]", found "2"'],
  ["[01]", "line 1, column 3", 'expected "," or "]", found "1"'],
  ["[.5]", "line 1, column 2", 'expected a value, found "."'],
  ["[NaN]", "line 1, column 2", 'expected a value, found "N"'],
  ['["a\nb"]', "line 1, column 4", "expected an escape instead of a control character"],
  ['["\\x"]', "line 1, column 3", "expected an escape such as"],
  ['["\\u12g4"]', "line 1, column 3", "expected an escape such as"],
  ['["abc', "line 1, column 6", "expected the closing"],
  ["{} 😀", "line 1, column 4", 'expected the end, found "😀"'],
];

for (const [text, place, expected] of MISTAKES) {
  Deno.test(`parseJson says where it is wrong when the text is ${JSON.stringify(text)}`, () => {
    throws(() => parseJson(text), (error: Error & { code?: string }) => {
      strictEqual(error.code, "invalid_request");
      strictEqual(error.message.includes(`at ${place}: ${expected}`), true, error.message);
      return true;
    });
  });
}

Deno.test("parseJson refuses a whole number when reading it would change it", () => {
  for (const number of ["9007199254740993", "-9007199254740993", "1".repeat(400)]) {
    throws(() => parseJson(`{"id":${number}}`), { code: "invalid_payload" });
  }
});

Deno.test("parseJson keeps a number when it is exact, a fraction or text", () => {
  const text = "[9007199254740991,9007199254740992,41244858004264410,1000000000000000000000,1e21," +
    '0.12345678901234567890,"9007199254740993"]';

  deepStrictEqual(parseJson(text), JSON.parse(text));
});

Deno.test("parseJson refuses nesting when it is deeper than a payload in a job in an array", () => {
  const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

  parseJson(nested(MAX_BODY_DEPTH));
  throws(() => parseJson(nested(MAX_BODY_DEPTH + 1)), { code: "invalid_payload" });
  throws(() => parseJson('{"a":'.repeat(1_000_000)), { code: "invalid_payload" });
});

Deno.test("parseJson keeps a property when it is named __proto__", () => {
  const value = parseJson('{"__proto__":{"admin":true}}') as object;

  deepStrictEqual(Object.keys(value), ["__proto__"]);
  strictEqual(Object.getPrototypeOf(value), Object.prototype);
});

Deno.test("parseJson reads or refuses a token when it is millions of characters long", () => {
  const length = 5_000_000;

  deepStrictEqual(parseJson(`${" ".repeat(length)}1`), 1);
  deepStrictEqual(parseJson(JSON.stringify("\n".repeat(length))), "\n".repeat(length));
  deepStrictEqual(parseJson(`0.${"1".repeat(length)}`), 1 / 9);
  throws(() => parseJson("9".repeat(length)), { code: "invalid_payload" });
  throws(() => parseJson(`${"9".repeat(length)}x`), { code: "invalid_payload" });
  throws(() => parseJson(`1e${"9".repeat(length)}x`), { code: "invalid_request" });
});
