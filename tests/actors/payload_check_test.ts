/**
 * Payloads against the schemas of definitions.
 */

import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { z } from "zod";
import { checkPayload } from "../../actors/payload_check.ts";
import type { StandardSchema, StandardSchemaResult } from "../../core/standard_schema.ts";

type Answer = StandardSchemaResult<unknown> | Promise<StandardSchemaResult<unknown>>;

function schemaOf(validate: (value: unknown) => Answer): StandardSchema {
  return { "~standard": { version: 1, vendor: "test", validate } };
}

Deno.test("checkPayload answers the value itself when there is no schema", async () => {
  const value = { any: ["thing"] };
  strictEqual(await checkPayload(null, value), value);
});

Deno.test("checkPayload answers what the schema makes of the value", async () => {
  const input = z.object({ to: z.string().trim(), copies: z.number().default(1) });
  deepStrictEqual(await checkPayload(input, { to: " Ada ", extra: true }), {
    to: "Ada",
    copies: 1,
  });
  const later = schemaOf((value) => Promise.resolve({ value: [value] }));
  deepStrictEqual(await checkPayload(later, 7), [7]);
});

Deno.test("checkPayload names every problem and where it is", async () => {
  const input = z.object({ to: z.string(), list: z.array(z.number()) });
  await rejects(checkPayload(input, { list: [1, "2"] }), {
    name: "JobMasterError",
    code: "invalid_payload",
    problems: [
      "data.to: Invalid input: expected string, received undefined",
      "data.list.1: Invalid input: expected number, received string",
    ],
    message: "Cannot take data: data.to: Invalid input: expected string, received undefined; " +
      "data.list.1: Invalid input: expected number, received string",
  });
});

Deno.test("checkPayload reads paths of every form a schema may use", async () => {
  const paths = [undefined, [], ["a", 0], [{ key: "a" }, { key: 1 }], [Symbol("s")]] as const;
  const schema = schemaOf(() => ({
    issues: paths.map((path) => ({ message: "no", path })),
  }));
  await rejects(checkPayload(schema, 1), {
    problems: ["data: no", "data: no", "data.a.0: no", "data.a.1: no", "data.Symbol(s): no"],
  });
});

Deno.test("checkPayload names at most 20 problems", async () => {
  const issues = Array.from({ length: 30 }, (_, i) => ({ message: `no ${i}` }));
  await rejects(checkPayload(schemaOf(() => ({ issues })), 1), (error: unknown) => {
    const { problems } = error as { readonly problems: readonly string[] };
    deepStrictEqual([problems.length, problems.at(-1)], [20, "data: no 19"]);
    return true;
  });
});

Deno.test("checkPayload refuses when a schema finds something wrong without saying what", async () => {
  await rejects(checkPayload(schemaOf(() => ({ issues: [] })), 1), { code: "invalid_payload" });
});

Deno.test("checkPayload refuses when the schema itself throws or rejects", async () => {
  const throws = schemaOf(() => {
    throw new Error("schema is broken");
  });
  for (const schema of [throws, schemaOf(() => Promise.reject(new Error("schema is broken")))]) {
    await rejects(checkPayload(schema, 1), {
      code: "invalid_payload",
      message: "Cannot check data: its schema threw: schema is broken",
    });
  }
  await rejects(checkPayload(schemaOf(() => Promise.reject(null)), 1), { code: "invalid_payload" });
});
