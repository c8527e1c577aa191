/**
 * `jobs cancel`, `retry`, `reschedule`, `run-now` and `delete`: change one or more jobs.
 *
 * @module
 */

import { type Command, Option } from "commander";
import type { ApiCall, Document } from "../api.ts";
import { changeEach } from "../change_each.ts";
import type { Cli } from "../cli.ts";
import { JobMasterError } from "../../core/errors.ts";
import { checkJobIds } from "../check_input.ts";
import { parseDuration, parseInstant } from "../../core/time.ts";
import { addListOutputOptions, type OutputFlags } from "../output.ts";
import { addTargetOptions, type TargetFlags } from "../target.ts";
import { plainText } from "../terminal/plain_text.ts";

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
        changeEach(api, ids, {
          call: (id) => change.call(id, flags),
          wordOf,
          flags,
          terminal: cli.context.terminal,
        }),
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

/** What became of the job. */
function wordOf(answer: Document): string {
  const status = plainText(String(answer.status));
  const asked = answer.cancelRequestedAt !== null && status === "Processing";
  return asked ? `${status}, asked to stop` : status;
}
