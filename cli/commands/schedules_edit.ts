/**
 * `schedules edit`: changes the rules of a recurring schedule.
 *
 * @module
 */

import type { Command } from "commander";
import { JobMasterError } from "../../core/errors.ts";
import { checkScheduleChange, parseScheduleId } from "../../core/schedule_input.ts";
import type { Recurrence } from "../../recurrence/mod.ts";
import type { Document } from "../api.ts";
import type { Cli } from "../cli.ts";
import { connect } from "../connection.ts";
import { EXIT } from "../exit_codes.ts";
import { addJsonOption, type OutputFlags, printFields, printJson } from "../output.ts";
import { readText } from "../read_text.ts";
import {
  addResetOption,
  addScheduleOptions,
  readScheduleFields,
  type ScheduleFlags,
} from "../schedule_flags.ts";
import { addTargetOptions, type TargetFlags } from "../target.ts";

interface Flags extends ScheduleFlags, OutputFlags, TargetFlags {}

/** Adds the command. */
export function addScheduleEdit(
  schedules: Command,
  cli: Cli,
  readRecurrence: (text: string) => Recurrence,
): void {
  const command = schedules.command("edit")
    .description("change the rules of a schedule; what is not said stays")
    .argument("<id>", "id of the schedule")
    .option("--expression <expression>", 'when it fires, e.g. "every day at 09:00"');
  addJsonOption(addTargetOptions(addResetOption(addScheduleOptions(command)))).addHelpText(
    "after",
    `
--meta replaces all tags. A schedule that comes from code goes back to its code when that changes.

Examples:
  schedules edit maintenance:greet --expression "every day at 03:00" --overlap skip
  schedules edit maintenance:greet --reset tz end-before`,
  );
  cli.runs<[string, Flags]>(command, async (operand, flags) => {
    const { context } = cli;
    const id = parseScheduleId(operand);
    const body = await readScheduleFields(flags, (path) => readText(path, context.cwd));
    refuseNothing(body);
    checkScheduleChange(body);
    const { expression, type } = flags;
    if (expression !== undefined && type === undefined) readRecurrence(expression);
    await using api = await connect(flags, context);
    const path = ["recurring-schedules", id];
    const changed = await api.inCluster<Document>({ method: "PATCH", path, body });
    if (flags.json) printJson(context.terminal, changed);
    else printFields(context.terminal, changed);
    return EXIT.ok;
  });
}

function refuseNothing(change: Document): void {
  if (Object.keys(change).length > 0) return;
  throw new JobMasterError(
    "invalid_request",
    "Cannot change nothing: say what to change, e.g. --overlap skip (see schedules edit --help)",
  );
}
