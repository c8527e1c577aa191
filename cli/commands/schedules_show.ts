/**
 * `schedules show`: everything about one recurring schedule.
 *
 * @module
 */

import type { Command } from "commander";
import { parseScheduleId } from "../../core/schedule_input.ts";
import type { Api, Document } from "../api.ts";
import type { Cli } from "../cli.ts";
import { EXIT, type ExitCode } from "../exit_codes.ts";
import {
  addJsonOption,
  cellText,
  type Output,
  type OutputFlags,
  printFields,
  printJson,
} from "../output.ts";
import { readRuns, type RunTime } from "../schedule_runs.ts";
import { addTargetOptions, type TargetFlags } from "../target.ts";
import { type Column, Table } from "../terminal/table.ts";
import { print, say } from "../terminal/terminal.ts";

type Flags = OutputFlags & TargetFlags;

const RUN_COLUMNS: readonly Column<RunTime>[] = [
  { title: "NEXT RUN", cell: ({ at }) => cellText(at) },
  { title: "LOCAL TIME", cell: ({ local }) => cellText(local) },
];

/** Adds the command. */
export function addSchedulesShow(schedules: Command, cli: Cli): void {
  const command = schedules.command("show")
    .description("show every field of a schedule, and its next runs")
    .argument("<id>", "id of the schedule");
  addJsonOption(addTargetOptions(command)).addHelpText(
    "after",
    "\nExample:\n  schedules show maintenance:greet",
  );
  cli.runsOnCluster<Flags>(command, {
    check: (_flags, ids) => void ids.forEach(parseScheduleId),
    act: (api, flags, [id]) => showSchedule(api, id!, { flags, terminal: cli.context.terminal }),
  });
}

async function showSchedule(
  api: Api,
  id: string,
  { flags, terminal }: Output<Flags>,
): Promise<ExitCode> {
  const schedule = await api.inCluster<Document>({ path: ["recurring-schedules", id] });
  if (flags.json) {
    printJson(terminal, schedule);
    return EXIT.ok;
  }
  printFields(terminal, schedule);
  const alive = schedule.status === "Active" || schedule.status === "Paused";
  if (!alive || schedule.description === null) return EXIT.ok; // it never runs, or nobody here can tell when
  const runs = readRuns(await api.inCluster({ path: ["recurring-schedules", id, "next"] }));
  if (runs.length === 0) say(terminal, "No further runs");
  if (runs.length === 0) return EXIT.ok;
  print(terminal, "");
  for (const line of new Table(RUN_COLUMNS, terminal).lines(runs)) print(terminal, line);
  if (schedule.status === "Paused") say(terminal, "It is paused: it runs once it is resumed");
  if (schedule.idle === true) say(terminal, "It is idle: it runs once a node has its code again");
  return EXIT.ok;
}
