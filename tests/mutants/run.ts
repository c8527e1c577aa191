/**
 * Plants each bug in a copy of the sources and shows who notices it. Ends with 1 when nobody does.
 *
 * `deno task mutants [part of a name]`
 *
 * @module
 */

import { PLANTED_BUGS, type PlantedBug } from "./planted_bugs.ts";
import { captureDeno } from "../../tools/deno_process.ts";

/** Most seeds of the simulation that may pass before one must not. */
const SEEDS = 600;

const ROOT = new URL("../../", import.meta.url).pathname;
const FOLDERS = [
  "actors",
  "bench",
  "core",
  "library",
  "recurrence",
  "storage",
  "tests",
  "transports",
];

const wanted = PLANTED_BUGS.filter(({ name }) => name.includes(Deno.args[0] ?? ""));
if (wanted.length === 0) {
  console.error(`No planted bug has ${JSON.stringify(Deno.args[0])} in its name`);
  Deno.exit(2);
}
const copy = await Deno.makeTempDir({ prefix: "jobmaster_mutants_" });
let missed = 0;
try {
  for (const name of [...FOLDERS, "deno.json", "deno.lock", "mod.ts"]) await copyAll(name);
  for (const bug of wanted) {
    const caught = await tryOut(bug);
    console.log(
      `${caught === null ? "MISSED" : "caught"}  ${bug.name}: ${caught ?? "nobody noticed"}`,
    );
    if (caught === null) missed++;
  }
} finally {
  await Deno.remove(copy, { recursive: true });
}
console.log(`${wanted.length - missed} of ${wanted.length} planted bugs were caught`);
Deno.exit(missed > 0 ? 1 : 0);

async function copyAll(name: string): Promise<void> {
  const from = `${ROOT}${name}`;
  if ((await Deno.stat(from)).isFile) return await Deno.copyFile(from, `${copy}/${name}`);
  await Deno.mkdir(`${copy}/${name}`);
  for await (const entry of Deno.readDir(from)) await copyAll(`${name}/${entry.name}`);
}

/** What was said about the bug; `null` when all went well in spite of it. */
async function tryOut({ edits, caughtBy }: PlantedBug): Promise<string | null> {
  for (const { file, from, to } of edits) await replaceIn(file, from, to);
  try {
    const { code, output } = await captureDeno(harness(caughtBy), { cwd: copy });
    return code === 0 ? null : complaint(output, caughtBy);
  } finally {
    for (const { file } of edits) await Deno.copyFile(`${ROOT}${file}`, `${copy}/${file}`);
  }
}

async function replaceIn(file: string, from: string, to: string): Promise<void> {
  const source = await Deno.readTextFile(`${copy}/${file}`);
  await Deno.writeTextFile(`${copy}/${file}`, source.replace(from, () => to));
}

function harness(caughtBy: PlantedBug["caughtBy"]): readonly string[] {
  const run = ["--no-check", "-A"];
  return caughtBy === "simulation"
    ? ["run", ...run, "bench/simulation.ts", "--until-bad", "--once", "--seeds", String(SEEDS)]
    : ["test", ...run, "--fail-fast", caughtBy];
}

/** The first broken promise. A program that cannot even start has caught nothing. */
function complaint(output: string, caughtBy: PlantedBug["caughtBy"]): string {
  const found = caughtBy === "simulation"
    ? /seed (\d+)\n {2}(.*)/.exec(output)
    : /^.*error.*?: (\w*Error.*)$/m.exec(output);
  if (found === null) throw new Error(`Cannot read what was said:\n${output.slice(-2_000)}`);
  return caughtBy === "simulation" ? `seed ${found[1]}, ${found[2]!.trim()}` : found[1]!;
}
