import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { encodeLogFields, MAX_LOG_FIELDS, textOf } from "../../actors/log_fields.ts";

Deno.test("encodeLogFields stays within its bound when escaping makes the text longer", () => {
  const text = encodeLogFields({ a: '"'.repeat(5_000) });
  ok(text.length <= MAX_LOG_FIELDS, `${text.length}`);
  ok("truncated" in JSON.parse(text));
});

Deno.test("encodeLogFields names what JSON cannot hold", () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  ok("unreadable" in JSON.parse(encodeLogFields(cyclic)));
  deepStrictEqual(JSON.parse(encodeLogFields({ n: 5n, error: new TypeError("odd") })), {
    n: "5n",
    error: { name: "TypeError", message: "odd" },
  });
});

Deno.test("encodeLogFields survives a value that throws something hostile when it is read", () => {
  const hostile = {
    get trap(): never {
      throw Object.create(null, {
        message: {
          get: () => {
            throw new Error("again");
          },
        },
      });
    },
  };
  ok("unreadable" in JSON.parse(encodeLogFields(hostile)));
});

Deno.test("textOf makes text of anything", () => {
  deepStrictEqual([textOf("a"), textOf(7), textOf(undefined)], ["a", "7", "undefined"]);
  strictEqual(textOf(Object.create(null)), "(unreadable)");
});
