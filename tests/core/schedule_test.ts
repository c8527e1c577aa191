/**
 * The life of a recurring schedule.
 */

import { deepStrictEqual } from "node:assert/strict";
import {
  isLegalScheduleStep,
  SCHEDULE_STATUSES,
  SCHEDULE_TRANSITIONS,
  type ScheduleStatus,
} from "../../core/schedule.ts";
import { assertSteps } from "./support/step_table.ts";

const STEPS: Readonly<Record<ScheduleStatus, string>> = {
  Active: "Paused Cancelled Inactive Completed",
  Paused: "Active Cancelled Inactive",
  Cancelled: "",
  Inactive: "Active",
  Completed: "Active",
};

Deno.test("SCHEDULE_TRANSITIONS is complete, closed and exactly the life of a schedule", () => {
  assertSteps({
    statuses: SCHEDULE_STATUSES,
    table: SCHEDULE_TRANSITIONS,
    isLegal: isLegalScheduleStep,
    expected: STEPS,
  });
});

Deno.test("a cancelled schedule never comes back", () => {
  deepStrictEqual(SCHEDULE_TRANSITIONS.Cancelled, []);
});
