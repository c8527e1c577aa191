/**
 * What a cluster answers about recurring schedules, for tests.
 *
 * @module
 */

import type { ScheduleReport } from "../../actors/client.ts";
import type { ScheduleId } from "../../core/ids.ts";
import type { Schedule } from "../../core/schedule.ts";
import { aSchedule, AT_MS } from "./factories.ts";

/** A UUID of a recurring schedule that sorts by `number`. */
export function scheduleId(number: number): ScheduleId {
  return `01900000-0000-7000-a000-${number.toString(16).padStart(12, "0")}`;
}

/** What a cluster answers about schedule 1, or as `given` says. */
export function aScheduleReport(
  given: Partial<Schedule> = {},
  report: Partial<Omit<ScheduleReport, "schedule">> = {},
): ScheduleReport {
  return {
    schedule: aSchedule({ id: scheduleId(1), ...given }),
    description: "every hour",
    nextRunAtMs: AT_MS,
    ...report,
  };
}
