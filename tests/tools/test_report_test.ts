/**
 * What a run of tests is worth, judged from its report.
 *
 * @module
 */

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { countTests, judge, type TestRun } from "../../tools/test_report.ts";

const suite = (...cases: readonly string[]): string =>
  `<testsuites><testsuite name="./a_test.ts">\n${cases.join("\n")}\n</testsuite></testsuites>`;

const testCase = (name: string, body = "", attributes = ` time="0.001"`): string =>
  `<testcase name="${name}" classname="./a_test.ts"${attributes}>\n${body}</testcase>`;

const run = (changes: Partial<TestRun>): TestRun => ({
  counts: { passed: 2, failed: 0, skipped: 0 },
  exitCode: 0,
  failures: [],
  strict: false,
  ...changes,
});

Deno.test("countTests counts passed, failed, cancelled and skipped tests", () => {
  const report = suite(
    testCase("a"),
    testCase("b", `<failure message="no">no</failure>`),
    testCase("c", `<error message="Cancelled"/>`),
    testCase("d", "<skipped/>"),
  );

  deepStrictEqual(countTests(report), { passed: 1, failed: 2, skipped: 1 });
});

Deno.test("countTests counts a test with steps once, and a skipped step as skipped", () => {
  const report = suite(
    testCase("a"),
    testCase("a &gt; one"),
    testCase("a &gt; two &gt; deep"),
    testCase("a &gt; three", "<skipped/>"),
    testCase("not a step &gt; of a"),
  );

  deepStrictEqual(countTests(report), { passed: 2, failed: 0, skipped: 1 });
});

Deno.test("countTests leaves out what a filter left out", () => {
  const report = suite(testCase("a"), testCase("b", "<skipped/>", ""));

  deepStrictEqual(countTests(report), { passed: 1, failed: 0, skipped: 0 });
});

Deno.test("countTests is not misled by what a failing test printed", () => {
  const printed = `<failure message="x">&lt;testcase name=&quot;b&quot;&gt;</failure>`;

  deepStrictEqual(countTests(suite(testCase("a", printed))), { passed: 0, failed: 1, skipped: 0 });
});

Deno.test("judge passes a run when every test passed", () => {
  deepStrictEqual(judge(run({})), { exitCode: 0, reasons: [], summary: "2 passed, 0 failed" });
});

Deno.test("judge fails a run when a test failed", () => {
  const verdict = judge(run({ counts: { passed: 2, failed: 1, skipped: 0 }, exitCode: 1 }));

  deepStrictEqual(verdict, { exitCode: 1, reasons: [], summary: "2 passed, 1 failed" });
});

Deno.test("judge fails a run when deno test failed without a failed test", () => {
  const verdict = judge(run({ exitCode: 1 }));

  deepStrictEqual(verdict, {
    exitCode: 1,
    reasons: [`"deno test" exited with 1`],
    summary: "2 passed, 1 failed",
  });
});

Deno.test("judge fails a run when something before the tests failed", () => {
  const verdict = judge(run({ failures: ["type check"] }));

  deepStrictEqual(verdict, {
    exitCode: 1,
    reasons: ["The type check failed"],
    summary: "2 passed, 1 failed",
  });
});

Deno.test("judge fails a run when no test ran", () => {
  strictEqual(judge(run({ counts: { passed: 0, failed: 0, skipped: 0 } })).exitCode, 1);
  strictEqual(judge(run({ counts: undefined, exitCode: 1 })).summary, "0 passed, 1 failed");
});

Deno.test("judge fails a run with a skipped test only when it is strict", () => {
  const counts = { passed: 2, failed: 0, skipped: 1 };

  strictEqual(judge(run({ counts })).exitCode, 0);
  strictEqual(judge(run({ counts, strict: true })).exitCode, 1);
  strictEqual(judge(run({ counts, strict: true })).summary, "2 passed, 0 failed, 1 skipped");
});
