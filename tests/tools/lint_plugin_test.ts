/**
 * Every house rule refuses a planted mistake and accepts its right form.
 *
 * @module
 */

import { deepStrictEqual, ok } from "node:assert/strict";
import plugin from "../../tools/lint_plugin.ts";

/** A source that one rule judges, in the file `at`. */
interface Sample {
  readonly rule: string;
  readonly title: string;
  readonly at: string;
  readonly source: string;
}

function refusals({ rule, at, source }: Sample): readonly string[] {
  return Deno.lint.runPlugin(plugin, at, source)
    .filter(({ id }) => id === `house/${rule}`)
    .map(({ message }) => message);
}

const lines = (count: number): string => "f();\n".repeat(count);

const wrong: readonly Sample[] = [
  ...([
    ["core importing storage", "core/job.ts", `import { x } from "../storage/port.ts";`],
    ["a type-only import", "core/job.ts", `import type { X } from "../actors/client.ts";`],
    ["a re-export", "core/mod.ts", `export { x } from "../http/mod.ts";`],
    ["a star re-export", "core/mod.ts", `export * from "../http/mod.ts";`],
    ["a dynamic import", "core/job.ts", `await import("../storage/port.ts");`],
    ["a dynamic import of a template", "core/job.ts", "await import(`../storage/port.ts`);"],
    ["an import type", "core/job.ts", `type X = import("../storage/port.ts").X;`],
    ["the package's own name", "core/job.ts", `import { x } from "@jobmaster/jobmaster";`],
    ["the package's subpath", "storage/a.ts", `import "@jobmaster/jobmaster/http";`],
    ["the actor kernel importing an actor", "actors/runtime/cell.ts", `import "../leader.ts";`],
    ["an actor importing an adapter", "actors/leader.ts", `import "../storage/sqlite/open.ts";`],
    ["an actor importing http", "actors/leader.ts", `import "../http/mod.ts";`],
    ["storage importing a transport", "storage/a.ts", `import "../transports/port.ts";`],
    ["a transport importing a database", "transports/sql.ts", `import "../storage/postgres.ts";`],
    ["http importing the kernel", "http/mod.ts", `import "../actors/runtime/cell.ts";`],
    ["http importing storage", "http/routes/jobs.ts", `import "../../storage/port.ts";`],
    ["recurrence importing actors", "recurrence/cron.ts", `import "../actors/leader.ts";`],
    ["cli importing an adapter", "cli/start.ts", `import "../storage/sqlite.ts";`],
    ["an example importing an internal", "examples/jobs.ts", `import "../core/job.ts";`],
    ["a file of no layer", "extras/thing.ts", "f();"],
    ["a stray file at the top", "thing.ts", "f();"],
  ] as const).map(([title, at, source]) => ({ rule: "layers", title, at, source })),
  ...([
    ["any package in core", "core/job.ts", `import { z } from "zod";`],
    ["a Node module in core", "core/job.ts", `import "node:fs";`],
    ["a driver outside storage", "actors/leader.ts", `import { DatabaseSync } from "node:sqlite";`],
    ["a framework outside http", "cli/start.ts", `import { Hono } from "hono";`],
    ["a subpath outside its home", "actors/a.ts", `import { x } from "hono/cors";`],
    ["a version outside its home", "actors/a.ts", `import { x } from "npm:pg@8";`],
    ["a scope outside its home", "storage/a.ts", `import "@nats-io/jetstream";`],
  ] as const).map(([title, at, source]) => ({ rule: "packages", title, at, source })),
  ...([
    ["Date.now", "Date.now();"],
    ["Date.now as a value", "const now = Date.now;"],
    ["a bracketed member", `Date["now"]();`],
    ["a member of globalThis", "globalThis.crypto.randomUUID();"],
    ["new Date()", "new Date();"],
    ["Date()", "Date();"],
    ["Math.random", "Math.random();"],
    ["performance.now", "performance.now();"],
    ["crypto.getRandomValues", "crypto.getRandomValues(bytes);"],
    ["setTimeout", "setTimeout(f, 1);"],
    ["setInterval", "setInterval(f, 1);"],
    ["setImmediate", "setImmediate(f);"],
    ["globalThis.setTimeout", "globalThis.setTimeout(f, 1);"],
    ["AbortSignal.timeout", "AbortSignal.timeout(1);"],
    ["Temporal.Now", "Temporal.Now.instant();"],
    ["node timers", `import { setTimeout as wait } from "node:timers/promises";`],
    ["node random", `import { randomBytes } from "node:crypto";`],
  ] as const).map(([title, source]) => ({ rule: "no-ambient", title, at: "actors/a.ts", source })),
  ...([
    ["51 lines", `function f() {\n${lines(49)}}`],
    ["51 lines of an arrow function", `const f = () => {\n${lines(49)}};`],
    ["51 lines of a method", `class A { m() {\n${lines(49)}} }`],
    ["4 parameters", "function f(a, b, c, d) {}"],
    ["4 parameters of an arrow function", "const f = (a, b, c, ...d) => {};"],
    ["4 parameters of a method type", "interface A { m(a: 1, b: 2, c: 3, d: 4): void }"],
    ["4 parameters of a function type", "type F = (a: 1, b: 2, c: 3, d: 4) => void;"],
    ["4 parameters of an abstract method", "abstract class A { abstract m(a, b, c, d): void }"],
  ] as const).map(([title, source]) => ({
    rule: "function-length",
    title,
    at: "tests/a_test.ts",
    source,
  })),
  { rule: "file-length", title: "301 lines", at: "actors/a.ts", source: lines(301) },
  ...([
    ["a camelCase file", "core/jobStore.ts", "f();"],
    ["a kebab-case file", "core/job-store.ts", "f();"],
    ["a file of an empty word", "core/job_utils.ts", "f();"],
    ["a folder of an empty word", "core/helpers/job.ts", "f();"],
    ["an exported function", "core/job.ts", "export function jobHelper() {}"],
    ["an exported class", "core/job.ts", "export class JobManager {}"],
    ["an exported interface", "core/job.ts", "export interface BaseJob {}"],
    ["an exported constant", "core/job.ts", "export const COMMON_NAMES = 1;"],
    ["an exported pattern", "core/job.ts", "export const { a: [jobImpl] } = x;"],
    ["an exported alias", "core/job.ts", "export { a as jobUtil };"],
    ["an exported namespace", "core/job.ts", `export * as utils from "./a.ts";`],
  ] as const).map(([title, at, source]) => ({ rule: "names", title, at, source })),
  ...([
    ["a default export", "export default 1;"],
    ["a default alias", "export { a as default };"],
  ] as const).map(([title, source]) => ({
    rule: "no-default-export",
    title,
    at: "core/a.ts",
    source,
  })),
  ...([
    ["an empty catch", "try { f(); } catch { }"],
    ["an empty catch with an error", "try { f(); } catch (error) {\n}"],
    ["an empty rejection handler", "f().catch(() => {});"],
    ["an undefined rejection handler", "f().catch(() => undefined);"],
    ["an empty second argument of then", "f().then(g, function () {});"],
  ] as const).map(([title, source]) => ({ rule: "no-swallow", title, at: "core/a.ts", source })),
  ...([
    ["a bare ignore", "// deno-lint-ignore no-explicit-any\nlet a: any;"],
    ["an empty reason", "// deno-lint-ignore no-explicit-any -- \nlet a: any;"],
    ["a bare ignore of a file", "// deno-lint-ignore-file no-explicit-any\nlet a: any;"],
  ] as const).map(([title, source]) => ({ rule: "ignore-reason", title, at: "core/a.ts", source })),
  ...([
    ["an enum", "enum A { B }"],
    ["a namespace", "namespace A { export const b = 1; }"],
    ["a parameter property", "class A { constructor(readonly b: 1) {} }"],
    ["a private field", "class A { private b = 1; }"],
    ["a protected method", "class A { protected b() {} }"],
  ] as const).map(([title, source]) => ({ rule: "plain-syntax", title, at: "core/a.ts", source })),
];

