/**
 * Checks of a job that came from outside the master: one that a database would refuse, or that nobody could read
 * afterwards, must not be stored with others.
 *
 * @module
 */

import { parseJobId } from "./ids.ts";
import { type Job, PRIORITIES, TRIGGER_SOURCES } from "./job.ts";
import { isPlainText, readMetadata } from "./metadata.ts";
import { MAX_ID_LENGTH, parseId, parseLane, parseSegment } from "./names.ts";
import { MAX_RETRIES, type RetryPolicy } from "./retry.ts";
import { MAX_DURATION_MS } from "./time.ts";

/** What a job has before anything has happened to it. */
export type ReceivedJob = Pick<
  Job,
  | "id"
  | "clusterId"
  | "definitionId"
  | "priority"
  | "lane"
  | "data"
  | "metadata"
  | "triggerSource"
  | "scheduleId"
  | "occurrenceAtMs"
  | "uniqueKey"
  | "originalScheduledAtMs"
  | "scheduledAtMs"
  | "createdAtMs"
  | "maxRetries"
  | "timeoutMs"
  | "retry"
>;

/** Whether a value may stand in a field. One that throws says no. */
const CHECKS: Readonly<Record<keyof ReceivedJob, (value: unknown) => boolean>> = {
  id: (value) => parseJobId(value) === value,
  clusterId: (value) => parseSegment(value, "cluster") === value,
  definitionId: (value) => parseId(value, "definition") === value,
  priority: (value) => (PRIORITIES as readonly unknown[]).includes(value),
  lane: (value) => parseLane(value) === value,
  data: isJson,
  metadata: isTags,
  triggerSource: (value) => (TRIGGER_SOURCES as readonly unknown[]).includes(value),
  scheduleId: (value) => value === null || isName(value),
  occurrenceAtMs: (value) => value === null || Number.isSafeInteger(value),
  uniqueKey: (value) => value === null || isName(value),
  originalScheduledAtMs: Number.isSafeInteger,
  scheduledAtMs: Number.isSafeInteger,
  createdAtMs: Number.isSafeInteger,
  maxRetries: (value) => isWhole(value, 0, MAX_RETRIES),
  timeoutMs: (value) => isWhole(value, 1, MAX_DURATION_MS),
  retry: (value) => value === null || isRetryPolicy(value),
};

const FIELDS = Object.keys(CHECKS) as readonly (keyof ReceivedJob)[];

/**
 * The first field that is missing or that no job may have so, `null` when there is none.
 *
 * @example
 * ```ts ignore
 * wrongField({ ...job, priority: "Urgent" }); // "priority"
 * ```
 */
export function wrongField(job: Readonly<Record<string, unknown>>): keyof ReceivedJob | null {
  return FIELDS.find((field) => !holds(CHECKS[field], job[field])) ?? null;
}

function holds(check: (value: unknown) => boolean, value: unknown): boolean {
  try {
    return check(value);
  } catch {
    return false;
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && isPlainText(value);
}

function isJson(value: unknown): boolean {
  if (!isText(value)) return false;
  JSON.parse(value);
  return true;
}

function isTags(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  readMetadata(value, {});
  return true;
}

function isName(value: unknown): boolean {
  return isText(value) && value !== "" && value.length <= MAX_ID_LENGTH;
}

function isWhole(value: unknown, min: number, max: number): boolean {
  return Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
}

function isRetryPolicy(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { baseMs, factor, maxMs, jitter } = value as Partial<RetryPolicy>;
  return Number.isFinite(baseMs) && Number.isFinite(factor) && Number.isFinite(maxMs) &&
    (jitter === "full" || jitter === "none");
}
