/**
 * Payloads and results: what is taken, what is refused, and that nothing changes on the way.
 */

import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { byteLength, encodePayload, MAX_PAYLOAD_DEPTH } from "../../core/payload.ts";
import { revokedProxy, throwingProxy } from "./support/hostile.ts";

function encode(value: unknown, maxBytes = 0): string {
  return encodePayload(value, { what: "data", maxBytes });
}

function refuses(value: unknown, message: string | RegExp): void {
  throws(() => encode(value), { name: "JobMasterError", code: "invalid_payload", message });
}

/** `levels` lists within each other, `inner` in the innermost one. */
function nestedList(levels: number, ...inner: readonly unknown[]): unknown {
  let value: unknown = inner;
  for (let level = 1; level < levels; level++) value = [value];
  return value;
}

function nestedObject(levels: number): unknown {
  let value: unknown = {};
  for (let level = 1; level < levels; level++) value = { a: value };
  return value;
}

Deno.test("encodePayload answers the JSON text of a value", () => {
  const cases: readonly [unknown, string][] = [
    [undefined, "null"],
    [null, "null"],
    ["", '""'],
    [0, "0"],
    [false, "false"],
    [[], "[]"],
    [{}, "{}"],
    [{ a: [1, "ä", null, true] }, '{"a":[1,"ä",null,true]}'],
    [{ a: undefined, b: 1 }, '{"b":1}'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [{ at: Temporal.Instant.from("2027-01-31T09:00:00Z") }, '{"at":"2027-01-31T09:00:00Z"}'],
    [{ toJSON: () => ({ a: 1 }) }, '{"a":1}'],
    [Object.assign(Object.create(null), { a: 1 }), '{"a":1}'],
    [JSON.parse('{"__proto__":{"a":1}}'), '{"__proto__":{"a":1}}'],
    ["\u2028😀", '"\u2028😀"'],
  ];
  for (const [value, text] of cases) strictEqual(encode(value), text);
});

Deno.test("encodePayload loses nothing of what JSON can hold", () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
    deepStrictEqual(JSON.parse(encode(value)), JSON.parse(JSON.stringify(value)));
  }));
});

Deno.test("encodePayload takes exactly the limit and refuses one byte more", () => {
  strictEqual(encode("x".repeat(98), 100).length, 100);
  throws(() => encode("x".repeat(99), 100), {
    code: "payload_too_large",
    message: "Cannot take data: its JSON has 101 bytes and the limit is 100",
  });
});

Deno.test("encodePayload counts UTF-8 bytes, not characters", () => {
  strictEqual(encode("é".repeat(49), 100).length, 51);
  strictEqual(encode("日".repeat(32) + "xx", 100).length, 36);
  strictEqual(encode("😀".repeat(24) + "xx", 100).length, 52);
  for (const text of ["é".repeat(49) + "x", "日".repeat(33), "😀".repeat(25)]) {
    throws(() => encode(text, 100), { code: "payload_too_large", message: /has 10\d bytes/ });
  }
});

Deno.test("encodePayload takes a payload of any size when the limit is 0 or -1", () => {
  const large = "x".repeat(1_000_000);
  for (const noLimit of [0, -1]) strictEqual(encode(large, noLimit).length, 1_000_002);
});

Deno.test("encodePayload takes no payload at all under every limit", () => {
  strictEqual(encode(undefined, 1), "null");
  strictEqual(encode(null, 1), "null");
});

Deno.test("encodePayload takes 64 levels and refuses 65", () => {
  strictEqual(MAX_PAYLOAD_DEPTH, 64);
  for (
    const value of [
      nestedList(64),
      nestedList(64, 1),
      nestedList(64, new Date(0)),
      nestedObject(64),
    ]
  ) {
    strictEqual(encode(value), JSON.stringify(value));
  }
  for (const value of [nestedList(65), nestedList(65, 1), nestedObject(65)]) {
    refuses(value, /^Cannot take data.*: it is nested deeper than 64 levels$/);
  }
});

