/**
 * The pages are held to the tests and files they name.
 *
 * @module
 */

import { deepStrictEqual } from "node:assert/strict";
import { docsProblems, namedTests } from "../../tools/check_docs.ts";
import { fixture } from "./fixture.ts";

Deno.test("namedTests takes spans of three words and leaves code alone", () => {
  const page = "The `mailbox` is bounded (`mailbox refuses a tell when full`): `a = b + c`,\n" +
    "`ask(message, { timeoutMs })`, `claim() never gives\none job twice`.";

  deepStrictEqual(namedTests(page), [
    "mailbox refuses a tell when full",
    "claim() never gives one job twice",
  ]);
});

Deno.test("docsProblems accepts a page whose tests exist", async () => {
  await using project = await fixture({
    "docs/runtime_semantics.md": "Bounded: `mailbox refuses a tell when full`.",
    "tests/a_test.ts": `Deno.test("mailbox refuses a tell when full", () => {});`,
  });

  deepStrictEqual(await docsProblems(project.path), []);
});

Deno.test("docsProblems reports a test that the page names and nobody wrote", async () => {
  await using project = await fixture({
    "docs/runtime_semantics.md": "Bounded: `mailbox refuses a tell when full`.",
    "tests/a_test.ts": `Deno.test("mailbox refuses a tell when full and closed", () => {});`,
  });

  deepStrictEqual(await docsProblems(project.path), [
    "docs/runtime_semantics.md names a test that does not exist: mailbox refuses a tell when full",
  ]);
});

Deno.test("docsProblems reports a link to a file that does not exist", async () => {
  await using project = await fixture({
    "README.md": "[here](docs/a.md#part) [there](docs/b.md) [out](https://example.com) [up](#top)",
    "docs/a.md": "[back](../README.md)\n\n```md\n[in code](nowhere.md)\n```\n",
  });

  deepStrictEqual(await docsProblems(project.path), [
    "README.md links to a file that does not exist: docs/b.md",
  ]);
});

Deno.test("docsProblems is empty when the project has no pages", async () => {
  await using project = await fixture({ "mod.ts": "" });

  deepStrictEqual(await docsProblems(project.path), []);
});
