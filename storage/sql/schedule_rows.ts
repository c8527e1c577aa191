/**
 * Rows ↔ recurring schedules.
 *
 * @module
 */

import type { OverlapPolicy, Schedule, ScheduleStatus, ScheduleType } from "../../core/schedule.ts";
import { PRIORITY } from "./codes.ts";
import { SCHEDULES } from "./columns.ts";
import type { SqlValue } from "./session.ts";
import { jsonOf, parsed, priorityOf, type Row } from "./rows.ts";

/** Columns that {@linkcode scheduleValues} fills, in its order. */
export const NEW_SCHEDULE_COLUMNS: readonly string[] = Object.keys(SCHEDULES);

/** What {@linkcode scheduleOf} reads, in its order. */
export const SCHEDULE_COLUMNS: string = NEW_SCHEDULE_COLUMNS.slice(1).join(", ");

/** How many columns {@linkcode scheduleOf} reads. */
export const SCHEDULE_WIDTH: number = NEW_SCHEDULE_COLUMNS.length - 1;

/** The values of a schedule, in the order of {@linkcode NEW_SCHEDULE_COLUMNS}. */
export function scheduleValues(schedule: Schedule): readonly SqlValue[] {
  return [
    schedule.clusterId,
    schedule.id,
    schedule.type,
    schedule.status,
    schedule.revision,
    schedule.overlap,
    schedule.planAtMs,
    schedule.nextAtMs,
    schedule.cursorAtMs,
    schedule.checkpointAtMs,
    schedule.ensuredAtMs,
    schedule.idleAtMs,
    schedule.terminatedAtMs,
    schedule.skippedCount,
    schedule.createdAtMs,
    schedule.updatedAtMs,
    schedule.definitionId,
    schedule.profileId,
    schedule.recurrence.type,
    schedule.recurrence.text,
    schedule.timeZone,
    schedule.startAfterMs,
    schedule.endBeforeMs,
    schedule.jitterMs,
    schedule.priority === null ? null : PRIORITY[schedule.priority],
    schedule.lane,
    schedule.timeoutMs,
    schedule.maxRetries,
    JSON.stringify(schedule.misfire),
    jsonOf(schedule.retry),
    JSON.stringify(schedule.metadata),
    jsonOf(schedule.error),
    schedule.code,
    schedule.data,
  ];
}

/** The schedule in a row of {@linkcode SCHEDULE_COLUMNS}. */
export function scheduleOf(clusterId: string, row: Row): Schedule {
  return {
    clusterId,
    id: row[0] as string,
    type: row[1] as ScheduleType,
    status: row[2] as ScheduleStatus,
    revision: row[3] as number,
    overlap: row[4] as OverlapPolicy,
    planAtMs: row[5] as number | null,
    nextAtMs: row[6] as number | null,
    cursorAtMs: row[7] as number,
    checkpointAtMs: row[8] as number,
    ensuredAtMs: row[9] as number | null,
    idleAtMs: row[10] as number | null,
    terminatedAtMs: row[11] as number | null,
    skippedCount: row[12] as number,
    createdAtMs: row[13] as number,
    updatedAtMs: row[14] as number,
    definitionId: row[15] as string,
    profileId: row[16] as string | null,
    recurrence: { type: row[17] as string, text: row[18] as string },
    timeZone: row[19] as string | null,
    startAfterMs: row[20] as number | null,
    endBeforeMs: row[21] as number | null,
    jitterMs: row[22] as number,
    priority: row[23] === null ? null : priorityOf(row[23]),
    lane: row[24] as string | null,
    timeoutMs: row[25] as number | null,
    maxRetries: row[26] as number | null,
    misfire: parsed(row[27]),
    retry: parsed(row[28]),
    metadata: parsed(row[29]),
    error: parsed(row[30]),
    code: row[31] as string | null,
    data: row[32] as string,
  };
}
