/**
 * Reads filters, sorts and limits from query parameters. The program's flags go through the same reader.
 *
 * @module
 */

import { oneOf } from "./cluster.ts";
import { JobMasterError } from "./errors.ts";
import {
  DEFAULT_JOB_SORT,
  JOB_SORT_FIELDS,
  type JobFilter,
  type JobSort,
  type LogFilter,
  METADATA_OPERATIONS,
  type MetadataCondition,
  type MetadataOperation,
} from "./filter.ts";
import { JOB_STATUSES, PRIORITIES } from "./job.ts";
import { LOG_LEVELS, LOG_SUBJECTS } from "./log.ts";
import { isMetadataKey, isMetadataValue, parseTag } from "./metadata.ts";
import { parseLane, shown } from "./names.ts";
import { SCHEDULE_STATUSES, SCHEDULE_TYPES, type ScheduleFilter } from "./schedule.ts";
import { parseInstant } from "./time.ts";

/** Query parameters: a name may be given several times. */
export type Query = Readonly<Record<string, readonly string[]>>;

/** Longest page. */
export const MAX_PAGE = 200;
/** A page when nothing is said. */
export const DEFAULT_PAGE = 25;
/** Most runs of a schedule that are foretold at once. */
export const MAX_PREVIEW = 100;
/** Runs that are foretold when nothing is said. */
export const DEFAULT_PREVIEW = 5;

const YES_NO = ["true", "false"] as const;

const TEXT_OPERATIONS: ReadonlySet<MetadataOperation> = new Set([
  "Contains",
  "StartsWith",
  "EndsWith",
]);

/** Parameters every list takes besides its filter. */
export const PAGE_PARAMETERS = ["limit", "cursor", "sort"] as const;

type Field<T> = (values: readonly string[], name: string) => Partial<T>;

const JOB_FIELDS: Readonly<Record<string, Field<JobFilter>>> = {
  status: (values, name) => ({ statuses: words(values, name, JOB_STATUSES) }),
  definitionId: (values, name) => ({ definitionId: text(values, name) }),
  lane: (values, name) => ({ lane: parseLane(text(values, name, 0)) }),
  priority: (values, name) => ({ priority: oneOf(one(values, name), PRIORITIES, name) }),
  bucketId: (values, name) => ({ bucketId: text(values, name) }),
  workerId: (values, name) => ({ workerId: text(values, name) }),
  scheduleId: (values, name) => ({ scheduleId: text(values, name) }),
  uniqueKey: (values, name) => ({ uniqueKey: text(values, name) }),
  scheduledFrom: (values, name) => ({ scheduledFromMs: parseInstant(one(values, name), name) }),
  scheduledTo: (values, name) => ({ scheduledToMs: parseInstant(one(values, name), name) }),
  createdFrom: (values, name) => ({ createdFromMs: parseInstant(one(values, name), name) }),
  createdTo: (values, name) => ({ createdToMs: parseInstant(one(values, name), name) }),
  metadata: (values, name) => ({ metadata: values.flatMap((v) => parseConditions(v, name)) }),
  error: (values, name) => ({ errorText: text(values, name) }),
};

const LOG_FIELDS: Readonly<Record<string, Field<LogFilter>>> = {
  level: (values, name) => ({ level: oneOf(one(values, name), LOG_LEVELS, name) }),
  subjectType: (values, name) => ({ subjectType: oneOf(one(values, name), LOG_SUBJECTS, name) }),
  subjectId: (values, name) => ({ subjectId: text(values, name) }),
  attempt: (values, name) => ({
    attempt: wholeText(one(values, name), name, { min: 1, max: 1_000_000 }),
  }),
  from: (values, name) => ({ fromMs: parseInstant(one(values, name), name) }),
  to: (values, name) => ({ toMs: parseInstant(one(values, name), name) }),
  keyword: (values, name) => ({ keyword: text(values, name) }),
};

const SCHEDULE_FIELDS: Readonly<Record<string, Field<ScheduleFilter>>> = {
  status: (values, name) => ({ statuses: words(values, name, SCHEDULE_STATUSES) }),
  type: (values, name) => ({ type: oneOf(one(values, name), SCHEDULE_TYPES, name) }),
  definitionId: (values, name) => ({ definitionId: text(values, name) }),
  profileId: (values, name) => ({ profileId: text(values, name) }),
  failing: (values, name) => ({ failing: oneOf(one(values, name), YES_NO, name) === "true" }),
};

/** The names of the job filters. */
export const JOB_FILTER_PARAMETERS: readonly string[] = Object.keys(JOB_FIELDS);
/** The names of the log filters. */
export const LOG_FILTER_PARAMETERS: readonly string[] = Object.keys(LOG_FIELDS);
/** The names of the filters of recurring schedules. */
export const SCHEDULE_FILTER_PARAMETERS: readonly string[] = Object.keys(SCHEDULE_FIELDS);

/**
 * Reads a job filter.
 *
 * @throws {JobMasterError} `invalid_request` with every problem found; an unknown parameter is one.
 */
export function parseJobFilter(query: Query, also: readonly string[] = []): JobFilter {
  const filter = readFields(query, JOB_FIELDS, also);
  if ((filter.metadata?.length ?? 0) > 10) {
    throw new JobMasterError("invalid_request", `Cannot use more than 10 metadata conditions`);
  }
  return filter;
}

