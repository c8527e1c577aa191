/**
 * `jobs cancel`, `retry`, `reschedule`, `run-now` and `delete`: change one or more jobs.
 *
 * @module
 */

import { type Command, Option } from "commander";
import type { Api, ApiCall, Document } from "../api.ts";
import type { Cli } from "../cli.ts";
import { JobMasterError } from "../../core/errors.ts";
import { checkJobIds } from "../check_input.ts";
import { parseDuration, parseInstant } from "../../core/time.ts";
import { EXIT, type ExitCode, exitCodeOf } from "../exit_codes.ts";
import { addListOutputOptions, type OutputFlags, printJson, printJsonLine } from "../output.ts";
import { reportError } from "../report_error.ts";
import { addTargetOptions, type TargetFlags } from "../target.ts";
import { plainText } from "../terminal/plain_text.ts";
import { print, type Terminal } from "../terminal/terminal.ts";

interface Flags extends OutputFlags, TargetFlags {
  readonly at?: string;
  readonly after?: string;
}

interface Change {
  readonly name: string;
  readonly description: string;
  /** The call that makes the change of one job. */
  readonly call: (id: string, flags: Flags) => ApiCall;
}

const CHANGES: readonly Change[] = [
  {
    name: "cancel",
    description: "end waiting jobs, and ask running ones to stop",
    call: (id) => ({ method: "POST", path: ["jobs", id, "cancel"] }),
  },
  {
    name: "retry",
    description: "run finished jobs again",
    call: (id) => ({ method: "POST", path: ["jobs", id, "retry"] }),
  },
  {
    name: "reschedule",
    description: "move waiting jobs to another time",
    call: (id, { at, after }) => ({
      method: "POST",
      path: ["jobs", id, "reschedule"],
      body: at === undefined ? { after } : { at },
    }),
  },
  {
    name: "run-now",
    description: "make waiting jobs due at once",
    call: (id) => ({ method: "POST", path: ["jobs", id, "run-now"] }),
  },
  {
    name: "delete",
    description: "delete finished jobs with their attempts and logs",
    call: (id) => ({ method: "DELETE", path: ["jobs", id] }),
  },
];

/** Adds the commands. */
export function addJobChanges(jobs: Command, cli: Cli): void {
  for (const change of CHANGES) {
    const command = jobs.command(change.name).description(change.description)
      .argument("<id...>", "ids of the jobs");
    addListOutputOptions(addTargetOptions(command));
    if (change.name === "reschedule") addTimeOptions(command);
    cli.runsOnCluster<Flags>(command, {
      check(flags, ids) {
        checkJobIds(ids);
        if (change.name === "reschedule") checkTime(flags);
      },
      act: (api, flags, ids) =>
        changeJobs({ api, flags, ids, change, terminal: cli.context.terminal }),
    });
  }
}

function addTimeOptions(command: Command): void {
  command
    .addOption(new Option("--at <instant>", "when, e.g. 2027-01-31T09:00:00Z").conflicts("after"))
    .option("--after <duration>", "how long from now, e.g. 5m");
}

function checkTime({ at, after }: Flags): void {
  if (at !== undefined) return void parseInstant(at, "--at");
  if (after !== undefined) return void parseDuration(after, { what: "--after" });
  throw new JobMasterError(
    "invalid_request",
    "Cannot reschedule without a time: say --at or --after",
  );
}

interface ChangeJobs {
  readonly api: Api;
  readonly change: Change;
  readonly ids: readonly string[];
  readonly flags: Flags;
  readonly terminal: Terminal;
}

async function changeJobs({ api, change, ids, flags, terminal }: ChangeJobs): Promise<ExitCode> {
  const answers: unknown[] = [];
  const failures: unknown[] = [];
  for (const id of ids) {
    try {
      const answer = await api.inCluster<Document | null>(change.call(id, flags));
      answers.push(answer ?? { id, deleted: true });
      if (flags.jsonl) printJsonLine(terminal, answers.at(-1));
      else if (!flags.json) print(terminal, `${plainText(id)} ${wordOf(answer)}`);
    } catch (error) {
      failures.push(error);
      reportError(error, terminal);
    }
  }
  if (flags.json) printJson(terminal, ids.length === 1 ? answers[0] ?? null : answers);
  if (failures.length === 0) return EXIT.ok;
  return answers.length > 0 ? EXIT.partly : exitCodeOf(failures[0]);
}

/** What became of the job. */
function wordOf(answer: Document | null): string {
  if (answer === null) return "deleted";
  const status = plainText(String(answer.status));
  const asked = answer.cancelRequestedAt !== null && status === "Processing";
  return asked ? `${status}, asked to stop` : status;
}
