/**
 * A recurring schedule as an application reads it: its payload as a value, its recurrence in words.
 *
 * @module
 */

import type { ScheduleReport } from "../actors/client.ts";
import type { Schedule } from "../core/schedule.ts";

/** A recurring schedule with its payload as a value. */
export interface ScheduleView extends Omit<Schedule, "data"> {
  /** The payload of its jobs. */
  readonly data: unknown;
  /** What its recurrence means, in plain English; `null` when this node cannot read it. */
  readonly description: string | null;
  /** Its next occurrence, in epoch milliseconds; `null` when there is none or it is not `Active`. */
  readonly nextRunAtMs: number | null;
}

/** Reads the JSON text of a schedule. */
export function viewSchedule({ schedule, description, nextRunAtMs }: ScheduleReport): ScheduleView {
  return { ...schedule, data: JSON.parse(schedule.data), description, nextRunAtMs };
}
