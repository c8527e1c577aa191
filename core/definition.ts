/**
 * What a job definition is: a stable id, a handler, and the defaults of its jobs.
 *
 * @module
 */

import { MAX_RETRIES, type RetryPolicy } from "./retry.ts";
import { JobMasterError } from "./errors.ts";
import { type Metadata, PRIORITIES, type Priority, type TriggerSource } from "./job.ts";
import { oneOf, parseRetry, type RetryInput, wholeNumber } from "./cluster.ts";
import { readMetadata } from "./metadata.ts";
import { parseId, parseLane, shown } from "./names.ts";
import type { StandardSchema } from "./standard_schema.ts";
import { type DurationInput, parseDuration } from "./time.ts";

/** What a handler may write to its execution's log. */
export interface JobLog {
  /** Something only its author needs. */
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Something that happened. */
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Something odd that did not stop the work. */
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Something that went wrong. */
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** What a handler sees of the job it runs. */
export interface JobContext<Data = unknown> {
  /** The job. */
  readonly id: string;
  /** Its cluster. */
  readonly clusterId: string;
  /** Its definition. */
  readonly definitionId: string;
  /** The payload, as the schema returned it. */
  readonly data: Data;
  /** Its tags. */
  readonly metadata: Metadata;
  /** How urgent it is. */
  readonly priority: Priority;
  /** Its lane; `""` is the default lane. */
  readonly lane: string;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** Attempts before this one that failed or crashed. */
  readonly failures: number;
  /** Retries it may have. */
  readonly maxRetries: number;
  /** How long this attempt may take, in milliseconds. */
  readonly timeoutMs: number;
  /** When it was due, in epoch milliseconds. */
  readonly scheduledAtMs: number;
  /** When it was first due, in epoch milliseconds. */
  readonly originalScheduledAtMs: number;
  /** When it was accepted, in epoch milliseconds. */
  readonly createdAtMs: number;
  /** What made it. */
  readonly triggerSource: TriggerSource;
  /** The recurring schedule it belongs to. */
  readonly scheduleId: string | null;
  /** Which occurrence of that schedule this is, in epoch milliseconds; `null` for any other job. */
  readonly occurrenceAtMs: number | null;
  /** `epoch.attempt`: grows with every owner and attempt; hand it to systems that can refuse an older one. */
  readonly fencingToken: string;
  /** Aborted on timeout, cancellation, a lost lease, or a forced stop; `reason` is a `JobMasterError` that says which. */
  readonly signal: AbortSignal;
  /** Writes to the log of this execution. */
  readonly log: JobLog;
  /** Says how far the work is: 0 to 100, and what is being done. */
  progress(percent: number, note?: string): void;
}

/** The work itself. What it returns is stored as the job's result. */
export type JobHandler<Data = unknown, Result = unknown> = (
  job: JobContext<Data>,
) => Result | Promise<Result>;

/** Options of {@linkcode defineJob}. */
export interface JobOptions<Input, Output> {
  /** Stable id, at most 250 characters. Renaming it orphans the jobs that wait for it. */
  readonly id: string;
  /**
   * Checks payloads when they are scheduled and again before they run; one that is refused then fails its job without
   * a retry; a schema that throws does not refuse. @default {any JSON value}
   */
  readonly input?: StandardSchema<Input, Output>;
  /** How long one attempt may take. @default {the cluster's} */
  readonly timeout?: DurationInput;
  /** Retries after a failed attempt, 0 to 10. @default {the cluster's} */
  readonly maxRetries?: number;
  /** How long to wait between attempts. @default {the cluster's} */
  readonly retry?: RetryInput;
  /** How urgent its jobs are. @default {"Medium"} */
  readonly priority?: Priority;
  /** The lane its jobs run in. @default {""} */
  readonly lane?: string;
  /** Tags of its jobs; a call's own tags win. @default {{}} */
  readonly metadata?: Metadata;
}

/** The defaults of a definition, as the master stores them for producers that lack its code. */
export interface DefinitionDefaults {
  /** The definition's id. */
  readonly id: string;
  /** See {@linkcode JobOptions.timeout}, in milliseconds. */
  readonly timeoutMs: number | null;
  /** See {@linkcode JobOptions.maxRetries}. */
  readonly maxRetries: number | null;
  /** See {@linkcode JobOptions.retry}. */
  readonly retry: RetryPolicy | null;
  /** See {@linkcode JobOptions.priority}. */
  readonly priority: Priority;
  /** See {@linkcode JobOptions.lane}. */
  readonly lane: string;
  /** See {@linkcode JobOptions.metadata}. */
  readonly metadata: Metadata;
}

/** A declared job. */
export interface JobDefinition<Input = unknown, Output = Input> {
  /** Its stable id. */
  readonly id: string;
  /** Checks its payloads. */
  readonly input: StandardSchema<Input, Output> | null;
  /** Its defaults. */
  readonly defaults: DefinitionDefaults;
  /** Runs its jobs. */
  readonly handler: JobHandler<Output>;
}

/** A definition of any payload. */
// deno-lint-ignore no-explicit-any -- a list of definitions mixes payload types
export type AnyJobDefinition = JobDefinition<any, any>;

/**
 * Declares a job.
 *
 * @throws {JobMasterError} `configuration_invalid` that names the field, the value and the rule.
 *
 * @example
 * ```ts
 * import { defineJob } from "@jobmaster/jobmaster";
 *
 * export const hello = defineJob({ id: "hello", timeout: "1m" }, (job) => {
 *   job.log.info("hello");
 *   return { greeted: job.data };
 * });
 * ```
 */
export function defineJob<Input = unknown, Output = Input>(
  options: JobOptions<Input, Output>,
  handler: JobHandler<Output>,
): JobDefinition<Input, Output> {
  if (typeof handler !== "function") {
    throw new JobMasterError(
      "configuration_invalid",
      `Cannot define job ${shown(options?.id)}: its handler must be a function`,
    );
  }
  try {
    refuseUnknown(options);
    return Object.freeze({
      id: parseId(options?.id, "job definition id"),
      input: readInput(options.input),
      defaults: readDefaults(options),
      handler,
    });
  } catch (error) {
    throw new JobMasterError("configuration_invalid", (error as Error).message, { cause: error });
  }
}

const OPTIONS: readonly (keyof JobOptions<unknown, unknown>)[] = [
  "id",
  "input",
  "timeout",
  "maxRetries",
  "retry",
  "priority",
  "lane",
  "metadata",
];

function refuseUnknown(options: object | null | undefined): void {
  const unknown = Object.keys(options ?? {}).find((key) => !(OPTIONS as string[]).includes(key));
  if (unknown === undefined) return;
  throw new JobMasterError(
    "invalid_request",
    `Cannot use option ${shown(unknown)} of a job: the options are ${OPTIONS.join(", ")}`,
  );
}

function readInput<I, O>(input: StandardSchema<I, O> | undefined): StandardSchema<I, O> | null {
  if (input === undefined || input === null) return null;
  if (typeof input["~standard"]?.validate === "function") return input;
  throw new JobMasterError(
    "invalid_request",
    `Cannot use input ${
      shown(input)
    }: it must be a Standard Schema such as z.object({ n: z.number() })`,
  );
}

function readDefaults<I, O>(options: JobOptions<I, O>): DefinitionDefaults {
  const { timeout, maxRetries, retry, priority, lane } = options;
  return {
    id: options.id,
    timeoutMs: timeout === undefined ? null : parseDuration(timeout, { what: "timeout", minMs: 1 }),
    maxRetries: maxRetries === undefined
      ? null
      : wholeNumber(maxRetries, "maxRetries", { min: 0, max: MAX_RETRIES }),
    retry: retry === undefined ? null : parseRetry(retry),
    priority: priority === undefined ? "Medium" : oneOf(priority, PRIORITIES, "priority"),
    lane: parseLane(lane),
    metadata: readMetadata(options.metadata, {}),
  };
}
