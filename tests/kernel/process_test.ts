import { strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../core/clock.ts";
import { PATIENCE_MS } from "../support/kernel_kit.ts";

/** Whether a process with this id still runs. */
function isAlive(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}

/** Resolves once the process is gone; an orphan tells nobody, so it has to be looked for. */
async function ended(pid: number): Promise<void> {
  const untilMs = systemClock.monotonic() + PATIENCE_MS;
  while (isAlive(pid)) {
    strictEqual(systemClock.monotonic() < untilMs, true, `process ${pid} outlived its spawner`);
    await new Promise<void>((resolve) => systemClock.schedule(20, resolve));
  }
}

Deno.test("process ends and keeps off standard output when its spawner is killed", async () => {
  const script = fileURLToPath(new URL("./fixtures/orphan_main.ts", import.meta.url));
  const program = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(program.stderr).text();
  const reader = program.stdout.getReader();
  const { value } = await reader.read();
  const firstLine = new TextDecoder().decode(value).trim();

  program.kill("SIGKILL");
  await program.status;
  await reader.cancel();

  const pid = Number(firstLine);
  strictEqual(Number.isInteger(pid) && pid > 0, true, `unexpected output: ${firstLine}`);
  await ended(pid);
  strictEqual((await errors).includes("printed by the probe"), true);
});

/** The files of a program whose actor imports by a name only its own configuration knows. */
function program(): Readonly<Record<string, string>> {
  const kernel = new URL("../../actors/runtime/mod.ts", import.meta.url).href;
  return {
    "deno.json": '{ "imports": { "greeting": "./greeting.ts" } }',
    "greeting.ts": 'export const greeting = "hello";',
    "actor.ts": `
      import { greeting } from "greeting";
      import { defineActor } from "${kernel}";
      export const greeter = defineActor({
        name: "greeter",
        module: import.meta.url,
        mailbox: { capacity: 1, overflow: "reject" },
        start: () => null,
        handlers: { greet: () => greeting },
      });`,
    "main.ts": `
      import { createSystem } from "${kernel}";
      import { greeter } from "./actor.ts";
      await using system = createSystem({ name: "s" });
      const spec = { key: "g", actor: greeter, args: null, placement: "process" };
      const ref = await system.spawn(spec);
      console.log(await ref.ask({ type: "greet" }, { timeoutMs: 10_000 }));`,
  };
}

Deno.test("process resolves imports with the configuration of the program", async () => {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(program())) {
      await Deno.writeTextFile(join(folder, name), text);
    }

    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", join(folder, "main.ts")],
      env: { NO_COLOR: "1" },
    }).output();

    const decoder = new TextDecoder();
    strictEqual(decoder.decode(stdout).trim(), "hello", decoder.decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
