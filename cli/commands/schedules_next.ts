/**
 * `schedules next`: foretells the runs of an expression, without any cluster, or of a schedule.
 *
 * @module
 */

import type { Command } from "commander";
import { readTimeZone } from "../../core/cluster.ts";
import { codeOf, JobMasterError } from "../../core/errors.ts";
import { MAX_PREVIEW } from "../../core/parse_filter.ts";
import { parseScheduleId, uuidOrNull } from "../../core/schedule_input.ts";
import { formatInstant, parseInstant } from "../../core/time.ts";
import type { Recurrence } from "../../recurrence/mod.ts";
import type { Document } from "../api.ts";
import type { Cli } from "../cli.ts";
import { connect } from "../connection.ts";
import type { CommandContext } from "../context.ts";
import { readWhole } from "../enqueue_request.ts";
import { EXIT, type ExitCode } from "../exit_codes.ts";
import { addListOutputOptions, type OutputFlags, printJson, printJsonLine } from "../output.ts";
import { isUtc, readRuns, type RunTime, runTime } from "../schedule_runs.ts";
import { addTargetOptions, type TargetFlags } from "../target.ts";
import { plainText } from "../terminal/plain_text.ts";
import { print, say, type Terminal } from "../terminal/terminal.ts";

type ReadRecurrence = (text: string) => Recurrence;

interface Flags extends OutputFlags, TargetFlags {
  readonly count: string;
  readonly tz?: string;
  readonly from?: string;
  readonly id?: boolean;
}

/** Most runs of an expression. */
const MAX_RUNS = 1_000;

/** Adds the command. */
export function addSchedulesNext(
  schedules: Command,
  cli: Cli,
  readRecurrence: ReadRecurrence,
): void {
  const command = schedules.command("next")
    .description("say when an expression, or a schedule, runs next")
    .argument("<expression|id>", 'e.g. "every day at 09:00", "0 9 * * 1-5", 90s, or an id')
    .option("--count <n>", "how many runs: 1 to 1,000, of a schedule 1 to 100", "5")
    .option("--tz <zone>", "zone of an expression that names none (default UTC)")
    .option("--from <instant>", "runs after it, e.g. 2027-01-31T09:00:00Z (default now)")
    .option("--id", "it is the id of a schedule");
  addListOutputOptions(addTargetOptions(command)).addHelpText(
    "after",
    `
An expression needs no cluster. Each line is a run in UTC, and in the zone when that is another one.

Examples:
  schedules next "every week on [mon, fri] at 09:00" --tz Europe/Lisbon
  schedules next "0 9 * * 1-5" --count 3 --from 2027-01-31T00:00:00Z --jsonl
  schedules next maintenance:greet --api http://127.0.0.1:8080`,
  );
  cli.runs<[string, Flags]>(command, async (operand, flags) => {
    const asked = readAsked(flags);
    const source = sourceOf(operand, flags, readRecurrence);
    const forecast = source.type === "expression"
      ? forecastOf(operand, source.recurrence, { ...asked, nowMs: cli.context.clock.now() })
      : await askCluster(source, flags, cli.context);
    printForecast(forecast, { flags, asked, terminal: cli.context.terminal });
    return EXIT.ok satisfies ExitCode;
  });
}

/** How many runs of what, read and checked. */
interface Asked {
  readonly count: number;
  /** `null` is what the recurrence or the schedule says. */
  readonly timeZone: string | null;
  /** `null` is now. */
  readonly fromMs: number | null;
}

function readAsked({ count, tz, from }: Flags): Asked {
  return {
    count: readWhole(count, "--count", { min: 1, max: MAX_RUNS }),
    timeZone: tz === undefined ? null : readTimeZone(tz),
    fromMs: from === undefined ? null : parseInstant(from, "--from"),
  };
}

type Source =
  | { readonly type: "expression"; readonly recurrence: Recurrence }
  /** `unread` is why it is no expression, when that was tried. */
  | { readonly type: "schedule"; readonly id: string; readonly unread: Error | null };

