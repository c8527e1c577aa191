/**
 * Turns the flags of `enqueue` into the job the API is asked for. The cluster checks the values.
 *
 * @module
 */

import { parseTag } from "../core/metadata.ts";
import type { JobRequest } from "../core/request.ts";
import { JobMasterError } from "../core/errors.ts";
import { shown } from "../core/names.ts";

/** Flags of `enqueue` that describe the job. */
export interface JobFlags {
  /** `--data` */
  readonly data?: string;
  /** `--data-file` */
  readonly dataFile?: string;
  /** `--at` */
  readonly at?: string;
  /** `--after` */
  readonly after?: string;
  /** `--priority` */
  readonly priority?: string;
  /** `--lane` */
  readonly lane?: string;
  /** `--max-retries` */
  readonly maxRetries?: string;
  /** `--timeout` */
  readonly timeout?: string;
  /** `--meta` */
  readonly meta?: readonly string[];
  /** `--unique-key` */
  readonly uniqueKey?: string;
  /** `--acceptance` */
  readonly acceptance?: string;
  /** `--id` */
  readonly id?: string;
}

/** A job as it is asked for: fields as typed, not yet checked. */
export type JobRequestDocument = Readonly<Partial<Record<keyof JobRequest, unknown>>>;

/** Reads a file, or stdin for `-`, as text. */
export type ReadText = (path: string) => Promise<string>;

/**
 * The job `flags` describe.
 *
 * @throws {JobMasterError} `invalid_request` that names the flag, the value and the rule.
 */
export async function readJobRequest(
  definitionId: string,
  flags: JobFlags,
  readText: ReadText,
): Promise<JobRequestDocument> {
  const { at, after, priority, lane, maxRetries, timeout, meta, uniqueKey, acceptance, id } = flags;
  const request = {
    definitionId,
    data: await readData(flags, readText),
    metadata: meta === undefined ? undefined : Object.fromEntries(meta.map(parseTag)),
    maxRetries: maxRetries === undefined ? undefined : readWhole(maxRetries, "--max-retries"),
    at,
    after,
    priority,
    lane,
    timeout,
    uniqueKey,
    acceptance,
    id,
  };
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
}

/**
 * The payload that `--data` or `--data-file` hold; `undefined` when neither is given.
 *
 * @throws {JobMasterError} `invalid_request` or `invalid_payload` that names the flag.
 */
export async function readData(
  { data, dataFile }: Pick<JobFlags, "data" | "dataFile">,
  readText: ReadText,
): Promise<unknown> {
  if (data !== undefined) return parseData(data, "--data");
  if (dataFile === undefined) return undefined;
  try {
    return parseData(await readText(dataFile), `--data-file ${shown(dataFile)}`);
  } catch (error) {
    if (error instanceof JobMasterError) throw error;
    throw new JobMasterError(
      "invalid_request",
      `Cannot read --data-file ${shown(dataFile)}: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

function parseData(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new JobMasterError(
      "invalid_payload",
      `Cannot read ${what} as JSON: ${
        (error as Error).message
      }; an example is --data '{"name":"Ada"}'`,
    );
  }
}

/**
 * Reads a whole number.
 *
 * @throws {JobMasterError} `invalid_request` that names the flag and the rule.
 */
export function readWhole(
  text: string,
  flag: string,
  { min = 0, max = 1_000_000 }: { readonly min?: number; readonly max?: number } = {},
): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new JobMasterError(
    "invalid_request",
    `Cannot use ${flag} ${shown(text)}: it must be a whole number from ${min} to ${max}`,
  );
}
