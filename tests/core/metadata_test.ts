/**
 * Tags: which are allowed, how they add up, and how they are written as text.
 */

import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import type { Metadata } from "../../core/job.ts";
import { parseMetadataValue, parseTag, readMetadata } from "../../core/metadata.ts";

function refuses(own: unknown, message: string, defaults: Metadata = {}): void {
  throws(() => readMetadata(own, defaults), {
    name: "JobMasterError",
    code: "invalid_request",
    message,
  });
}

/** `count` tags. */
function tags(count: number, prefix = "k"): Metadata {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`${prefix}${i}`, i]));
}

Deno.test("readMetadata puts the call's tags on top of the definition's", () => {
  deepStrictEqual(
    readMetadata({ team: "b", urgent: true, size: 1.5 }, { team: "a", kind: "x" }),
    { team: "b", kind: "x", urgent: true, size: 1.5 },
  );
});

Deno.test("readMetadata answers the definition's tags when the call has none", () => {
  for (const none of [undefined, null, {}]) deepStrictEqual(readMetadata(none, { a: 1 }), { a: 1 });
});

Deno.test("readMetadata keeps a copy, not the caller's object", () => {
  const own: Record<string, number> = { a: 1 };
  const read = readMetadata(own, {});
  own.a = 2;
  deepStrictEqual(read, { a: 1 });
});

Deno.test("readMetadata keeps a tag of any name apart from the prototype", () => {
  const read = readMetadata(JSON.parse('{"__proto__":"x","constructor":1}'), { a: 1 });
  strictEqual(JSON.stringify(read), '{"a":1,"__proto__":"x","constructor":1}');
});

Deno.test("readMetadata refuses what is no object of tags", () => {
  const rule = "it must be an object of text, numbers and booleans";
  refuses("team=a", `Cannot use metadata "team=a": ${rule}`);
  refuses(7, `Cannot use metadata 7: ${rule}`);
  refuses(["a"], `Cannot use metadata ["a"]: ${rule}`);
});

Deno.test("readMetadata names the key of a value that is no tag", () => {
  const values = [null, undefined, {}, [], Number.NaN, Infinity, 5n, () => 1, Symbol("s")];
  for (const value of [...values, "a\0", "\uD800"]) {
    refuses(
      { fine: 1, team: value },
      'Cannot use metadata "team": its value must be text, a number or a boolean',
    );
  }
});

Deno.test("readMetadata takes keys of 1 to 100 characters", () => {
  const longest = "k".repeat(100);
  deepStrictEqual(readMetadata({ [longest]: 1 }, {}), { [longest]: 1 });
  const rule = "it must be 1 to 100 characters";
  refuses({ "": 1 }, `Cannot use metadata key "": ${rule}`);
  refuses({ [`${longest}k`]: 1 }, `Cannot use metadata key "${"k".repeat(78)}…: ${rule}`);
  refuses({ "a\0": 1 }, `Cannot use metadata key "a\\u0000": ${rule}`);
  refuses({ "\uD800": 1 }, `Cannot use metadata key "\\ud800": ${rule}`);
});

Deno.test("readMetadata takes 50 tags, the definition's included", () => {
  strictEqual(Object.keys(readMetadata(tags(20, "own"), tags(30))).length, 50);
  strictEqual(Object.keys(readMetadata(tags(50), tags(50))).length, 50);
  refuses(tags(51), "Cannot use 51 metadata keys: at most 50");
  refuses(tags(21, "own"), "Cannot use 51 metadata keys: at most 50", tags(30));
});

Deno.test("readMetadata takes 8,192 bytes of JSON, the definition's included", () => {
  const filler = (bytes: number) => ({ k: "é".repeat((bytes - 8) / 2) }); // {"k":""} has 8 bytes
  ok(readMetadata(filler(8_192), {}));
  throws(() => readMetadata({ ...filler(8_192), a: 1 }, {}), {
    code: "payload_too_large",
    message: "Cannot take metadata: its JSON has 8198 bytes and the limit is 8192",
  });
  throws(() => readMetadata({ a: 1 }, filler(8_192)), { code: "payload_too_large" });
});

Deno.test("parseMetadataValue reads numbers and booleans as such and everything else as text", () => {
  const cases: readonly [string, unknown][] = [
    ["true", true],
    ["false", false],
    ["True", "True"],
    ["0", 0],
    ["42", 42],
    ["-7", -7],
    ["1.5", 1.5],
    ["-0.25", -0.25],
    ["999999999999999", 999_999_999_999_999],
    ["1234567890123456", "1234567890123456"],
    ["007", "007"],
    ["-01", "-01"],
    ["1e3", "1e3"],
    [".5", ".5"],
    ["5.", "5."],
    ["+5", "+5"],
    [" 5", " 5"],
    ["0x10", "0x10"],
    ["NaN", "NaN"],
    ["Infinity", "Infinity"],
    ["null", "null"],
    ["", ""],
    ["5\n", "5\n"],
  ];
  for (const [text, value] of cases) strictEqual(parseMetadataValue(text), value, text);
});

Deno.test("parseMetadataValue keeps every whole number of up to 15 digits", () => {
  fc.assert(fc.property(fc.integer({ min: -999_999_999, max: 999_999_999 }), (number) => {
    strictEqual(parseMetadataValue(String(number)), number);
  }));
});

Deno.test("parseTag splits at the first equals sign", () => {
  deepStrictEqual(parseTag("team=growth"), ["team", "growth"]);
  deepStrictEqual(parseTag("query=a=b"), ["query", "a=b"]);
  deepStrictEqual(parseTag("empty="), ["empty", ""]);
  deepStrictEqual(parseTag("size=3"), ["size", 3]);
});

Deno.test("parseTag names the text and the rule when it has no key", () => {
  for (const text of ["team", "=a", ""]) {
    throws(() => parseTag(text), {
      code: "invalid_request",
      message: `Cannot read metadata "${text}": it must be like key=value`,
    });
  }
});
