/** Every example runs as it stands, and prints what its page says. */

import { createHash } from "node:crypto";
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";

const root = new URL("../../", import.meta.url);

async function run(name: string, ...args: readonly string[]): Promise<string> {
  const script = new URL(`examples/${name}.ts`, root).href;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, ...args],
    env: { NO_COLOR: "1" },
    stdin: "null",
  });
  const { code, stdout, stderr } = await child.output();
  strictEqual(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("01_checksum_tree prints what sha256sum would", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/deep/er`, { recursive: true });
  const files: Record<string, Uint8Array> = {
    "a.txt": new TextEncoder().encode("hello"),
    "empty": new Uint8Array(),
    "deep/er/large.bin": Uint8Array.from({ length: 300_000 }, (_, n) => n % 251),
  };
  for (const [name, bytes] of Object.entries(files)) {
    await Deno.writeFile(`${folder}/${name}`, bytes);
  }

  const report = await run("01_checksum_tree", folder);

  const expected = Object.entries(files).map(([name, bytes]) =>
    `${createHash("sha256").update(bytes).digest("hex")}  ${folder}/${name}`
  );
  deepStrictEqual(report.trimEnd().split("\n").sort(), expected.sort());
  await Deno.remove(folder, { recursive: true });
});

const EXPECTED: Readonly<Record<string, RegExp>> = {
  "02_retries": /attempt 2 failed: .*connection refused.*\n.*\nSucceeded after 3 attempts/,
  "03_cancellation": /is Cancelled\nrunning job: requested\nrunning job ended as Cancelled/,
  "04_progress": /\d+% row \d+\n[\s\S]*100% \{"imported":300\}\n$/,
  "05_unique_keys": /^10 calls, 1 made a job, 1 id, charged 1 time\(s\)\n$/,
  "06_process_isolation": /hello: Succeeded [\s\S]*spin: Failed \(timed_out\)/,
  "07_graceful_stop":
    /running job: Succeeded\n.*(?:HeldOnMaster|AssignedToBucket|Onboarded)\n.*next start: Succeeded/,
  "08_recurring_schedule":
    /Every second → next: [-\dT:]+Z\n(?:tick of Ada at [-\dT:]+:\d\dZ\n){3,}paused: Paused\ncancelled: Cancelled/,
  "09_transactional_enqueue":
    /^Eve is not signed up: no such address\nwelcome Ada\n1 job, 1 user\n$/,
};

for (const [name, expected] of Object.entries(EXPECTED)) {
  Deno.test(`${name} prints what it shows`, async () => {
    match(await run(name), expected);
  });
}

Deno.test("every numbered example is run here", async () => {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(new URL("examples/", root))) {
    if (/^\d\d_/.test(name)) names.push(name.replace(/\.ts$/, ""));
  }
  deepStrictEqual(names.sort(), ["01_checksum_tree", ...Object.keys(EXPECTED)].sort());
});
