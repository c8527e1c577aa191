/**
 * Log entries that the master keeps: of executions, schedules, workers, buckets and the cluster.
 *
 * @module
 */

/** Every level, least urgent first. */
export const LOG_LEVELS = ["Debug", "Info", "Warning", "Error", "Critical"] as const;

/** How urgent a log entry is. */
export type LogLevel = typeof LOG_LEVELS[number];

/** Every kind of subject. */
export const LOG_SUBJECTS = ["Job", "Schedule", "Worker", "Bucket", "Cluster", "Api"] as const;

/** What a log entry is about. */
export type LogSubject = typeof LOG_SUBJECTS[number];

/** Longest text of a log entry, in characters. */
export const MAX_LOG_MESSAGE = 4_000;

/** Most log entries one attempt may keep; later ones are counted and dropped. */
export const MAX_LOGS_PER_ATTEMPT = 1_000;

/** One line of the log. */
export interface LogEntry {
  /** A UUIDv7. */
  readonly id: string;
  /** How urgent it is. */
  readonly level: LogLevel;
  /** What happened, at most 4,000 characters. */
  readonly message: string;
  /** What it is about. */
  readonly subjectType: LogSubject;
  /** Which one. */
  readonly subjectId: string;
  /** The attempt, for entries about a job. */
  readonly attempt: number | null;
  /** Details as JSON text, at most 4,000 characters; `null` for none. */
  readonly fields: string | null;
  /** Name of the machine. */
  readonly host: string;
  /** When it was written, in epoch milliseconds. */
  readonly writtenAtMs: number;
}
