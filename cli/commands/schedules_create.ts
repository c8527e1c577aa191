/**
 * `schedules create`: makes a recurring schedule.
 *
 * @module
 */

import type { Command } from "commander";
import { uuidGenerator } from "../../core/ids.ts";
import { checkScheduleRequest } from "../../core/schedule_input.ts";
import type { Recurrence } from "../../recurrence/mod.ts";
import type { Document } from "../api.ts";
import type { Cli } from "../cli.ts";
import { connect } from "../connection.ts";
import type { CommandContext } from "../context.ts";
import { EXIT, type ExitCode } from "../exit_codes.ts";
import { addJsonOption, type OutputFlags, printJson } from "../output.ts";
import { readText } from "../read_text.ts";
import { addScheduleOptions, readScheduleFields, type ScheduleFlags } from "../schedule_flags.ts";
import { addTargetOptions, type TargetFlags } from "../target.ts";
import { plainText } from "../terminal/plain_text.ts";
import { print } from "../terminal/terminal.ts";

interface Flags extends ScheduleFlags, OutputFlags, TargetFlags {}

/** Adds the command. */
export function addScheduleCreate(
  schedules: Command,
  cli: Cli,
  readRecurrence: (text: string) => Recurrence,
): void {
  const command = schedules.command("create")
    .description("make a recurring schedule; prints its id")
    .argument("<job>", "id of the definition of its jobs")
    .argument("<expression>", 'when it fires, e.g. "every day at 09:00", "0 9 * * 1-5" or 90s');
  addJsonOption(addTargetOptions(addScheduleOptions(command)))
    .option("--id <uuid>", "the schedule's id; makes the call safe to repeat")
    .addHelpText(
      "after",
      `
Examples:
  schedules create hello "every day at 02:30" --tz Europe/Lisbon --data '{"name":"Ada"}'
  schedules create report "0 9 * * 1-5" --priority High --overlap skip --misfire latest
  schedules create noop 90s --jitter 10s --end-before 2027-01-31T09:00:00Z`,
    );
  cli.runs<[string, string, Flags]>(command, async (definitionId, expression, flags) => {
    const { context } = cli;
    const fields = await readScheduleFields(flags, (path) => readText(path, context.cwd));
    const request = { definitionId, expression, ...fields };
    checkScheduleRequest(request);
    if (flags.type === undefined) readRecurrence(expression); // of other languages, only the cluster knows
    return await create(request, flags, context);
  });
}

async function create(request: Document, flags: Flags, context: CommandContext): Promise<ExitCode> {
  const { clock, random, terminal } = context;
  const id = uuidGenerator(clock, random)(); // made here, so that a repeated call makes no second schedule
  await using api = await connect(flags, context);
  const schedule = await api.inCluster<Document>({
    method: "POST",
    path: ["recurring-schedules"],
    body: { id, ...request },
  });
  if (flags.json) printJson(terminal, schedule);
  else print(terminal, plainText(String(schedule.id)));
  return EXIT.ok;
}