/**
 * Reads a log filter.
 *
 * @throws {JobMasterError} `invalid_request` with every problem found; an unknown parameter is one.
 */
export function parseLogFilter(query: Query, also: readonly string[] = []): LogFilter {
  return readFields(query, LOG_FIELDS, also);
}

/**
 * Reads a filter of recurring schedules.
 *
 * @throws {JobMasterError} `invalid_request` with every problem found; an unknown parameter is one.
 */
export function parseScheduleFilter(query: Query, also: readonly string[] = []): ScheduleFilter {
  return readFields(query, SCHEDULE_FIELDS, also);
}

function readFields<T extends object>(
  query: Query,
  fields: Readonly<Record<string, Field<T>>>,
  also: readonly string[],
): T {
  const problems: string[] = [];
  let filter = {} as T;
  for (const [name, values] of Object.entries(query)) {
    if (also.includes(name)) continue;
    if (!Object.hasOwn(fields, name)) {
      problems.push(
        `Cannot filter by ${shown(name)}: the parameters are ${
          [...Object.keys(fields), ...also].join(", ")
        }`,
      );
      continue;
    }
    try {
      filter = { ...filter, ...fields[name]!(values, name) };
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  if (problems.length > 0) {
    throw new JobMasterError("invalid_request", problems.join("; "), { problems });
  }
  return filter;
}

/**
 * Reads how jobs are sorted: `createdAt`, `-createdAt` (newest first), …
 *
 * @throws {JobMasterError} `invalid_request` that lists the fields.
 */
export function parseJobSort(value: string | undefined): JobSort {
  if (value === undefined) return DEFAULT_JOB_SORT;
  const descending = value.startsWith("-");
  const by = oneOf(descending ? value.slice(1) : value, JOB_SORT_FIELDS, "sort");
  return { by, direction: descending ? "desc" : "asc" };
}

/**
 * Reads a page size.
 *
 * @throws {JobMasterError} `invalid_request` outside 1 to 200.
 */
export function parseLimit(value: string | undefined): number {
  return value === undefined ? DEFAULT_PAGE : wholeText(value, "limit", { min: 1, max: MAX_PAGE });
}

/**
 * Reads how many runs of a schedule are asked for.
 *
 * @throws {JobMasterError} `invalid_request` outside 1 to 100.
 */
export function parsePreviewCount(value: string | undefined): number {
  if (value === undefined) return DEFAULT_PREVIEW;
  return wholeText(value, "count", { min: 1, max: MAX_PREVIEW });
}

/** Words out of `known`: repeated, or separated by commas. */
function words<Word extends string>(
  values: readonly string[],
  name: string,
  known: readonly Word[],
): readonly Word[] {
  return values.flatMap((each) => each.split(",")).map((each) => oneOf(each.trim(), known, name));
}

function one(values: readonly string[], name: string): string {
  if (values.length === 1) return values[0]!;
  throw new JobMasterError("invalid_request", `Cannot use ${name} ${values.length} times: once`);
}

function text(values: readonly string[], name: string, min = 1): string {
  const value = one(values, name);
  if (value.length >= min && value.length <= 500 && !value.includes("\0")) return value;
  throw new JobMasterError(
    "invalid_request",
    `Cannot use ${name} ${shown(value)}: it must be ${min} to 500 characters`,
  );
}

function wholeText(
  value: string,
  name: string,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new JobMasterError(
    "invalid_request",
    `Cannot use ${name} ${shown(value)}: it must be a whole number from ${min} to ${max}`,
  );
}

/**
 * Reads metadata conditions: `key=value` (equal), or a JSON array of `{key, operation, value | values}`.
 *
 * @throws {JobMasterError} `invalid_request` that says what would be right.
 */
export function parseConditions(value: string, name = "metadata"): readonly MetadataCondition[] {
  const at = value.indexOf("=");
  if (!value.trimStart().startsWith("[") && at > 0) {
    const [key, wanted] = parseTag(value);
    return [toCondition({ key, value: wanted })];
  }
  try {
    const parsed: unknown = JSON.parse(value);
    if (Array.isArray(parsed)) return parsed.map(toCondition);
  } catch (error) {
    if (error instanceof JobMasterError) throw error; // says more than the general text below
  }
  throw new JobMasterError(
    "invalid_request",
    `Cannot use ${name} ${
      shown(value)
    }: it must be key=value, or a JSON array of {"key","operation","value"}`,
  );
}

function toCondition(item: unknown): MetadataCondition {
  const { key, operation = "Eq", value, values } = (item ?? {}) as Record<string, unknown>;
  const list = Array.isArray(values) ? values : value === undefined ? [] : [value];
  if (
    !isMetadataKey(key) || list.length < 1 || list.length > 100 || !list.every(isMetadataValue)
  ) {
    throw refused(
      item,
      "it must have a key of 1 to 100 characters and a value (or 1 to 100 values) of text, number or boolean",
    );
  }
  const compare = oneOf(operation, METADATA_OPERATIONS, "metadata operation");
  if (compare !== "In" && list.length > 1) throw refused(item, `only "In" takes several values`);
  if (TEXT_OPERATIONS.has(compare) && typeof list[0] !== "string") {
    throw refused(item, `"${compare}" takes text`);
  }
  return { key, operation: compare, values: list };
}

function refused(item: unknown, rule: string): JobMasterError {
  return new JobMasterError(
    "invalid_request",
    `Cannot use metadata condition ${shown(item)}: ${rule}`,
  );
}
