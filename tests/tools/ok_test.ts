/**
 * The gate runs every step and shows what failed, nothing else.
 *
 * @module
 */

import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { gateSteps, runSteps, type Step } from "../../tools/ok.ts";

const prints = (name: string, text: string, code: number): Step => ({
  name,
  args: ["eval", `console.log(${JSON.stringify(text)}); Deno.exit(${code});`],
});

async function gate(...steps: readonly Step[]) {
  const printed: string[] = [];
  const failed = await runSteps(steps, (line) => void printed.push(line));
  return { failed, printed };
}

Deno.test("runSteps prints one line a step when all pass", async () => {
  const { failed, printed } = await gate(prints("one", "noise", 0), prints("two", "noise", 0));

  deepStrictEqual(failed, []);
  strictEqual(printed.length, 2);
  match(printed[0] ?? "", /^ok {4}one +\d+\.\d s$/);
});

Deno.test("runSteps goes on after a failure and shows the output of the failed step only", async () => {
  const { failed, printed } = await gate(
    prints("one", "noise", 0),
    prints("two", "why it failed", 1),
    prints("three", "noise", 0),
  );

  deepStrictEqual(failed, ["two"]);
  deepStrictEqual(printed.map((line) => line.trim().split(/\s/)[0]), ["ok", "FAIL", "why", "ok"]);
});

Deno.test("gateSteps checks every public module of deno.json", async () => {
  const { exports } = JSON.parse(await Deno.readTextFile("deno.json"));

  const api = (await gateSteps()).find(({ name }) => name === "api");

  deepStrictEqual(api?.args, ["doc", "--lint", ...Object.values(exports)]);
});