const right: readonly Sample[] = [
  ...([
    ["core importing core", "core/job.ts", `import { x } from "./ids.ts";`],
    ["an actor importing a port", "actors/a.ts", `import type { X } from "../storage/port.ts";`],
    ["an actor importing the kernel", "actors/a.ts", `import "./runtime/definition.ts";`],
    ["a transport importing sql", "transports/sql.ts", `import "../storage/sql/connection.ts";`],
    ["http importing refs", "http/mod.ts", `import type { X } from "../actors/runtime/ref.ts";`],
    ["http importing messages", "http/mod.ts", `import "../actors/scheduler.ts";`],
    ["cli importing the library", "cli/start.ts", `import { x } from "../mod.ts";`],
    ["cli reading the version", "cli/main.ts", `import config from "../deno.json";`],
    ["mod.ts importing an adapter", "mod.ts", `export { x } from "./storage/sqlite/open.ts";`],
    ["an example importing the package", "examples/a.ts", `import "@jobmaster/jobmaster";`],
    ["a test importing anything", "tests/a_test.ts", `import "../storage/sqlite/open.ts";`],
    ["a name that only starts alike", "core/a.ts", `import "./storage/a.ts";`],
    ["a computed import", "core/a.ts", "await import(url);"],
  ] as const).map(([title, at, source]) => ({ rule: "layers", title, at, source })),
  ...([
    ["a driver in storage", "storage/sqlite/a.ts", `import "node:sqlite";`],
    ["a framework in http", "http/mod.ts", `import "@hono/zod-openapi";`],
    ["a package without a home", "actors/a.ts", `import "@logtape/logtape";`],
    ["a driver in a test", "tests/a_test.ts", `import "node:sqlite";`],
    ["another package of a like name", "actors/a.ts", `import "pg-format";`],
  ] as const).map(([title, at, source]) => ({ rule: "packages", title, at, source })),
  ...([
    ["the clock itself", "core/clock.ts", "Date.now();"],
    ["the random source itself", "core/random.ts", "Math.random();"],
    ["a test", "tests/a_test.ts", "setTimeout(f, 1);"],
    ["a bench", "bench/a_bench.ts", "performance.now();"],
    ["a date of a number", "actors/a.ts", "new Date(0);"],
    ["an injected clock", "actors/a.ts", "clock.now(); this.#clock.setTimeout(f);"],
    ["a hash", "http/a.ts", `import { createHmac } from "node:crypto"; crypto.subtle;`],
    ["clearing a timer", "actors/a.ts", "clearTimeout(handle);"],
  ] as const).map(([title, at, source]) => ({ rule: "no-ambient", title, at, source })),
  ...([
    ["50 lines", `function f() {\n${lines(48)}}`],
    ["3 parameters", "function f(a, b, { c, d, e }) {}"],
    ["3 parameters and this", "function f(this: A, a: 1, b: 2, c: 3) {}"],
  ] as const).map(([title, source]) => ({
    rule: "function-length",
    title,
    at: "core/a.ts",
    source,
  })),
  { rule: "file-length", title: "300 lines", at: "actors/a.ts", source: lines(300) },
  { rule: "file-length", title: "a long test", at: "tests/a_test.ts", source: lines(301) },
  { rule: "file-length", title: "a long bench", at: "bench/a.ts", source: lines(301) },
  ...([
    ["a snake_case file", "core/job_store.ts", "f();"],
    ["a numbered example", "examples/01_enqueue.ts", "f();"],
    ["a word that only contains one", "core/database.ts", "export const encodeBase64 = 1;"],
    ["an internal name", "core/a.ts", "const helper = 1;"],
  ] as const).map(([title, at, source]) => ({ rule: "names", title, at, source })),
  {
    rule: "no-default-export",
    title: "the plugin's own",
    at: "tools/lint_plugin.ts",
    source: "export default 1;",
  },
  {
    rule: "no-default-export",
    title: "a named export",
    at: "core/a.ts",
    source: "export { a as b };",
  },
  ...([
    ["an empty catch with a reason", "try { f(); } catch { /* gone already */ }"],
    ["a catch that handles", "try { f(); } catch { g(); }"],
    ["an explained rejection handler", "f().catch(() => {/* gone already */});"],
    ["a rejection handler that handles", "f().catch(() => g());"],
    ["another method", "f().finally(() => {});"],
  ] as const).map(([title, source]) => ({ rule: "no-swallow", title, at: "core/a.ts", source })),
  {
    rule: "ignore-reason",
    title: "an ignore with a reason",
    at: "core/a.ts",
    source: "// deno-lint-ignore no-explicit-any -- mixes payload types\nlet a: any;",
  },
  ...([
    ["a union", `type A = "b" | "c";`],
    ["a hidden field", "class A { #b = 1; static c() {} }"],
    ["a hidden constructor", "class A { private constructor() {} }"],
    ["a global declaration", "declare global { interface A {} }"],
  ] as const).map(([title, source]) => ({ rule: "plain-syntax", title, at: "core/a.ts", source })),
];

