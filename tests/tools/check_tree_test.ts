/**
 * The import graph: cycles are found in it, whatever kind of import closes them.
 *
 * @module
 */

import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { findCycles, treeProblems } from "../../tools/check_tree.ts";
import { captureDeno } from "../../tools/deno_process.ts";
import { fixture } from "./fixture.ts";

const graph = (edges: Readonly<Record<string, readonly string[]>>) =>
  findCycles(new Map(Object.entries(edges)));

Deno.test("findCycles finds nothing when imports only go one way", () => {
  deepStrictEqual(graph({ a: ["b", "c"], b: ["c"], c: [] }), []);
});

Deno.test("findCycles gives the shortest way round when there are several", () => {
  deepStrictEqual(graph({ a: ["b", "c"], b: ["c"], c: ["a"] }), [
    ["a", "c", "a"],
    ["b", "c", "a", "b"],
  ]);
});

Deno.test("findCycles finds every separate cycle", () => {
  deepStrictEqual(graph({ a: ["b"], b: ["a", "x"], x: ["y"], y: ["x"] }), [
    ["a", "b", "a"],
    ["x", "y", "x"],
  ]);
});

Deno.test("findCycles finds a module that imports itself", () => {
  deepStrictEqual(graph({ a: ["a"] }), [["a", "a"]]);
});

Deno.test("treeProblems is empty when the tree has no cycle", async () => {
  await using tree = await fixture({
    "core/a.ts": `export const a = 1;`,
    "core/b.ts": `export { a } from "./a.ts";`,
  });

  deepStrictEqual(await treeProblems(tree.path), []);
});

for (
  const [kind, line] of [
    ["an import", `import { b } from "../b.ts"; b;`],
    ["a type-only import", `import type { B } from "../b.ts"; export type A = B;`],
    ["an import type", `export type A = import("../b.ts").B;`],
    ["a re-export", `export * from "../b.ts";`],
    ["a dynamic import", `export const load = () => import("../b.ts");`],
  ] as const
) {
  Deno.test(`treeProblems reports the cycle that ${kind} closes`, async () => {
    await using tree = await fixture({
      "core/a.ts": line,
      "b.ts": `import "./core/a.ts"; export const b = 1; export type B = 1;`,
    });

    deepStrictEqual(await treeProblems(tree.path), ["Import cycle: b.ts -> core/a.ts -> b.ts"]);
  });
}

Deno.test("treeProblems follows the import map when there is a deno.json", async () => {
  await using tree = await fixture({
    "deno.json": `{ "imports": { "self": "./mod.ts" } }`,
    "a.ts": `import "self";`,
    "mod.ts": `import "./a.ts";`,
  });

  deepStrictEqual(await treeProblems(tree.path), ["Import cycle: a.ts -> mod.ts -> a.ts"]);
});

Deno.test("treeProblems lets mod.ts start a command that imports mod.ts", async () => {
  await using tree = await fixture({
    "mod.ts": `if (import.meta.main) await import("./cli/main.ts");`,
    "cli/main.ts": `import "../mod.ts";`,
  });

  deepStrictEqual(await treeProblems(tree.path), []);
});

Deno.test("treeProblems reports an import that leads nowhere", async () => {
  await using tree = await fixture({ "a.ts": `import "./missing.ts";` });

  const [problem] = await treeProblems(tree.path);

  match(problem ?? "", /^Cannot load .*missing\.ts/);
});

Deno.test("check_tree exits with 1 and names the cycle when there is one", async () => {
  await using tree = await fixture({ "a.ts": `import "./b.ts";`, "b.ts": `import "./a.ts";` });

  const run = await captureDeno(["run", "-A", "tools/check_tree.ts", tree.path]);

  strictEqual(run.code, 1);
  strictEqual(run.output.trim(), "Import cycle: a.ts -> b.ts -> a.ts");
});
