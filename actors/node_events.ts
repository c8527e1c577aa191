/**
 * Which events of a node are worth keeping in the master's log, and as what.
 *
 * @module
 */

import type { Clock } from "../core/clock.ts";
import { cut } from "../core/failure.ts";
import {
  LOG_SUBJECTS,
  type LogEntry,
  type LogLevel,
  type LogSubject,
  MAX_LOG_MESSAGE,
} from "../core/log.ts";
import { encodeLogFields } from "./log_fields.ts";
import type { KernelEvent } from "./runtime/metrics.ts";

/** What entries are made with. */
export interface EntryContext {
  /** The node's cluster and machine. */
  readonly options: { readonly clusterId: string; readonly host: string };
  /** Times the entries. */
  readonly clock: Clock;
  /** Makes their ids. */
  readonly newId: () => string;
}

const LEVELS: Readonly<Record<string, LogLevel>> = {
  info: "Info",
  warning: "Warning",
  error: "Error",
};

/** The log entry of an event; `null` for what is not kept: debug texts, restarts, dead letters. */
export function journalEntry(
  event: KernelEvent,
  { options, clock, newId }: EntryContext,
): LogEntry | null {
  const base = { id: newId(), attempt: null, host: options.host, writtenAtMs: clock.now() };
  if (event.type === "crashed") {
    return {
      ...base,
      level: "Error",
      message: cut(`${event.address} crashed: ${event.error}`, MAX_LOG_MESSAGE),
      subjectType: "Cluster",
      subjectId: options.clusterId,
      fields: null,
    };
  }
  if (event.type !== "log" || LEVELS[event.level] === undefined) return null;
  const { subjectType, subjectId, ...fields } = event.fields;
  const known = LOG_SUBJECTS.includes(subjectType as LogSubject) && typeof subjectId === "string";
  return {
    ...base,
    level: LEVELS[event.level]!,
    message: cut(event.message, MAX_LOG_MESSAGE),
    subjectType: known ? subjectType as LogSubject : "Cluster",
    subjectId: known ? subjectId as string : options.clusterId,
    fields: encodeLogFields({ ...fields, from: event.address }),
  };
}