for (const sample of wrong) {
  Deno.test(`house/${sample.rule} refuses ${sample.title}`, () => {
    deepStrictEqual(refusals(sample).length, 1);
  });
}

for (const sample of right) {
  Deno.test(`house/${sample.rule} accepts ${sample.title}`, () => {
    deepStrictEqual(refusals(sample), []);
  });
}

Deno.test("every house rule has a wrong and a right sample", () => {
  const rules = Object.keys(plugin.rules);

  ok(rules.every((rule) => wrong.some((sample) => sample.rule === rule)));
  ok(rules.every((rule) => right.some((sample) => sample.rule === rule)));
});

Deno.test("house/layers judges a file by its absolute path", () => {
  const at = new URL("../../core/job.ts", import.meta.url).pathname;
  const source = `import "../storage/port.ts";`;

  deepStrictEqual(refusals({ rule: "layers", title: "", at, source }).length, 1);
});

Deno.test("house/layers leaves a file of another project alone", () => {
  const source = `import "../storage/port.ts";`;

  deepStrictEqual(
    refusals({ rule: "layers", title: "", at: "/elsewhere/core/job.ts", source }),
    [],
  );
});

Deno.test("house/layers says what a layer may import when it refuses an import", () => {
  const [refusal] = Deno.lint.runPlugin(plugin, "core/a.ts", `import "../mod.ts";`);

  deepStrictEqual(refusal?.message, `"core" may not import "mod.ts"`);
  deepStrictEqual(refusal?.hint, "It may import core");
});
