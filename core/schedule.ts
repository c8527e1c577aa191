/**
 * What a recurring schedule is, and which steps are legal.
 *
 * @module
 */

/** Every schedule status. */
export const SCHEDULE_STATUSES = [
  "Active",
  "Paused",
  "Cancelled",
  "Inactive",
  "Completed",
] as const;

/** Where a recurring schedule is in its life. */
export type ScheduleStatus = typeof SCHEDULE_STATUSES[number];

/** Every legal step. A static schedule that returns to the code becomes `Active` again. */
export const SCHEDULE_TRANSITIONS: Readonly<Record<ScheduleStatus, readonly ScheduleStatus[]>> = {
  Active: ["Paused", "Cancelled", "Inactive", "Completed"],
  Paused: ["Active", "Cancelled", "Inactive"],
  Cancelled: [],
  Inactive: ["Active"],
  Completed: ["Active"],
};

/** Whether a schedule may step from `from` to `to`. */
export function isLegalScheduleStep(from: ScheduleStatus, to: ScheduleStatus): boolean {
  return SCHEDULE_TRANSITIONS[from].includes(to);
}
