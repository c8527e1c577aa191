/**
 * `schedules`: looks at recurring schedules, makes and changes them, and foretells their runs.
 *
 * @module
 */

import type { Command } from "commander";
import type { Recurrence } from "../../recurrence/mod.ts";
import type { Cli } from "../cli.ts";
import { addScheduleChanges } from "./schedules_change.ts";
import { addScheduleCreate } from "./schedules_create.ts";
import { addScheduleEdit } from "./schedules_edit.ts";
import { addSchedulesList } from "./schedules_list.ts";
import { addSchedulesNext } from "./schedules_next.ts";
import { addSchedulesRun } from "./schedules_run.ts";
import { addSchedulesShow } from "./schedules_show.ts";

/** Adds the command; `readRecurrence` reads expressions where no cluster is asked. */
export function addSchedules(
  program: Command,
  cli: Cli,
  readRecurrence: (text: string) => Recurrence,
): void {
  const schedules = program.command("schedules")
    .description("look at recurring schedules, make and change them, foretell their runs");
  addSchedulesList(schedules, cli);
  addSchedulesShow(schedules, cli);
  addScheduleCreate(schedules, cli, readRecurrence);
  addScheduleEdit(schedules, cli, readRecurrence);
  addScheduleChanges(schedules, cli);
  addSchedulesRun(schedules, cli);
  addSchedulesNext(schedules, cli, readRecurrence);
}
