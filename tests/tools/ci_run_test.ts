/**
 * `.ci/run`, with a stand-in for `deno` that only knows how its commands end.
 *
 * @module
 */

import { deepStrictEqual, match } from "node:assert/strict";
import { type Fixture, fixture } from "./fixture.ts";

/** How the stand-in's commands end. */
interface Endings {
  readonly version?: string;
  readonly install?: number;
  readonly ok?: number;
  readonly test?: number;
  readonly lastLine?: string;
}

function standIn(endings: Endings): string {
  const { version = "2.9.6", install = 0, ok = 0, test = 0 } = endings;
  const { lastLine = "7 passed, 0 failed" } = endings;
  return `#!/usr/bin/env bash
case "$*" in
  --version) echo "deno ${version} (stand-in)" ;;
  install*) exit ${install} ;;
  "task ok") exit ${ok} ;;
  "task test") echo "${lastLine}"; exit ${test} ;;
  *) echo "unexpected: $*"; exit 99 ;;
esac
`;
}

async function project(endings: Endings): Promise<Fixture> {
  const made = await fixture({
    ".ci/run": await Deno.readTextFile(".ci/run"),
    "bin/deno": standIn(endings),
    "bin/npx": `#!/usr/bin/env bash\necho "npx $*"\n`,
  });
  for (const name of ["deno", "npx"]) await Deno.chmod(`${made.path}/bin/${name}`, 0o755);
  return made;
}

async function ciRun(endings: Endings) {
  await using made = await project(endings);
  const { code, stdout } = await new Deno.Command("bash", {
    args: [".ci/run"],
    cwd: made.path,
    env: { PATH: `${made.path}/bin:${Deno.env.get("PATH")}` },
    stderr: "null",
  }).output();
  const output = new TextDecoder().decode(stdout);
  return { output, ending: { code, lastLine: output.trimEnd().split("\n").at(-1) } };
}

Deno.test(".ci/run passes when the gate and the tests pass", async () => {
  const { ending } = await ciRun({});

  deepStrictEqual(ending, { code: 0, lastLine: "7 passed, 0 failed" });
});

Deno.test(".ci/run runs the tests and fails when only the gate fails", async () => {
  const { ending } = await ciRun({ ok: 1 });

  deepStrictEqual(ending, { code: 1, lastLine: "7 passed, 1 failed" });
});

Deno.test(".ci/run fails when the lock file is out of date", async () => {
  const { ending } = await ciRun({ install: 1 });

  deepStrictEqual(ending, { code: 1, lastLine: "7 passed, 1 failed" });
});

Deno.test(".ci/run fails when a test fails", async () => {
  const { ending } = await ciRun({ test: 1, lastLine: "6 passed, 1 failed" });

  deepStrictEqual(ending, { code: 1, lastLine: "6 passed, 1 failed" });
});

Deno.test(".ci/run fails when nothing but a skipped test is wrong", async () => {
  const { ending } = await ciRun({ test: 1, lastLine: "6 passed, 0 failed, 1 skipped" });

  deepStrictEqual(ending, { code: 1, lastLine: "6 passed, 0 failed, 1 skipped" });
});

Deno.test(".ci/run adds the gate to the failed tests when both fail", async () => {
  const { ending } = await ciRun({ ok: 1, test: 1, lastLine: "6 passed, 1 failed" });

  deepStrictEqual(ending, { code: 1, lastLine: "6 passed, 2 failed" });
});

Deno.test(".ci/run fails when the tests end without a result", async () => {
  const { ending } = await ciRun({ test: 0, lastLine: "Segmentation fault" });

  deepStrictEqual(ending, { code: 1, lastLine: "0 passed, 1 failed" });
});

Deno.test(".ci/run takes deno from npm when the one on the path is another version", async () => {
  const { output } = await ciRun({ version: "2.8.0" });

  match(output, /^npx --yes deno@2\.9\.6 task test$/m);
});
