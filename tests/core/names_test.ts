/**
 * Names: which are allowed, and how values stand in error texts.
 */

import { ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  MAX_ID_LENGTH,
  MAX_LANE_LENGTH,
  MAX_SEGMENT_LENGTH,
  parseId,
  parseLane,
  parseSegment,
  sanitizeSegment,
  shown,
} from "../../core/names.ts";

const SEGMENT_RULE = 'it must be 1 to 50 letters and digits with single "-" or "_" between them';
const ID_RULE =
  'it must be 1 to 250 letters and digits with single "-", "_", "." or ":" between them';
const LANE_RULE = 'it must be 1 to 25 letters and digits with single "-" or "_" between them';

const WORDS = fc.array(fc.stringMatching(/^[a-zA-Z0-9äßЖ日٣𐐀]{1,5}$/u), {
  minLength: 1,
  maxLength: 4,
});
/** Any UTF-16 text, halves of letters included. */
const ANY_TEXT = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 })
  .map((units) => String.fromCharCode(...units));
const LETTERS = fc.array(
  fc.integer({ min: 0x30, max: 0x1_ffff }).map((point) => String.fromCodePoint(point))
    .filter((letter) => /[\p{L}\p{N}]/u.test(letter)),
  { minLength: 1, maxLength: 25 },
).map((letters) => letters.join(""));

function refuses(parse: () => unknown, message: string): void {
  throws(parse, { name: "JobMasterError", code: "invalid_request", message });
}

Deno.test("parseSegment takes letters and digits with single separators between them", () => {
  fc.assert(fc.property(WORDS, fc.constantFrom("-", "_"), (words, separator) => {
    const name = words.join(separator);
    fc.pre(name.length <= MAX_SEGMENT_LENGTH);
    strictEqual(parseSegment(name, "cluster"), name);
  }));
});

Deno.test("parseSegment refuses every pair of separators, and one at either end", () => {
  const pairs = ["--", "__", "-_", "_-", ".", ":", " ", "/", "\n", "\0", "é\u0301"];
  fc.assert(fc.property(WORDS, fc.constantFrom(...pairs), (words, pair) => {
    throws(() => parseSegment(["x", ...words].join(pair), "cluster"), { code: "invalid_request" });
  }));
  for (const name of ["-a", "a-", "_a", "a_", "-", "_"]) {
    refuses(() => parseSegment(name, "cluster"), `Cannot use cluster "${name}": ${SEGMENT_RULE}`);
  }
});

Deno.test("parseSegment names what, the value and the rule", () => {
  refuses(() => parseSegment("a b", "cluster"), `Cannot use cluster "a b": ${SEGMENT_RULE}`);
  refuses(() => parseSegment("", "agent"), `Cannot use agent "": ${SEGMENT_RULE}`);
  refuses(() => parseSegment(7, "cluster"), `Cannot use cluster 7: ${SEGMENT_RULE}`);
  refuses(() => parseSegment(7n, "cluster"), `Cannot use cluster 7n: ${SEGMENT_RULE}`);
  refuses(
    () => parseSegment(undefined, "cluster"),
    `Cannot use cluster undefined: ${SEGMENT_RULE}`,
  );
  refuses(() => parseSegment(["a"], "cluster"), `Cannot use cluster ["a"]: ${SEGMENT_RULE}`);
});

Deno.test("parseSegment takes 50 characters and refuses 51", () => {
  const longest = "a".repeat(MAX_SEGMENT_LENGTH);
  strictEqual(parseSegment(longest, "cluster"), longest);
  refuses(
    () => parseSegment(`${longest}a`, "cluster"),
    `Cannot use cluster "${"a".repeat(51)}": ${SEGMENT_RULE}`,
  );
});

Deno.test("parseId takes segments joined by single dots and colons", () => {
  const joiners = fc.constantFrom(".", ":", "-", "_");
  fc.assert(fc.property(WORDS, joiners, (words, joiner) => {
    strictEqual(parseId(words.join(joiner), "id"), words.join(joiner));
  }));
  strictEqual(parseId("app:mail.send_all-now", "id"), "app:mail.send_all-now");
});

Deno.test("parseId refuses every pair of joiners", () => {
  for (const first of ".:-_") {
    for (const second of ".:-_") {
      const id = `a${first}${second}b`;
      refuses(
        () => parseId(id, "job definition id"),
        `Cannot use job definition id "${id}": ${ID_RULE}`,
      );
    }
  }
});