Deno.test("encodePayload refuses 200,000 levels without exhausting the stack", () => {
  refuses(nestedList(200_000), /it is nested deeper than 64 levels$/);
  refuses(nestedObject(200_000), /it is nested deeper than 64 levels$/);
  refuses({ toJSON: () => nestedList(200_000) }, /^Cannot take data: /);
});

Deno.test("encodePayload refuses cycles", () => {
  const self: Record<string, unknown> = {};
  self.self = self;
  const list: unknown[] = [];
  list.push(1, { list });
  for (const cycle of [self, list]) refuses(cycle, /it is nested deeper than 64 levels$/);
});

Deno.test("encodePayload says where a value is that JSON cannot hold", () => {
  const cases: readonly [unknown, string][] = [
    [Number.NaN, "data: NaN is not a JSON number"],
    [{ a: [1, -Infinity] }, "data.a[1]: -Infinity is not a JSON number"],
    [10n, "data: a bigint is not a JSON value"],
    [{ a: { b: 10n } }, "data.a.b: a bigint is not a JSON value"],
    [() => 1, "data: a function is not a JSON value"],
    [[() => 1], "data[0]: a function is not a JSON value"],
    [{ a: Symbol("s") }, "data.a: a symbol is not a JSON value"],
    [new Map([[1, 2]]), "data: a Map is not a JSON value"],
    [{ a: new Set() }, "data.a: a Set is not a JSON value"],
    [[new Uint8Array(3)], "data[0]: a Uint8Array is not a JSON value"],
    ["\uD800", "data: its text has a lone surrogate"],
    [{ a: "x\uDC00" }, "data.a: its text has a lone surrogate"],
    [{ a: { "\uD800": 1 } }, "data.a: one of its keys has a lone surrogate"],
  ];
  for (const [value, why] of cases) refuses(value, `Cannot take ${why}`);
});

Deno.test("encodePayload checks what toJSON answers as well", () => {
  refuses({ toJSON: () => undefined }, "Cannot take data: it is not a JSON value");
  refuses({ a: { toJSON: () => "\uD800" } }, "Cannot take data.a: its text has a lone surrogate");
  refuses([{ toJSON: () => nestedList(64) }], /it is nested deeper than 64 levels$/);
  refuses({ toJSON: () => 10n }, /^Cannot take data: .*BigInt/);
});

Deno.test("encodePayload refuses what throws while it is read", () => {
  const thrower = (thrown: unknown) => ({
    toJSON() {
      throw thrown;
    },
  });
  const getter = {
    get secret() {
      throw new RangeError("not now");
    },
  };
  refuses(thrower(new Error("not now")), "Cannot take data: not now");
  refuses({ a: thrower("not now") }, "Cannot take data: not now");
  refuses(thrower(null), "Cannot take data: Nothing was thrown");
  refuses(thrower(undefined), "Cannot take data: Nothing was thrown");
  refuses(getter, "Cannot take data: not now");
  refuses({ a: throwingProxy() }, "Cannot take data: do not look at me");
  refuses(revokedProxy(), /^Cannot take data: /);
});

Deno.test("encodePayload says a bounded amount about a value with long keys", () => {
  const key = "k".repeat(1_000_000);
  refuses({ [key]: Number.NaN }, `Cannot take data.${"k".repeat(194)}…: NaN is not a JSON number`);
});

Deno.test("byteLength counts 1 to 4 bytes per character, as UTF-8 does", () => {
  deepStrictEqual(["", "a", "\x7f", "é", "日", "😀"].map(byteLength), [0, 1, 1, 2, 3, 4]);
  const bytesOf = (character: string) => {
    const point = character.codePointAt(0)!;
    return point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
  };
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    strictEqual(byteLength(text), [...text].reduce((sum, each) => sum + bytesOf(each), 0));
  }));
});
