/**
 * `jobs list`: the jobs that match a filter.
 *
 * @module
 */

import type { Command } from "commander";
import type { Document } from "../api.ts";
import { checkJobQuery, checkLimit } from "../check_input.ts";
import type { Cli } from "../cli.ts";
import { addJobFilterOptions, jobFilterQuery } from "../job_filter_flags.ts";
import { addListOptions, type ListFlags, showList } from "../list.ts";
import { cellText, statusPaint } from "../output.ts";
import { addTargetOptions, type TargetFlags } from "../target.ts";
import type { Column } from "../terminal/table.ts";

const COLUMNS: readonly Column<Document>[] = [
  { title: "ID", cell: (job) => cellText(job.id) },
  {
    title: "STATUS",
    cell: (job) => cellText(job.status),
    paint: (job) => statusPaint(job.status),
  },
  { title: "DEFINITION", cell: (job) => cellText(job.definitionId), max: 40 },
  { title: "PRIORITY", cell: (job) => cellText(job.priority) },
  { title: "LANE", cell: (job) => cellText(job.lane) },
  { title: "ATTEMPTS", cell: (job) => cellText(job.attempts), alignRight: true },
  { title: "SCHEDULED", cell: (job) => cellText(job.scheduledAt) },
  { title: "FINISHED", cell: (job) => cellText(job.finishedAt) },
  { title: "ERROR", cell: (job) => cellText((job.error as Document | null)?.message) },
];

/** Adds the command. */
export function addJobsList(jobs: Command, cli: Cli): void {
  const command = jobs.command("list").description("list jobs, newest first");
  addListOptions(addJobFilterOptions(addTargetOptions(command)));
  command.addHelpText(
    "after",
    `
Examples:
  jobs list --status Failed --error timeout
  jobs list --status Queued,Processing --lane mail --sort scheduledAt
  jobs list --definition hello --meta team=growth --all --jsonl`,
  );
  cli.runsOnCluster<ListFlags & TargetFlags>(command, {
    check(flags) {
      checkJobQuery(jobFilterQuery(flags));
      checkLimit(flags);
    },
    act(api, flags) {
      const view = { path: ["jobs"], query: jobFilterQuery(flags), columns: COLUMNS, what: "jobs" };
      return showList(api, view, { flags, terminal: cli.context.terminal });
    },
  });
}
