/**
 * What is shown of schedules besides what is stored: their recurrence in words, and their next runs.
 *
 * @module
 */

import { invariant } from "../core/errors.ts";
import { type NextOccurrence, takenBack } from "../core/planning.ts";
import type { Schedule } from "../core/schedule.ts";
import type { SchedulePreview, ScheduleReport } from "./client.ts";
import type { RecurrenceReader } from "./recurrences.ts";

/** What a report is made with. */
export interface ReportContext {
  /** Reads recurrences. */
  readonly recurrences: RecurrenceReader;
  /** The cluster's zone. */
  readonly clusterZone: string;
  /** Now, in epoch milliseconds. */
  readonly nowMs: number;
}

/** Reports a schedule. One whose recurrence this node cannot read is reported without words and runs. */
export function reportSchedule(schedule: Schedule, context: ReportContext): ScheduleReport {
  try {
    const { recurrences, clusterZone, nowMs } = context;
    const description = recurrences.read(schedule.recurrence).describe();
    const [nextRunAtMs] = schedule.status === "Active" && schedule.idleAtMs === null
      ? runsAfter(schedule, {
        count: 1,
        fromMs: nowMs,
        nowMs,
        next: recurrences.occurrencesOf(schedule, clusterZone),
      })
      : [];
    return { schedule, description, nextRunAtMs: nextRunAtMs ?? null };
  } catch {
    return { schedule, description: null, nextRunAtMs: null }; // its own `error` says why
  }
}

/** The next runs of a schedule, as if it were active. */
export function previewSchedule(
  schedule: Schedule,
  { count, fromMs }: { readonly count: number; readonly fromMs: number | null },
  { recurrences, clusterZone, nowMs }: ReportContext,
): SchedulePreview {
  const next = recurrences.occurrencesOf(schedule, clusterZone);
  const named = recurrences.read(schedule.recurrence).timeZone;
  return {
    runsAtMs: runsAfter(schedule, { count, fromMs: fromMs ?? nowMs, nowMs, next }),
    timeZone: named ?? schedule.timeZone ?? clusterZone,
  };
}

/** Most occurrences passed over to reach the first one asked for. */
const MAX_PASSED = 10_000;

function runsAfter(
  schedule: Schedule,
  { count, fromMs, nowMs, next }: {
    readonly count: number;
    readonly fromMs: number;
    readonly nowMs: number;
    readonly next: NextOccurrence;
  },
): readonly number[] {
  invariant(count >= 1 && count <= 1_000, `Cannot preview ${count} runs`);
  const runs: number[] = [];
  const endMs = schedule.endBeforeMs ?? Infinity;
  let atMs = next(startOf(schedule, { fromMs, nowMs, next }));
  for (let passed = 0; atMs !== undefined && atMs <= endMs && passed < MAX_PASSED; passed++) {
    if (atMs > fromMs) runs.push(atMs);
    if (runs.length === count) break;
    atMs = next(atMs);
  }
  return runs;
}

/** Runs are counted from where the schedule stands, so that they keep its phase; from elsewhere when that is far off. */
function startOf(
  schedule: Schedule,
  { fromMs, nowMs, next }: {
    readonly fromMs: number;
    readonly nowMs: number;
    readonly next: NextOccurrence;
  },
): number {
  const { cursorAtMs } = takenBack(schedule, nowMs, next);
  if (cursorAtMs > fromMs) return Math.max(fromMs, schedule.startAfterMs ?? -Infinity);
  return cursorAtMs;
}
