/**
 * What the API shows of the log.
 *
 * @module
 */

import type { LogEntry, LogLevel, LogSubject } from "../../core/log.ts";
import { formatInstant } from "../../core/time.ts";

/** One line of the log. */
export interface LogResource {
  /** Its id, a UUID. */
  readonly id: string;
  /** How urgent it is. */
  readonly level: LogLevel;
  /** What happened. */
  readonly message: string;
  /** What it is about. */
  readonly subjectType: LogSubject;
  /** Which one. */
  readonly subjectId: string;
  /** The attempt, for entries about a job. */
  readonly attempt: number | null;
  /** Details; text when they were too long to be kept as JSON. */
  readonly fields: unknown;
  /** Name of the machine. */
  readonly host: string;
  /** When it was written. */
  readonly writtenAt: string;
}

/** Longest text in a list of a cluster's log, in characters. */
const MAX_LISTED_MESSAGE = 100;

/** What the API shows of a log entry. */
export function toLogResource(entry: LogEntry): LogResource {
  return {
    id: entry.id,
    level: entry.level,
    message: entry.message,
    subjectType: entry.subjectType,
    subjectId: entry.subjectId,
    attempt: entry.attempt,
    fields: entry.fields === null ? null : readFields(entry.fields),
    host: entry.host,
    writtenAt: formatInstant(entry.writtenAtMs),
  };
}

/** The same with its text cut to 100 characters and "...". */
export function toListedLogResource(entry: LogEntry): LogResource {
  const resource = toLogResource(entry);
  if (entry.message.length <= MAX_LISTED_MESSAGE) return resource;
  const start = entry.message.slice(0, MAX_LISTED_MESSAGE).replace(/[\uD800-\uDBFF]$/, "");
  return { ...resource, message: `${start}...` };
}

/** One line that was cut must not hide the others of its page. */
function readFields(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