/** What the operand is: an id when it is said to be one or cannot be anything else. */
function sourceOf(operand: string, flags: Flags, readRecurrence: ReadRecurrence): Source {
  if (flags.id || uuidOrNull(operand) !== null) return scheduleOf(operand, flags, null);
  try {
    return { type: "expression", recurrence: readRecurrence(operand) };
  } catch (error) {
    const readAsId = flags.tz === undefined && !/\s/.test(operand) && isId(operand);
    if (codeOf(error) !== "invalid_recurrence" || !readAsId) throw error;
    return scheduleOf(operand, flags, error as Error);
  }
}

function scheduleOf(operand: string, { count, tz }: Flags, unread: Error | null): Source {
  const id = parseScheduleId(operand);
  readWhole(count, "--count", { min: 1, max: MAX_PREVIEW });
  if (tz === undefined) return { type: "schedule", id, unread };
  throw new JobMasterError(
    "invalid_request",
    "Cannot use --tz with the id of a schedule: it has a zone of its own",
  );
}

function isId(operand: string): boolean {
  try {
    return parseScheduleId(operand) !== "";
  } catch {
    return false; // it is neither: the caller says what is wrong with the expression
  }
}

/** The next runs of an expression or a schedule. */
interface Forecast {
  readonly expression: string;
  readonly type: string;
  readonly description: string | null;
  readonly timeZone: string;
  readonly runs: readonly RunTime[];
}

function forecastOf(
  expression: string,
  recurrence: Recurrence,
  { count, timeZone: wanted, fromMs, nowMs }: Asked & { readonly nowMs: number },
): Forecast {
  const timeZone = recurrence.timeZone ?? wanted ?? "UTC";
  const runs: RunTime[] = [];
  let after = Temporal.Instant.fromEpochMilliseconds(Math.floor(fromMs ?? nowMs));
  while (runs.length < count) {
    const at = recurrence.next(after, { timeZone });
    if (at === undefined) break;
    runs.push(runTime(at, timeZone));
    after = at;
  }
  return {
    expression,
    type: recurrence.type,
    description: recurrence.describe(),
    timeZone,
    runs,
  };
}

async function askCluster(
  { id, unread }: Source & { readonly type: "schedule" },
  flags: Flags,
  context: CommandContext,
): Promise<Forecast> {
  try {
    await using api = await connect(flags, context);
    const path = ["recurring-schedules", id];
    const schedule = await api.inCluster<Document>({ path });
    const query = { count: flags.count, from: flags.from };
    const next = await api.inCluster<NextRuns>({ path: [...path, "next"], query });
    return {
      expression: String(schedule.expression),
      type: String(schedule.expressionType),
      description: schedule.description as string | null,
      timeZone: next.timeZone,
      runs: readRuns(next),
    };
  } catch (error) {
    if (unread !== null) {
      say(context.terminal, plainText(`Read as an id, because: ${unread.message}`));
    }
    throw error;
  }
}

interface NextRuns {
  readonly items: readonly string[];
  readonly local: readonly string[];
  readonly timeZone: string;
}

function printForecast(
  { runs, ...forecast }: Forecast,
  { flags, asked, terminal }: {
    readonly flags: Flags;
    readonly asked: Asked;
    readonly terminal: Terminal;
  },
): void {
  if (flags.json) {
    const [items, local] = [runs.map(({ at }) => at), runs.map((run) => run.local)];
    printJson(terminal, { ...forecast, items, local });
  } else {
    if (forecast.description !== null) say(terminal, plainText(forecast.description));
    const utc = isUtc(forecast.timeZone);
    for (const run of runs) {
      if (flags.jsonl) printJsonLine(terminal, run);
      else print(terminal, plainText(utc ? run.at : `${run.at}  ${run.local}`));
    }
  }
  if (runs.length === asked.count) return;
  const from = asked.fromMs === null ? "now" : formatInstant(asked.fromMs);
  if (runs.length === 0) say(terminal, `No runs after ${from}`);
  else say(terminal, `Only ${runs.length} of ${asked.count} runs: it ends there`);
}
