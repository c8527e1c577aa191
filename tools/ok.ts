/**
 * The gate before a change is proposed: everything that can be checked without running the tests.
 *
 * Every step runs, whatever came before it. A step that passes prints one line; a step that fails prints its output.
 *
 * @module
 */

import { captureDeno } from "./deno_process.ts";
import { typeCheckArgs } from "./type_check.ts";

/** One check: a run of `deno` that exits with 0 when all is well. */
export interface Step {
  /** One word that says what is checked. */
  readonly name: string;
  /** The arguments of `deno`. */
  readonly args: readonly string[];
}

/** Runs every step in order, printing a line for each; resolves with the names of those that failed. */
export async function runSteps(
  steps: readonly Step[],
  print: (line: string) => void,
): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const { name, args } of steps) {
    const startedMs = performance.now();
    const { code, output } = await captureDeno(args);
    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
    print(`${code === 0 ? "ok  " : "FAIL"}  ${name.padEnd(8)} ${seconds.padStart(6)} s`);
    if (code === 0) continue;
    failed.push(name);
    print(output.trimEnd().replace(/^/gm, "      "));
  }
  return failed;
}

/** The steps of the gate, in order. */
export async function gateSteps(): Promise<readonly Step[]> {
  return [
    { name: "format", args: ["fmt", "--check"] },
    { name: "lint", args: ["lint"] },
    { name: "tree", args: ["run", "-A", "tools/check_tree.ts"] },
    { name: "types", args: await typeCheckArgs() },
    { name: "api", args: ["doc", "--lint", ...await publicModules()] },
    { name: "docs", args: ["run", "-A", "tools/check_docs.ts"] },
    { name: "publish", args: ["publish", "--dry-run", "--allow-dirty"] },
  ];
}

async function publicModules(): Promise<readonly string[]> {
  const { exports } = JSON.parse(await Deno.readTextFile("deno.json")) as {
    readonly exports: Readonly<Record<string, string>>;
  };
  return Object.values(exports);
}

if (import.meta.main) {
  const failed = await runSteps(await gateSteps(), console.log);
  console.log(failed.length === 0 ? "\nAll checks passed" : `\nFailed: ${failed.join(", ")}`);
  Deno.exit(failed.length === 0 ? 0 : 1);
}
