/**
 * `schedules run`: makes one job of each schedule, due now, and waits for them when asked to.
 *
 * @module
 */

import type { Command } from "commander";
import { parseScheduleId } from "../../core/schedule_input.ts";
import { parseDuration } from "../../core/time.ts";
import type { Api, JobDocument } from "../api.ts";
import type { Cli } from "../cli.ts";
import type { CommandContext } from "../context.ts";
import { awaitJobs, JobPrinter } from "../enqueue_jobs.ts";
import { EXIT, type ExitCode, exitCodeOf } from "../exit_codes.ts";
import { addListOutputOptions, type OutputFlags } from "../output.ts";
import { reportError } from "../report_error.ts";
import { addTargetOptions, type TargetFlags } from "../target.ts";

interface Flags extends OutputFlags, TargetFlags {
  readonly wait?: boolean;
  readonly waitTimeout: string;
}

/** Adds the command. */
export function addSchedulesRun(schedules: Command, cli: Cli): void {
  const command = schedules.command("run")
    .description("make one job of each schedule, due now; prints the job's id")
    .argument("<id...>", "ids of the schedules");
  addListOutputOptions(addTargetOptions(command))
    .option("--wait", "wait until it has ended; exit code 1 unless it succeeded")
    .option("--wait-timeout <duration>", "longest wait; exit code 6 after it", "5m")
    .addHelpText("after", "\nExample:\n  schedules run maintenance:greet --wait");
  cli.runsOnCluster<Flags>(command, {
    check(flags, ids) {
      ids.forEach(parseScheduleId);
      readWait(flags);
    },
    act: (api, flags, ids) => runSchedules(api, ids, { flags, context: cli.context }),
  });
}

function readWait({ waitTimeout }: Flags): number {
  return parseDuration(waitTimeout, { what: "--wait-timeout", minMs: 1 });
}

async function runSchedules(
  api: Api,
  scheduleIds: readonly string[],
  { flags, context }: { readonly flags: Flags; readonly context: CommandContext },
): Promise<ExitCode> {
  const printer = new JobPrinter(context.terminal, flags, scheduleIds.length);
  const timeoutMs = readWait(flags);
  const deadlineMs = context.clock.monotonic() + timeoutMs;
  const ids: string[] = [];
  const failures: unknown[] = [];
  for (const id of scheduleIds) {
    try {
      const path = ["recurring-schedules", id, "run-now"];
      const job = await api.inCluster<JobDocument>({ method: "POST", path });
      ids.push(job.id);
      printer.accepted([job]);
    } catch (error) {
      failures.push(error);
      reportError(error, context.terminal);
    }
  }
  const ended = flags.wait
    ? await awaitJobs({ api, ids, context, printer, deadlineMs, timeoutMs })
    : EXIT.ok;
  printer.finish();
  if (failures.length === 0) return ended;
  return ids.length > 0 ? EXIT.partly : exitCodeOf(failures[0]);
}
