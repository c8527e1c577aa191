/**
 * Which jobs and log entries a list shows. One grammar for the library, the program and HTTP.
 *
 * @module
 */

import type { JobStatus, MetadataValue, Priority } from "./job.ts";
import type { LogLevel, LogSubject } from "./log.ts";

/** Every way a metadata value can be compared. */
export const METADATA_OPERATIONS = [
  "Eq",
  "Neq",
  "In",
  "Gt",
  "Gte",
  "Lt",
  "Lte",
  "Contains",
  "StartsWith",
  "EndsWith",
] as const;

/** How a metadata value is compared. */
export type MetadataOperation = typeof METADATA_OPERATIONS[number];

/**
 * A condition on one metadata key. Only values of the same type compare, text by code points. `Neq` is the negation
 * of `Eq`: it also matches a value of another type and a job without the key. `Contains`, `StartsWith` and `EndsWith` take text, letter case counts.
 */
export interface MetadataCondition {
  /** The key. */
  readonly key: string;
  /** How to compare. */
  readonly operation: MetadataOperation;
  /** What to compare with: one value, or 1 to 100 for `In`. */
  readonly values: readonly MetadataValue[];
}

/** Which jobs; every part given must match. Bounds are inclusive. */
export interface JobFilter {
  /** One of these statuses; an empty list matches nothing. */
  readonly statuses?: readonly JobStatus[];
  /** This definition. */
  readonly definitionId?: string;
  /** This lane; `""` is the default lane. */
  readonly lane?: string;
  /** This priority. */
  readonly priority?: Priority;
  /** In this bucket. */
  readonly bucketId?: string;
  /** Owned or last run by this worker. */
  readonly workerId?: string;
  /** Of this recurring schedule. */
  readonly scheduleId?: string;
  /** With this unique key. */
  readonly uniqueKey?: string;
  /** Due at or after, in epoch milliseconds. */
  readonly scheduledFromMs?: number;
  /** Due at or before, in epoch milliseconds. */
  readonly scheduledToMs?: number;
  /** Accepted at or after, in epoch milliseconds. */
  readonly createdFromMs?: number;
  /** Accepted at or before, in epoch milliseconds. */
  readonly createdToMs?: number;
  /** Whose tags match all of these, at most 10. */
  readonly metadata?: readonly MetadataCondition[];
  /** Whose error's name or message contains this text; ASCII letter case is ignored. */
  readonly errorText?: string;
}

/** Every field jobs can be sorted by. */
export const JOB_SORT_FIELDS = ["createdAt", "scheduledAt", "finishedAt"] as const;

/** How jobs are sorted; ties are broken by id in the same direction. `finishedAt` shows only jobs that have one. */
export interface JobSort {
  /** By what. */
  readonly by: typeof JOB_SORT_FIELDS[number];
  /** Which way. */
  readonly direction: "asc" | "desc";
}

/** Newest first. */
export const DEFAULT_JOB_SORT: JobSort = { by: "createdAt", direction: "desc" };

/** Which log entries; every part given must match. Bounds are inclusive. */
export interface LogFilter {
  /** This level. */
  readonly level?: LogLevel;
  /** About this kind of subject. */
  readonly subjectType?: LogSubject;
  /** About this one. */
  readonly subjectId?: string;
  /** Of this attempt. */
  readonly attempt?: number;
  /** Written at or after, in epoch milliseconds. */
  readonly fromMs?: number;
  /** Written at or before, in epoch milliseconds. */
  readonly toMs?: number;
  /** Whose message contains this text; ASCII letter case is ignored. */
  readonly keyword?: string;
}
