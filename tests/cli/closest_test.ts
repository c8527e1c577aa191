import { strictEqual } from "node:assert/strict";
import { closest, didYouMean } from "../../cli/closest.ts";

const WORDS = ["mode", "lane", "parallelism", "agent"];

Deno.test("closest finds the word when it was mistyped", () => {
  strictEqual(closest("mod", WORDS), "mode");
  strictEqual(closest("paralelism", WORDS), "parallelism");
  strictEqual(closest("AGENT", WORDS), "agent");
});

Deno.test("closest finds nothing when no word is near", () => {
  strictEqual(closest("timeout", WORDS), undefined);
  strictEqual(closest("", WORDS), undefined);
  strictEqual(closest("x".repeat(10_000), WORDS), undefined);
});

Deno.test("didYouMean is silent when no word is near", () => {
  strictEqual(didYouMean("lan", WORDS), ' (did you mean "lane"?)');
  strictEqual(didYouMean("zzz", WORDS), "");
});
