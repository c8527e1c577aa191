/**
 * The program's commands as one tree.
 *
 * @module
 */

import { Command } from "commander";
import { type Recurrence, recurrenceOf } from "../recurrence/mod.ts";
import type { Cli } from "./cli.ts";
import { addBench } from "./commands/bench.ts";
import { addAgents } from "./commands/agents.ts";
import { addBuckets } from "./commands/buckets.ts";
import { addCluster } from "./commands/cluster.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEnqueue } from "./commands/enqueue.ts";
import { addHelp } from "./commands/help.ts";
import { addJobs } from "./commands/jobs.ts";
import { addMigrate } from "./commands/migrate.ts";
import { addSchedules } from "./commands/schedules.ts";
import { addStart } from "./commands/start.ts";
import { addWorkers } from "./commands/workers.ts";
import { EXIT } from "./exit_codes.ts";
import { print } from "./terminal/terminal.ts";
import { VERSION } from "./version.ts";

/** Builds the tree of commands; `readRecurrence` reads expressions where no cluster is asked. */
export function createProgram(
  cli: Cli,
  readRecurrence: (text: string) => Recurrence = recurrenceOf,
): Command {
  const { terminal } = cli.context;
  const program = new Command("jobmaster")
    .description("Runs jobs once, later, or on a schedule, on one machine or many.")
    .version(VERSION, "-V, --version", "print the version")
    .option("--debug", "show where an error came from")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.writeOut(text),
      writeErr: (text) => terminal.writeErr(text),
    })
    .showHelpAfterError("(add --help to see what is possible)")
    .helpCommand(false)
    .addHelpText("after", EXAMPLES);
  addStart(program, cli);
  addEnqueue(program, cli);
  addJobs(program, cli);
  addSchedules(program, cli, readRecurrence);
  addWorkers(program, cli);
  addBuckets(program, cli);
  addAgents(program, cli);
  addCluster(program, cli);
  addMigrate(program, cli);
  addDoctor(program, cli);
  addBench(program, cli);
  addHelp(program, cli);
  const version = program.command("version").description("print the version");
  cli.runs(version, () => {
    print(terminal, VERSION);
    return Promise.resolve(EXIT.ok);
  });
  return program;
}

const EXAMPLES = `
Examples:
  jobmaster start --jobs ./jobs.ts
  jobmaster enqueue hello --data '{"name":"Ada"}' --wait
  jobmaster jobs list --status Failed
  jobmaster schedules next "every day at 09:00" --tz Europe/Lisbon
  jobmaster jobs why 019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071

Commands that act on a cluster take --master (the database itself) or --api (a node's address).
Data goes to stdout, everything else to stderr.

Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 not allowed, 5 conflict, 6 timeout,
7 unhealthy or drift, 8 partly done, 130 and 143 ended at once by SIGINT and SIGTERM.`;
