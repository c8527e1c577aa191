/**
 * Counts tests in a JUnit report of `deno test` and decides what the run is worth.
 *
 * @module
 */

/** How many tests of a run ended how. A test with steps counts once; a skipped step counts as skipped. */
export interface TestCounts {
  /** Tests that ran to the end without an error. */
  readonly passed: number;
  /** Tests that threw, leaked or were cancelled. */
  readonly failed: number;
  /** Tests and steps that are marked as ignored. */
  readonly skipped: number;
}

/** A whole run: its counts, and what happened outside single tests. */
export interface TestRun {
  /** The counts of the report, or `undefined` when `deno test` wrote none. */
  readonly counts: TestCounts | undefined;
  /** The exit code of `deno test`. */
  readonly exitCode: number;
  /** Failures before the first test: `"preparation"`, `"type check"`. */
  readonly failures: readonly string[];
  /** Whether nothing may be skipped. */
  readonly strict: boolean;
}

/** What to tell the caller of the tests. */
export interface Verdict {
  /** The exit code of the whole run. */
  readonly exitCode: 0 | 1;
  /** Why it is not 0, one reason a line. */
  readonly reasons: readonly string[];
  /** `N passed, N failed`, with `, N skipped` when there are any. */
  readonly summary: string;
}

/** Counts the tests of a JUnit report. A test that a filter left out counts as nothing. */
export function countTests(junit: string): TestCounts {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [suite] of junit.matchAll(/<testsuite [\s\S]*?<\/testsuite>/g)) {
    const cases = [...suite.matchAll(/<testcase name="([^"]*)"([^>]*)>([\s\S]*?)<\/testcase>/g)]
      .map(([, name = "", attributes = "", body = ""]) => ({ name, attributes, body }));
    const names = new Set(cases.map(({ name }) => name));
    for (const { name, attributes, body } of cases) {
      if (body.includes("<skipped")) counts.skipped += isFilteredOut(attributes) ? 0 : 1;
      else if (isStep(name, names)) continue;
      else if (/<(failure|error)[ >]/.test(body)) counts.failed++;
      else counts.passed++;
    }
  }
  return counts;
}

/** Judges a run: it fails when a test or anything around the tests failed, when none ran, or when a strict run skipped one. */
export function judge({ counts, exitCode, failures, strict }: TestRun): Verdict {
  const { passed, failed, skipped } = counts ?? { passed: 0, failed: 0, skipped: 0 };
  const unexplained = exitCode !== 0 && failed === 0;
  const reasons = failures.map((failure) => `The ${failure} failed`);
  if (unexplained) reasons.push(`"deno test" exited with ${exitCode}`);
  if (passed + failed === 0) reasons.push("No test ran");
  if (strict && skipped > 0) reasons.push(`${skipped} skipped, and CI skips nothing`);
  const allFailed = failed + failures.length + (unexplained ? 1 : 0);
  const tail = skipped > 0 ? `, ${skipped} skipped` : "";
  return {
    exitCode: allFailed > 0 || reasons.length > 0 ? 1 : 0,
    reasons,
    summary: `${passed} passed, ${allFailed} failed${tail}`,
  };
}

/** A test that a filter left out has no time; an ignored one took none. */
function isFilteredOut(attributes: string): boolean {
  return !attributes.includes(" time=");
}

/** The report names a step `test > step`. */
function isStep(name: string, names: ReadonlySet<string>): boolean {
  const separator = " &gt; ";
  for (let at = name.indexOf(separator); at >= 0; at = name.indexOf(separator, at + 1)) {
    if (names.has(name.slice(0, at))) return true;
  }
  return false;
}
