/**
 * Which jobs, log entries, schedules and buckets match a filter.
 *
 * @module
 */

import type { Bucket } from "../../../core/bucket.ts";
import type { JobFilter, LogFilter, MetadataCondition } from "../../../core/filter.ts";
import type { Job, Metadata, MetadataValue } from "../../../core/job.ts";
import type { LogEntry } from "../../../core/log.ts";
import type { Schedule, ScheduleFilter } from "../../../core/schedule.ts";
import type { BucketFilter } from "../../../storage/port.ts";
import { compareText } from "./memory_state.ts";

/** Whether the job matches every part of the filter. */
export function matchesJob(job: Job, filter: JobFilter): boolean {
  return isOneOf(job.status, filter.statuses) &&
    isSame(job.definitionId, filter.definitionId) &&
    isSame(job.lane, filter.lane) &&
    isSame(job.priority, filter.priority) &&
    isSame(job.bucketId, filter.bucketId) &&
    isSame(job.workerId, filter.workerId) &&
    isSame(job.scheduleId, filter.scheduleId) &&
    isSame(job.uniqueKey, filter.uniqueKey) &&
    isWithin(job.scheduledAtMs, filter.scheduledFromMs, filter.scheduledToMs) &&
    isWithin(job.createdAtMs, filter.createdFromMs, filter.createdToMs) &&
    (filter.metadata ?? []).every((condition) => matchesMetadata(job.metadata, condition)) &&
    (filter.errorText === undefined ||
      contains(job.error?.name, filter.errorText) ||
      contains(job.error?.message, filter.errorText));
}

/** Whether the log entry matches every part of the filter. */
export function matchesLog(entry: LogEntry, filter: LogFilter): boolean {
  return isSame(entry.level, filter.level) &&
    isSame(entry.subjectType, filter.subjectType) &&
    isSame(entry.subjectId, filter.subjectId) &&
    isSame(entry.attempt, filter.attempt) &&
    isWithin(entry.writtenAtMs, filter.fromMs, filter.toMs) &&
    (filter.keyword === undefined || contains(entry.message, filter.keyword));
}

/** Whether the schedule matches every part of the filter. */
export function matchesSchedule(schedule: Schedule, filter: ScheduleFilter): boolean {
  return isOneOf(schedule.status, filter.statuses) &&
    isSame(schedule.type, filter.type) &&
    isSame(schedule.definitionId, filter.definitionId) &&
    isSame(schedule.profileId, filter.profileId) &&
    isSame(schedule.error !== null, filter.failing);
}

/** Whether the bucket matches every part of the filter. */
export function matchesBucket(bucket: Bucket, filter: BucketFilter): boolean {
  return isOneOf(bucket.status, filter.statuses) &&
    isSame(bucket.workerId, filter.workerId) &&
    isSame(bucket.lane, filter.lane) &&
    isSame(bucket.priority, filter.priority) &&
    isSame(bucket.agentConnectionId, filter.agentConnectionId);
}

function isSame<T>(value: T | null, wanted: T | undefined): boolean {
  return wanted === undefined || value === wanted;
}

function isOneOf<T>(value: T, wanted: readonly T[] | undefined): boolean {
  return wanted === undefined || wanted.includes(value);
}

function isWithin(value: number, from: number | undefined, to: number | undefined): boolean {
  return (from === undefined || value >= from) && (to === undefined || value <= to);
}

function contains(text: string | undefined, part: string): boolean {
  return text !== undefined && asciiLowerCase(text).includes(asciiLowerCase(part));
}

function asciiLowerCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function matchesMetadata(metadata: Metadata, condition: MetadataCondition): boolean {
  const value = Object.hasOwn(metadata, condition.key) ? metadata[condition.key] : undefined;
  const wanted = condition.values[0]!;
  if (condition.operation === "Neq") return value !== wanted;
  if (condition.operation === "In") return value !== undefined && condition.values.includes(value);
  if (value === undefined || typeof value !== typeof wanted) return false;
  switch (condition.operation) {
    case "Eq":
      return value === wanted;
    case "Gt":
      return compareValues(value, wanted) > 0;
    case "Gte":
      return compareValues(value, wanted) >= 0;
    case "Lt":
      return compareValues(value, wanted) < 0;
    case "Lte":
      return compareValues(value, wanted) <= 0;
    case "Contains":
      return typeof value === "string" && value.includes(wanted as string);
    case "StartsWith":
      return typeof value === "string" && value.startsWith(wanted as string);
    case "EndsWith":
      return typeof value === "string" && value.endsWith(wanted as string);
  }
}

function compareValues(a: MetadataValue, b: MetadataValue): number {
  return typeof a === "string" ? compareText(a, b as string) : Number(a) - Number(b);
}
