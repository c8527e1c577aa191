/**
 * The life of a job: which steps are legal, and what the groups of statuses are.
 */

import { deepStrictEqual, doesNotThrow, strictEqual, throws } from "node:assert/strict";
import {
  assertJobStep,
  CLAIMED_STATUSES,
  FINAL_STATUSES,
  isFinal,
  isLegalJobStep,
  JOB_STATUSES,
  JOB_TRANSITIONS,
  type JobStatus,
  OUTCOMES,
  PRIORITIES,
  TRIGGER_SOURCES,
  WAITING_STATUSES,
} from "../../core/job.ts";
import { assertSteps } from "./support/step_table.ts";

const STEPS: Readonly<Record<JobStatus, string>> = {
  SavePending: "HeldOnMaster AssignedToBucket Succeeded Failed Cancelled",
  HeldOnMaster: "AssignedToBucket Cancelled",
  AssignedToBucket: "Onboarded Queued HeldOnMaster Cancelled",
  Onboarded: "Queued HeldOnMaster Cancelled",
  Queued: "Processing HeldOnMaster Succeeded Failed Cancelled",
  Processing: "Succeeded Failed Cancelled HeldOnMaster",
  Succeeded: "HeldOnMaster",
  Failed: "HeldOnMaster",
  Cancelled: "HeldOnMaster",
};

Deno.test("JOB_TRANSITIONS is complete, closed and exactly the life of a job", () => {
  assertSteps({
    statuses: JOB_STATUSES,
    table: JOB_TRANSITIONS,
    isLegal: isLegalJobStep,
    expected: STEPS,
  });
});

Deno.test("JOB_TRANSITIONS lets a final status go only to the master, for an explicit retry", () => {
  for (const from of FINAL_STATUSES) deepStrictEqual(JOB_TRANSITIONS[from], ["HeldOnMaster"]);
});

Deno.test("JOB_TRANSITIONS never starts a handler of a job that no bucket holds", () => {
  const into = (to: JobStatus) => JOB_STATUSES.filter((from) => isLegalJobStep(from, to));
  deepStrictEqual(into("Processing"), ["Queued"]);
  deepStrictEqual(into("Queued"), ["AssignedToBucket", "Onboarded"]);
});

Deno.test("every job status but SavePending can be reached from HeldOnMaster", () => {
  const reached = new Set<JobStatus>(["HeldOnMaster"]);
  for (const from of reached) JOB_TRANSITIONS[from].forEach((to) => reached.add(to));
  deepStrictEqual(JOB_STATUSES.filter((status) => !reached.has(status)), ["SavePending"]);
});

Deno.test("waiting, claimed and final statuses split all statuses", () => {
  deepStrictEqual([...WAITING_STATUSES, ...CLAIMED_STATUSES, ...FINAL_STATUSES], [...JOB_STATUSES]);
  deepStrictEqual(CLAIMED_STATUSES, ["Queued", "Processing"]);
  deepStrictEqual(FINAL_STATUSES, ["Succeeded", "Failed", "Cancelled"]);
});

Deno.test("a waiting job may be cancelled at once, whatever its status", () => {
  for (const from of WAITING_STATUSES) strictEqual(isLegalJobStep(from, "Cancelled"), true, from);
});

Deno.test("isFinal is true for the final statuses and for no other", () => {
  deepStrictEqual(JOB_STATUSES.filter(isFinal), ["Succeeded", "Failed", "Cancelled"]);
});

Deno.test("assertJobStep names both statuses when the step is illegal", () => {
  doesNotThrow(() => assertJobStep("Queued", "Processing"));
  throws(() => assertJobStep("Succeeded", "Processing"), {
    code: "invariant_violated",
    message: 'Cannot move a job from "Succeeded" to "Processing"',
  });
});

Deno.test("the words of jobs are the public ones", () => {
  deepStrictEqual([...PRIORITIES], ["VeryLow", "Low", "Medium", "High", "Critical"]);
  deepStrictEqual([...TRIGGER_SOURCES], ["Once", "StaticRecurring", "DynamicRecurring"]);
  deepStrictEqual(
    OUTCOMES.toSorted(),
    ["cancelled", "crashed", "failed", "interrupted", "succeeded", "timed_out"],
  );
});
