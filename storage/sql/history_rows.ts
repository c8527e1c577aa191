/**
 * Rows ↔ executions and log entries.
 *
 * @module
 */

import type { Execution, OutcomeKind } from "../../core/job.ts";
import type { LogEntry } from "../../core/log.ts";
import { LEVEL, SUBJECT, wordsOf } from "./codes.ts";
import { EXECUTIONS, LOGS, withinCluster } from "./columns.ts";
import { jsonOf, parsed, type Row } from "./rows.ts";
import type { SqlValue } from "./session.ts";

const LEVELS = wordsOf(LEVEL);
const SUBJECTS = wordsOf(SUBJECT);

/** Columns that {@linkcode executionValues} fills and {@linkcode executionOf} reads, in their order. */
export const EXECUTION_COLUMNS: readonly string[] = withinCluster(EXECUTIONS);

/** The values of an execution, in the order of {@linkcode EXECUTION_COLUMNS}. */
export function executionValues(execution: Execution): readonly SqlValue[] {
  return [
    execution.jobId,
    execution.attempt,
    execution.outcome,
    execution.startedAtMs,
    execution.finishedAtMs,
    execution.workerId,
    jsonOf(execution.error),
  ];
}

/** The execution in a row of {@linkcode EXECUTION_COLUMNS}. */
export function executionOf(row: Row): Execution {
  return {
    jobId: row[0] as string,
    attempt: row[1] as number,
    outcome: row[2] as OutcomeKind,
    startedAtMs: row[3] as number,
    finishedAtMs: row[4] as number,
    workerId: row[5] as string | null,
    error: parsed(row[6]),
  };
}

/** Columns that {@linkcode logValues} fills and {@linkcode logOf} reads, in their order. */
export const LOG_COLUMNS: readonly string[] = withinCluster(LOGS);

/** The values of a log entry, in the order of {@linkcode LOG_COLUMNS}. */
export function logValues(entry: LogEntry): readonly SqlValue[] {
  return [
    entry.id,
    LEVEL[entry.level],
    SUBJECT[entry.subjectType],
    entry.subjectId,
    entry.attempt,
    entry.writtenAtMs,
    entry.host,
    entry.message,
    entry.fields,
  ];
}

/** The log entry in a row of {@linkcode LOG_COLUMNS}. */
export function logOf(row: Row): LogEntry {
  return {
    id: row[0] as string,
    level: LEVELS[row[1] as number]!,
    subjectType: SUBJECTS[row[2] as number]!,
    subjectId: row[3] as string,
    attempt: row[4] as number | null,
    writtenAtMs: row[5] as number,
    host: row[6] as string,
    message: row[7] as string,
    fields: row[8] as string | null,
  };
}
