import { match, ok, strictEqual } from "node:assert/strict";
import { main } from "../../cli/main.ts";
import config from "../../deno.json" with { type: "json" };
import { recordingContext } from "./support/recording_context.ts";

async function typed(line: string) {
  const context = recordingContext();
  const code = await main(line.split(" "), context);
  return { code, out: context.terminal.out, err: context.terminal.err };
}

const COMMANDS = [
  "start",
  "enqueue",
  "jobs",
  "jobs list",
  "jobs show",
  "jobs cancel",
  "jobs retry",
  "jobs reschedule",
  "jobs run-now",
  "jobs delete",
  "jobs why",
  "jobs logs",
  "schedules",
  "schedules list",
  "schedules show",
  "schedules create",
  "schedules edit",
  "schedules pause",
  "schedules resume",
  "schedules cancel",
  "schedules delete",
  "schedules run",
  "schedules next",
  "workers",
  "workers list",
  "buckets",
  "buckets list",
  "agents",
  "agents list",
  "agents drain",
  "agents resume",
  "agents remove",
  "agents parked",
  "agents requeue",
  "agents discard",
  "cluster",
  "cluster show",
  "cluster set",
  "migrate",
  "migrate status",
  "migrate up",
  "doctor",
  "bench",
  "help",
  "version",
];

for (const command of COMMANDS) {
  Deno.test(`main shows how "${command}" is used when asked either way`, async () => {
    const flag = await typed(`${command} --help`);
    strictEqual(flag.code, 0);
    strictEqual(flag.err, "");
    match(flag.out, new RegExp(`^Usage: jobmaster ${command}`));
    const word = await typed(`help ${command}`);
    strictEqual(word.code, 0);
    strictEqual(word.out, flag.out);
  });
}

Deno.test("main shows every command when help is asked for", async () => {
  const { code, out } = await typed("help");
  strictEqual(code, 0);
  for (const command of COMMANDS.filter((each) => !each.includes(" "))) {
    ok(out.includes(`\n  ${command}`), command);
  }
  match(out, /Exit codes: 0 ok, 1 failed/);
});

Deno.test("main names a variable for every flag of start", async () => {
  const { out } = await typed("start --help");
  const flags = ["cluster", "master", "agent", "jobs", "worker", "isolation", "http", "config"];
  for (const flag of [...flags, "log-level"]) {
    ok(out.includes(`JOBMASTER_${flag.toUpperCase().replace("-", "_")}`), flag);
  }
});

for (const line of ["version", "--version", "-V"]) {
  Deno.test(`main prints the version when "${line}" is typed`, async () => {
    const { code, out } = await typed(line);
    strictEqual(code, 0);
    strictEqual(out, `${config.version}\n`);
  });
}
