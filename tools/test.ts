/**
 * Runs the tests: prepares the machine, checks types, runs `deno test`
 * beside the servers it needs, and ends with one line of counts.
 *
 * Arguments that are paths limit both steps to them; all others go to `deno test`.
 *
 * @module
 */

import { KEEPER_VARIABLE } from "../tests/support/servers/keeper_protocol.ts";
import { streamDeno } from "./deno_process.ts";
import { prepare, prepareServers } from "./prepare.ts";
import { countTests, judge, type TestCounts, type Verdict } from "./test_report.ts";
import { typeCheckArgs } from "./type_check.ts";

async function runTests(args: readonly string[]): Promise<Verdict> {
  const failures: string[] = [];
  if (!await prepare()) failures.push("preparation");
  const paths = await existingPaths(args);
  const types = await streamDeno(await typeCheckArgs(paths));
  if (types.code !== 0) failures.push("type check");

  await using keeper = await prepareServers(paths.length === 0);
  const env = { [KEEPER_VARIABLE]: `${keeper.port}` };
  const folder = await Deno.makeTempDir();
  try {
    const report = `${folder}/junit.xml`;
    // Types are checked above: one file with a wrong type must not hide what all others do.
    const flags = ["-A", "--no-check", "--doc", "--parallel", `--junit-path=${report}`];
    const { code } = await streamDeno(["test", ...flags, ...args], { env });
    const counts = await readCounts(report);
    return judge({ counts, exitCode: code, failures, strict: isContinuousIntegration() });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function existingPaths(args: readonly string[]): Promise<readonly string[]> {
  const isPath = await Promise.all(args.map((arg) => Deno.stat(arg).then(() => true, () => false)));
  return args.filter((_, index) => isPath[index]);
}

async function readCounts(report: string): Promise<TestCounts | undefined> {
  try {
    return countTests(await Deno.readTextFile(report));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function isContinuousIntegration(): boolean {
  return !["", "0", "false"].includes(Deno.env.get("CI") ?? "");
}

if (import.meta.main) {
  const { exitCode, reasons, summary } = await runTests(Deno.args);
  reasons.forEach((reason) => console.log(reason));
  console.log(summary);
  Deno.exit(exitCode);
}
