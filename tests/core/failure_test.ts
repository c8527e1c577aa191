/**
 * What is kept of an error: bounded and fit to be stored, whatever was thrown.
 */

import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { cut, failure, failureOf, type FailureRecord } from "../../core/failure.ts";
import { HOSTILE } from "./support/hostile.ts";

const HUGE = "x".repeat(50_000_000);

function links(record: FailureRecord | null): readonly FailureRecord[] {
  return record === null ? [] : [record, ...links(record.cause)];
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

function assertBounded(record: FailureRecord): void {
  ok(links(record).length <= 8);
  for (const { name, message, stack } of links(record)) {
    ok(name.length <= 200 && message.length <= 4_000 && (stack ?? "").length <= 8_000);
    ok([name, message, stack ?? ""].every(isStorable));
  }
}

Deno.test("failureOf keeps name, text, stack and causes of an error", () => {
  const cause = new RangeError("452");
  const error = new TypeError("full", { cause });
  deepStrictEqual(failureOf(error), {
    code: "handler_error",
    name: "TypeError",
    message: "full",
    stack: error.stack,
    cause: {
      code: "handler_error",
      name: "RangeError",
      message: "452",
      stack: cause.stack,
      cause: null,
    },
  });
  strictEqual(failureOf(error, "crashed").code, "crashed");
});

Deno.test("failureOf makes a bounded record of anything, and never throws", () => {
  for (const [what, thrown] of Object.entries(HOSTILE)) {
    const record = failureOf(thrown);
    assertBounded(record);
    deepStrictEqual(JSON.parse(JSON.stringify(record)), record, what);
    ok(record.message !== "", what);
  }
  fc.assert(fc.property(fc.anything({ withBigInt: true }), (thrown) => {
    assertBounded(failureOf(thrown));
  }));
});

Deno.test("failureOf says what was thrown when it is no error", () => {
  const said = (what: string) => {
    const { name, message, stack, cause } = failureOf(HOSTILE[what]);
    return [name, message, stack, cause];
  };
  deepStrictEqual(said("text"), ["Thrown", "plain text", null, null]);
  deepStrictEqual(said("null"), ["Thrown", "Nothing was thrown", null, null]);
  deepStrictEqual(said("undefined"), ["Thrown", "Nothing was thrown", null, null]);
  deepStrictEqual(said("a revoked proxy"), ["Error", "No message", null, null]);
  strictEqual(failureOf(HOSTILE["a frozen error"]).message, "frozen");
  strictEqual(links(failureOf(HOSTILE["a cyclic cause"])).length, 8);
});

Deno.test("failureOf bounds text, name and stack of 50 MB", () => {
  const error = new Error(HUGE, { cause: HUGE });
  error.name = HUGE;
  const record = failureOf(error);

  assertBounded(record);
  deepStrictEqual(
    [record.message.length, record.name.length, record.stack?.length, record.cause?.message.length],
    [4_000, 200, 8_000, 4_000],
  );
  strictEqual(record.message, `${"x".repeat(3_999)}…`);
});

Deno.test("failure is a record of the engine's own finding, without a stack", () => {
  deepStrictEqual(failure("crashed", "The process ended"), {
    code: "crashed",
    name: "JobMasterError",
    message: "The process ended",
    stack: null,
    cause: null,
  });
  strictEqual(failure("crashed", HUGE).message.length, 4_000);
});

Deno.test("cut leaves text alone that fits and marks where it was cut", () => {
  strictEqual(cut("", 3), "");
  strictEqual(cut("abc", 3), "abc");
  strictEqual(cut("abcd", 3), "ab…");
  strictEqual(cut("abcdefghij", 3), "ab…");
});

Deno.test("cut replaces what a database cannot keep", () => {
  strictEqual(cut("a\0b", 9), "a\u{FFFD}b");
  strictEqual(cut("a\uD800b", 9), "a\u{FFFD}b");
  strictEqual(cut("a😀b", 3), "a\u{FFFD}…");
});

Deno.test("cut is well formed and never longer than asked for", () => {
  const text = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
    .map((units) => String.fromCharCode(...units));
  fc.assert(fc.property(text, fc.integer({ min: 1, max: 30 }), (whole, max) => {
    const kept = cut(whole, max);
    ok(isStorable(kept));
    strictEqual(kept.length, Math.min(max, whole.length));
  }));
});
