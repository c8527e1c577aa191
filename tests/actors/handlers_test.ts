/**
 * Where executors find handlers: in this thread's registry, or in modules.
 */

import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert/strict";
import {
  importDefinitions,
  indexDefinitions,
  registerHandlers,
  resolveHandlers,
} from "../../actors/handlers.ts";
import { type AnyJobDefinition, defineJob } from "../../core/definition.ts";

function define(id: string): AnyJobDefinition {
  return defineJob({ id }, () => id);
}

/** A module of this source text. */
function moduleOf(source: string): string {
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

const JOB = `const job = (id) => ({ id, input: null, defaults: { id }, handler: () => id });`;

async function idsOf(...urls: readonly string[]): Promise<readonly string[]> {
  return (await importDefinitions(urls)).map(({ id }) => id);
}

Deno.test("resolveHandlers finds what was registered under the key until that is disposed", async () => {
  const definition = define("mail.send");
  const source = { kind: "registered", key: "node-1" } as const;
  {
    using _registered = registerHandlers("node-1", [definition]);
    strictEqual((await resolveHandlers(source)).get("mail.send"), definition);
    strictEqual((await resolveHandlers({ ...source, key: "node-2" })).size, 0);
  }
  strictEqual((await resolveHandlers(source)).size, 0);
});

Deno.test("resolveHandlers indexes the definitions of every module by id", async () => {
  const urls = [
    moduleOf(`${JOB} export const a = job("a");`),
    moduleOf(`${JOB} export const b = job("b");`),
  ];
  deepStrictEqual([...(await resolveHandlers({ kind: "modules", urls })).keys()], ["a", "b"]);
});

Deno.test("importDefinitions finds single exports, lists and the default export, and nothing else", async () => {
  const source = `${JOB}
    export const single = job("single");
    export const list = [job("listed"), 7, null];
    export default job("default");
    export const count = 3;
    export const nothing = null;
    export const text = "text";
    export const almost = { id: "almost", handler() {} };
    export function helper() {}`;
  deepStrictEqual((await idsOf(moduleOf(source))).toSorted(), ["default", "listed", "single"]);
});

Deno.test("importDefinitions answers a definition once when several modules export it", async () => {
  const first = moduleOf(`${JOB} export const a = job("a");`);
  const second = moduleOf(`export * from ${JSON.stringify(first)};`);
  deepStrictEqual(await idsOf(first, second, first), ["a"]);
});

Deno.test("importDefinitions names the module that exports no definition", async () => {
  const url = moduleOf("export const count = 3;");
  await rejects(importDefinitions([url]), {
    code: "configuration_invalid",
    message: `Cannot use "${url}": it exports no job definition; export what defineJob() returns`,
  });
});

Deno.test("importDefinitions names the module that cannot be imported, and why", async () => {
  const missing = new URL("./no_such_module.ts", import.meta.url).href;
  await rejects(importDefinitions([missing]), {
    code: "configuration_invalid",
    message: /^Cannot import jobs from "file:.*no_such_module\.ts": Module not found/,
  });
  await rejects(importDefinitions([moduleOf(`throw new Error("no database");`)]), {
    code: "configuration_invalid",
    message: /^Cannot import jobs from "data:.*": no database$/,
  });
  await rejects(importDefinitions([moduleOf("throw null;")]), {
    code: "configuration_invalid",
    message: /^Cannot import jobs from "data:.*": null$/,
  });
});

Deno.test("indexDefinitions refuses two definitions of one id", () => {
  const twice = [define("mail.send"), define("mail.read"), define("mail.send")];
  throws(() => indexDefinitions(twice), {
    code: "configuration_invalid",
    message: 'Cannot define job "mail.send" twice: every definition needs an id of its own',
  });
  throws(() => registerHandlers("node-1", twice), { code: "configuration_invalid" });
  strictEqual(indexDefinitions([]).size, 0);
});
