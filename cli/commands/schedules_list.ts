/**
 * `schedules list`: the recurring schedules that match a filter.
 *
 * @module
 */

import type { Command } from "commander";
import { MAX_ID_LENGTH } from "../../core/names.ts";
import type { Document } from "../api.ts";
import { checkLimit } from "../check_input.ts";
import type { Cli } from "../cli.ts";
import { addListOptions, type ListFlags, showList } from "../list.ts";
import { cellText, statusPaint } from "../output.ts";
import {
  addScheduleFilterOptions,
  checkScheduleQuery,
  scheduleFilterQuery,
} from "../schedule_filter_flags.ts";
import { addTargetOptions, type TargetFlags } from "../target.ts";
import type { Column } from "../terminal/table.ts";

const COLUMNS: readonly Column<Document>[] = [
  { title: "ID", cell: (schedule) => cellText(schedule.id), max: MAX_ID_LENGTH },
  {
    title: "STATUS",
    cell: ({ status, idle }) => cellText(status) + (idle === true ? ", idle" : ""),
    paint: ({ status, idle }) => idle === true ? "yellow" : statusPaint(status),
  },
  { title: "DEFINITION", cell: (schedule) => cellText(schedule.definitionId), max: 40 },
  { title: "EXPRESSION", cell: (schedule) => cellText(schedule.expression) },
  { title: "NEXT", cell: (schedule) => cellText(schedule.nextRunAt) },
  { title: "MISFIRE", cell: (schedule) => cellText(schedule.misfire) },
  { title: "OVERLAP", cell: (schedule) => cellText(schedule.overlap) },
  { title: "ERROR", cell: (schedule) => cellText((schedule.error as Document | null)?.message) },
];

/** Adds the command. */
export function addSchedulesList(schedules: Command, cli: Cli): void {
  const command = schedules.command("list").description("list recurring schedules, newest first");
  addListOptions(addScheduleFilterOptions(addTargetOptions(command)));
  command.addHelpText(
    "after",
    `
"idle" schedules come from code that no node has had for a while: they plan nothing until one has.

Examples:
  schedules list --status Active,Paused
  schedules list --failing
  schedules list --type Static --profile maintenance --all --jsonl`,
  );
  cli.runsOnCluster<ListFlags & TargetFlags>(command, {
    check(flags) {
      checkScheduleQuery(scheduleFilterQuery(flags));
      checkLimit(flags);
    },
    act(api, flags) {
      const query = scheduleFilterQuery(flags);
      const view = { path: ["recurring-schedules"], query, columns: COLUMNS, what: "schedules" };
      return showList(api, view, { flags, terminal: cli.context.terminal });
    },
  });
}
