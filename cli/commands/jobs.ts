/**
 * `jobs`: looks at jobs and changes them.
 *
 * @module
 */

import type { Command } from "commander";
import type { Cli } from "../cli.ts";
import { addJobChanges } from "./jobs_change.ts";
import { addJobsList } from "./jobs_list.ts";
import { addJobViews } from "./jobs_show.ts";

/** Adds the command. */
export function addJobs(program: Command, cli: Cli): void {
  const jobs = program.command("jobs").description("look at jobs and change them");
  addJobsList(jobs, cli);
  addJobViews(jobs, cli);
  addJobChanges(jobs, cli);
}