Deno.test("parseId takes 250 characters and refuses 251", () => {
  const longest = "a".repeat(MAX_ID_LENGTH);
  strictEqual(parseId(longest, "id"), longest);
  refuses(() => parseId(`${longest}a`, "id"), `Cannot use id "${"a".repeat(78)}…: ${ID_RULE}`);
  refuses(() => parseId("", "id"), `Cannot use id "": ${ID_RULE}`);
});

Deno.test("parseId answers at once when the text is long and hopeless", () => {
  throws(() => parseId(`${"a-".repeat(124)}!`, "id"), { code: "invalid_request" });
  throws(() => parseId("a".repeat(50_000_000), "id"), { code: "invalid_request" });
});

Deno.test("parseLane reads none, null and the empty text as the default lane", () => {
  for (const none of [undefined, null, ""]) strictEqual(parseLane(none), "");
});

Deno.test("parseLane ignores letter case", () => {
  strictEqual(parseLane("Mail-EU_2"), "mail-eu_2");
  strictEqual(parseLane("ÄÖ"), "äö");
});

Deno.test("parseLane takes 25 characters and refuses 26", () => {
  strictEqual(parseLane("a".repeat(MAX_LANE_LENGTH)), "a".repeat(25));
  refuses(() => parseLane("a".repeat(26)), `Cannot use lane "${"a".repeat(26)}": ${LANE_RULE}`);
  refuses(() => parseLane("a b", "worker lane"), `Cannot use worker lane "a b": ${LANE_RULE}`);
  refuses(() => parseLane(0), `Cannot use lane 0: ${LANE_RULE}`);
});

Deno.test("parseLane answers a lane that it would read again as the same, or refuses", () => {
  fc.assert(
    fc.property(LETTERS, (text) => {
      let lane: string;
      try {
        lane = parseLane(text);
      } catch {
        return; // too long, or without a small form that is a lane
      }
      strictEqual(parseLane(lane), lane);
      ok(lane.length <= MAX_LANE_LENGTH);
    }),
    { examples: [["İ"], ["İ".repeat(25)], ["ΑΣ"], ["K"]] },
  );
});

Deno.test("sanitizeSegment makes a segment of any name of a machine", () => {
  strictEqual(sanitizeSegment("web 01.example.com"), "web-01-example-com");
  strictEqual(sanitizeSegment("--a__b--"), "a-b");
  strictEqual(sanitizeSegment(""), "node");
  strictEqual(sanitizeSegment("…"), "node");
  strictEqual(sanitizeSegment("abcdef", 3), "abc");
  strictEqual(sanitizeSegment("abc-def", 4), "abc");
  strictEqual(sanitizeSegment("ab𐐀", 3), "ab");
  fc.assert(fc.property(
    fc.oneof(ANY_TEXT, LETTERS),
    fc.integer({ min: 4, max: 50 }),
    (name, maxLength) => {
      const segment = sanitizeSegment(name, maxLength);
      strictEqual(parseSegment(segment, "name", maxLength), segment);
    },
  ));
});

Deno.test("shown quotes text and tells every other value apart", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  const cases: readonly [unknown, string][] = [
    ["a", '"a"'],
    ['say "a"\n', '"say \\"a\\"\\n"'],
    [7, "7"],
    [Number.NaN, "NaN"],
    [Infinity, "Infinity"],
    [10n, "10n"],
    [null, "null"],
    [undefined, "undefined"],
    [true, "true"],
    [{ a: [1] }, '{"a":[1]}'],
    [Symbol("s"), "Symbol(s)"],
    [new Date(Number.NaN), "Invalid Date"],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [cyclic, "(unreadable)"],
    [{ a: 1n }, "(unreadable)"],
  ];
  for (const [value, text] of cases) strictEqual(shown(value), text);
});

Deno.test("shown never throws, is well formed and has at most 80 characters", () => {
  fc.assert(fc.property(fc.oneof(fc.anything({ withBigInt: true }), ANY_TEXT), (value) => {
    const text = shown(value);
    ok(text.isWellFormed());
    ok(text.length <= 80);
  }));
  strictEqual(shown("x".repeat(50_000_000)).length, 80);
  ok(shown({ a: "😀".repeat(60) }).isWellFormed());
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  strictEqual(shown(proxy), "(unreadable)");
});
