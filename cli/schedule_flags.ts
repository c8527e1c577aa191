/**
 * The flags that describe a recurring schedule, and the request they stand for. Values go on as typed: the engine's
 * own reader checks them.
 *
 * @module
 */

import { type Command, Option } from "commander";
import { JobMasterError } from "../core/errors.ts";
import { parseTag } from "../core/metadata.ts";
import type { Document } from "./api.ts";
import { readData, type ReadText, readWhole } from "./enqueue_request.ts";

/** Flags that describe a recurring schedule. */
export interface ScheduleFlags {
  /** `--expression`, of `edit` only. */
  readonly expression?: string;
  /** `--type` */
  readonly type?: string;
  /** `--tz` */
  readonly tz?: string;
  /** `--data` */
  readonly data?: string;
  /** `--data-file` */
  readonly dataFile?: string;
  /** `--meta` */
  readonly meta?: readonly string[];
  /** `--priority` */
  readonly priority?: string;
  /** `--lane` */
  readonly lane?: string;
  /** `--timeout` */
  readonly timeout?: string;
  /** `--max-retries` */
  readonly maxRetries?: string;
  /** `--start-after` */
  readonly startAfter?: string;
  /** `--end-before` */
  readonly endBefore?: string;
  /** `--misfire` */
  readonly misfire?: string;
  /** `--overlap` */
  readonly overlap?: string;
  /** `--jitter` */
  readonly jitter?: string;
  /** `--id`, of `create` only. */
  readonly id?: string;
  /** `--reset`, of `edit` only. */
  readonly reset?: readonly string[];
}

/** Declares the flags that a new schedule and a change have both. */
export function addScheduleOptions(command: Command): Command {
  return command
    .option(
      "--type <type>",
      "language of the expression: natural, cron, interval, … (default told)",
    )
    .option("--tz <zone>", "IANA zone of its local times, e.g. Europe/Lisbon")
    .addOption(new Option("--data <json>", "the payload of its jobs").conflicts("dataFile"))
    .option("--data-file <file>", "read the payload from a file; - is stdin")
    .option("--meta <key=value...>", "tags of its jobs")
    .option("--priority <priority>", "VeryLow, Low, Medium, High or Critical")
    .option("--lane <lane>", 'the lane of its jobs; "" is the default lane')
    .option("--timeout <duration>", "how long one attempt may take")
    .option("--max-retries <n>", "retries after a failed attempt, 0 to 10")
    .option("--start-after <instant>", "runs come after it, e.g. 2027-01-31T09:00:00Z")
    .option("--end-before <instant>", "no run comes after it")
    .option("--misfire <policy>", "what becomes of missed runs: skip, latest, all or all(20)")
    .option("--overlap <policy>", "while a job of it has not ended: skip, queue or allow")
    .option("--jitter <duration>", "each job is due up to this much later, by chance");
}

/** Which field `--reset` empties, by the flag that sets it. */
const RESETS: Readonly<Record<string, readonly [keyof ScheduleFlags, string, unknown]>> = {
  tz: ["tz", "timeZone", null],
  meta: ["meta", "metadata", {}],
  priority: ["priority", "priority", null],
  lane: ["lane", "lane", null],
  timeout: ["timeout", "timeout", null],
  "max-retries": ["maxRetries", "maxRetries", null],
  "start-after": ["startAfter", "startAfter", null],
  "end-before": ["endBefore", "endBefore", null],
};

/** Declares `--reset`. */
export function addResetOption(command: Command): Command {
  return command.addOption(
    new Option("--reset <flag...>", "back to what the definition or the cluster says")
      .choices(Object.keys(RESETS)),
  );
}

/**
 * The fields of a schedule `flags` stand for; only what is said.
 *
 * @throws {JobMasterError} `invalid_request` or `invalid_payload` that names the flag, the value and the rule.
 */
export async function readScheduleFields(
  flags: ScheduleFlags,
  readText: ReadText,
): Promise<Document> {
  const { type, tz, meta, maxRetries, reset = [] } = flags;
  const { expression, priority, lane, timeout, startAfter, endBefore, misfire, overlap } = flags;
  const fields = {
    expression,
    expressionType: type,
    timeZone: tz,
    data: await readData(flags, readText),
    metadata: meta === undefined ? undefined : Object.fromEntries(meta.map(parseTag)),
    priority,
    lane,
    timeout,
    maxRetries: maxRetries === undefined ? undefined : readWhole(maxRetries, "--max-retries"),
    startAfter,
    endBefore,
    misfire,
    overlap,
    jitter: flags.jitter,
    id: flags.id,
    ...Object.fromEntries(reset.map((flag) => resetField(flag, flags))),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function resetField(flag: string, flags: ScheduleFlags): readonly [string, unknown] {
  const [name, field, empty] = RESETS[flag]!;
  if (flags[name] === undefined) return [field, empty];
  throw new JobMasterError("invalid_request", `Cannot use --${flag} and --reset ${flag} together`);
}
