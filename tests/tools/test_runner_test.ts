/**
 * `deno task test` on small projects: its exit code and its last line.
 *
 * @module
 */

import { deepStrictEqual } from "node:assert/strict";
import { captureDeno } from "../../tools/deno_process.ts";
import { fixture } from "./fixture.ts";

const PASSES = `Deno.test("passes", () => {});`;
const FAILS = `Deno.test("fails", () => { throw new Error("no"); });`;
const SKIPPED = `Deno.test.ignore("skipped", () => {});`;

/** A set of test files, and how a run of them must end. */
interface Case {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  readonly options?: readonly string[];
  readonly ci?: string;
  readonly code: 0 | 1;
  readonly lastLine: string;
}

const cases: readonly Case[] = [
  {
    title: "passes when every test passes",
    files: { "a_test.ts": PASSES, "b_test.ts": PASSES },
    code: 0,
    lastLine: "2 passed, 0 failed",
  },
  {
    title: "fails when a test fails",
    files: { "a_test.ts": PASSES + FAILS },
    code: 1,
    lastLine: "1 passed, 1 failed",
  },
  {
    title: "fails when a test module throws while it loads",
    files: { "a_test.ts": PASSES, "b_test.ts": `throw new Error("no");` },
    code: 1,
    lastLine: "1 passed, 1 failed",
  },
  {
    title: "fails when a test module imports what does not exist",
    files: { "a_test.ts": PASSES, "b_test.ts": `import "./missing.ts";` },
    code: 1,
    lastLine: "0 passed, 2 failed",
  },
  {
    title: "fails on a type error and still runs the tests",
    files: { "a_test.ts": PASSES, "b_test.ts": `export const a: number = "no";` },
    code: 1,
    lastLine: "1 passed, 1 failed",
  },
  {
    title: "fails on a type error in a file that is only type-checked",
    files: { "a_test.ts": PASSES, "types/a_typetest.ts": `export const a: number = "no";` },
    code: 1,
    lastLine: "1 passed, 1 failed",
  },
  {
    title: "runs the examples of doc comments",
    files: {
      "a_test.ts": PASSES,
      "a.ts": `/**\n * \`\`\`ts\n * throw new Error("no");\n * \`\`\`\n */\nexport const a = 1;`,
    },
    code: 1,
    lastLine: "1 passed, 1 failed",
  },
  {
    title: "fails when a test leaks a timer, leaves work behind or a file open",
    files: {
      "a_test.ts": `Deno.test("timer", () => void setTimeout(() => {}, 60_000));
        Deno.test("work", () => void crypto.subtle.digest("SHA-256", new Uint8Array(2 ** 26)));
        Deno.test("file", () => void Deno.openSync("deno.json"));`,
    },
    code: 1,
    lastLine: "0 passed, 3 failed",
  },
  {
    title: "fails when there is no test module",
    files: { "a.ts": "" },
    code: 1,
    lastLine: "0 passed, 0 failed",
  },
  {
    title: "fails when the test modules hold no test",
    files: { "a_test.ts": "export {};" },
    code: 1,
    lastLine: "0 passed, 0 failed",
  },
  {
    title: "fails when a filter leaves no test",
    files: { "a_test.ts": PASSES },
    options: ["--filter", "another"],
    code: 1,
    lastLine: "0 passed, 0 failed",
  },
  {
    title: "passes what a filter leaves",
    files: { "a_test.ts": PASSES + FAILS },
    options: ["--filter", "passes"],
    ci: "true",
    code: 0,
    lastLine: "1 passed, 0 failed",
  },
  {
    title: "fails when one test is singled out",
    files: { "a_test.ts": `Deno.test.only("only", () => {});${FAILS}` },
    code: 1,
    lastLine: "1 passed, 1 failed",
  },
  {
    title: "passes with a skipped test outside CI",
    files: { "a_test.ts": PASSES + SKIPPED },
    code: 0,
    lastLine: "1 passed, 0 failed, 1 skipped",
  },
  {
    title: "fails with a skipped test in CI",
    files: { "a_test.ts": PASSES + SKIPPED },
    ci: "true",
    code: 1,
    lastLine: "1 passed, 0 failed, 1 skipped",
  },
];

for (const { title, files, options = [], ci = "", code, lastLine } of cases) {
  Deno.test(`deno task test ${title}`, async () => {
    await using project = await fixture(files);

    const run = await captureDeno(["run", "-A", "tools/test.ts", project.path, ...options], {
      env: { CI: ci, NO_COLOR: "1" },
    });

    const ending = { code: run.code, lastLine: run.output.trimEnd().split("\n").at(-1) };
    deepStrictEqual(ending, { code, lastLine }, run.output);
  });
}
