/**
 * The small integers that stand for words in the tables. Stored, so a number never changes its meaning.
 *
 * @module
 */

import type { JobStatus, Priority, TriggerSource } from "../../core/job.ts";
import type { LogLevel, LogSubject } from "../../core/log.ts";

/** Job statuses. */
export const STATUS = {
  SavePending: 0,
  HeldOnMaster: 1,
  AssignedToBucket: 2,
  Onboarded: 3,
  Queued: 4,
  Processing: 5,
  Succeeded: 6,
  Failed: 7,
  Cancelled: 8,
} as const satisfies Record<JobStatus, number>;

/** Priorities. */
export const PRIORITY = {
  VeryLow: 0,
  Low: 1,
  Medium: 2,
  High: 3,
  Critical: 4,
} as const satisfies Record<Priority, number>;

/** Trigger sources. */
export const TRIGGER = {
  Once: 0,
  StaticRecurring: 1,
  DynamicRecurring: 2,
} as const satisfies Record<TriggerSource, number>;

/** Log levels. */
export const LEVEL = {
  Debug: 0,
  Info: 1,
  Warning: 2,
  Error: 3,
  Critical: 4,
} as const satisfies Record<LogLevel, number>;

/** Subjects of log entries. */
export const SUBJECT = {
  Job: 0,
  Worker: 1,
  Bucket: 2,
  Cluster: 3,
  Api: 4,
  Schedule: 5,
} as const satisfies Record<LogSubject, number>;

/** The words of a table of codes, by number. */
export function wordsOf<T extends string>(codes: Readonly<Record<T, number>>): readonly T[] {
  const words: T[] = [];
  for (const [word, code] of Object.entries<number>(codes)) words[code] = word as T;
  return words;
}

/** SQL condition of jobs placed in a bucket of which no attempt has been granted. */
export const UNCLAIMED = `status IN (${STATUS.AssignedToBucket}, ${STATUS.Onboarded})`;

/** SQL condition of jobs of which an attempt has been granted. */
export const CLAIMED = `status IN (${STATUS.Queued}, ${STATUS.Processing})`;

/** SQL condition of jobs that wait on the master. */
export const HELD = `status = ${STATUS.HeldOnMaster}`;

/** SQL condition of jobs that have not ended. */
export const UNFINISHED = `status < ${STATUS.Succeeded}`;

/** SQL condition of jobs of which no attempt is granted, wherever they wait. */
export const WAITING =
  `status IN (${STATUS.HeldOnMaster}, ${STATUS.AssignedToBucket}, ${STATUS.Onboarded})`;

/** SQL condition of jobs that ended without success. */
export const UNSUCCESSFUL = `status IN (${STATUS.Failed}, ${STATUS.Cancelled})`;
