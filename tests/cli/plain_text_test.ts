import { deepStrictEqual, doesNotMatch, strictEqual } from "node:assert/strict";
import { plainJson, plainLines, plainText, shortened } from "../../cli/terminal/plain_text.ts";

const ATTACKS: readonly (readonly [string, string, string])[] = [
  ["colours", "\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"],
  ["window titles", "\x1b]0;owned\x07", "\\x1b]0;owned\\x07"],
  ["clearing the screen", "a\x1b[2J\x1b[Hb", "a\\x1b[2J\\x1b[Hb"],
  ["8-bit sequences", "\x9b31m\x90q\x9c", "\\x9b31m\\x90q\\x9c"],
  ["overwriting the line", "safe\rEVIL", "safe\\rEVIL"],
  ["forged lines", "one\ntwo", "one\\ntwo"],
  ["tabs", "a\tb", "a\\tb"],
  ["backspaces", "abc\b\b\bxyz", "abc\\x08\\x08\\x08xyz"],
  ["deletes and zeros", "a\x7f\x00b", "a\\x7f\\x00b"],
  ["turned writing", "a\u202egpj.exe\u202c", "a\\u202egpj.exe\\u202c"],
  ["isolates", "\u2066x\u2069", "\\u2066x\\u2069"],
  ["invisible characters", "a\u200bb\ufeffc", "a\\u200bb\\ufeffc"],
  ["line separators", "a\u2028b\u2029c", "a\\u2028b\\u2029c"],
];

for (const [what, text, shown] of ATTACKS) {
  Deno.test(`plainText neutralises ${what}`, () => strictEqual(plainText(text), shown));

  Deno.test(`plainJson keeps the value and neutralises ${what}`, () => {
    const json = plainJson({ text }, 2);
    // deno-lint-ignore no-control-regex -- these are the characters that must not be there
    doesNotMatch(json, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202e\u200b\ufeff]/);
    deepStrictEqual(JSON.parse(json), { text });
  });
}

Deno.test("plainText leaves other scripts alone", () => {
  strictEqual(plainText("Grüße, 東京, مرحبا 🚀"), "Grüße, 東京, مرحبا 🚀");
});

Deno.test("plainText replaces lone surrogates", () => {
  strictEqual(plainText("a\ud800b"), "a\ufffdb");
});

Deno.test("plainLines keeps lines and nothing else", () => {
  deepStrictEqual(plainLines("a\r\nb\n\tc\x1b[1m"), ["a", "b", "  c\\x1b[1m"]);
});

Deno.test("shortened counts characters, not code units", () => {
  strictEqual(shortened("🚀🚀🚀", 3), "🚀🚀🚀");
  strictEqual(shortened("🚀🚀🚀🚀", 3), "🚀🚀…");
});
