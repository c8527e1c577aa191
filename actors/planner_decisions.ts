/**
 * What a planner does about each schedule of a batch: its plan as the master stores it, with the jobs of its
 * occurrences; or why it has none.
 *
 * @module
 */

import type { DefinitionDefaults } from "../core/definition.ts";
import { encodeError, JobMasterError } from "../core/errors.ts";
import { failure, type FailureRecord } from "../core/failure.ts";
import { type OccurrenceFate, planSchedule, type SchedulePlan } from "../core/planning.ts";
import { isTerminated, type Schedule } from "../core/schedule.ts";
import type { DueSchedule, OccurrenceJob, SchedulePlanWrite } from "../storage/port.ts";
import type { PlannerContext, PlannerState, PlanningScene } from "./planner_protocol.ts";
import { jobOfSchedule } from "./schedule_job.ts";

/** Most occurrences of all schedules of a batch. */
const MAX_JOBS = 1_000;

/** How long a schedule that cannot be planned is left alone, in milliseconds. */
const RETRY_MS = 15_000;

/** What is to be done about the schedules of a batch. */
export interface BatchDecision {
  /** Plans to store. */
  readonly plans: readonly SchedulePlanWrite[];
  /** Schedules that rest from now on, each with its plan. */
  readonly rests: readonly { readonly schedule: Schedule; readonly plan: SchedulePlan | null }[];
}

/** Decides about a batch. A schedule that cannot be planned says why on itself and disturbs no other. */
export async function planDue(
  context: PlannerContext,
  state: PlannerState,
  { due, scene }: { readonly due: readonly DueSchedule[]; readonly scene: PlanningScene },
): Promise<BatchDecision> {
  const definitions = await state.definitions.read(context.clock);
  const plans: SchedulePlanWrite[] = [];
  const rests: { schedule: Schedule; plan: SchedulePlan | null }[] = [];
  let budget = MAX_JOBS;
  for (const each of due) {
    const { schedule } = each;
    if (budget <= 0) break;
    if (isTerminated(schedule.status)) {
      rests.push({ schedule, plan: null });
      continue;
    }
    try {
      const plan = decide(state, each, { scene, budget });
      if (plan.withdraw) rests.push({ schedule, plan });
      else {
        const write = written(context, state, { schedule, plan, scene, definitions });
        plans.push(write);
        budget -= write.jobs.length;
        state.reported.delete(schedule.id);
      }
    } catch (error) {
      plans.push(failed(context, state, { schedule, error, nowMs: scene.nowMs }));
    }
  }
  return { plans, rests };
}

function decide(
  { recurrences }: PlannerState,
  { schedule, unfinished }: DueSchedule,
  { scene, budget }: { readonly scene: PlanningScene; readonly budget: number },
): SchedulePlan {
  const next = recurrences.occurrencesOf(schedule, scene.settings.timeZone);
  return planSchedule({ schedule, unfinished, nowMs: scene.nowMs, budget, next });
}

interface Decided {
  readonly schedule: Schedule;
  readonly plan: SchedulePlan;
  readonly scene: PlanningScene;
  readonly definitions: ReadonlyMap<string, DefinitionDefaults>;
}

function written(
  context: PlannerContext,
  state: PlannerState,
  { schedule, plan, scene, definitions }: Decided,
): SchedulePlanWrite {
  const { nowMs } = scene;
  const definition = definitions.get(schedule.definitionId);
  if (definition === undefined) throw unknownDefinition(schedule);
  const jobs = plan.occurrences.map(({ atMs, fate }): OccurrenceJob => {
    const job = jobOfSchedule(context, { schedule, definition, scene, occurrenceAtMs: atMs });
    const skipped = skipReason(schedule, fate, nowMs - atMs);
    return { ...job, id: state.newId(), skipped, ...(skipped === null ? {} : { placement: null }) };
  });
  const missed = plan.skipped - plan.occurrences.filter(({ fate }) => fate === "overlapped").length;
  if (missed > 0) {
    context.log("warning", `Left out ${missed} missed occurrence(s) of schedule "${schedule.id}"`, {
      subjectType: "Schedule",
      subjectId: schedule.id,
      misfire: schedule.misfire,
    });
  }
  return {
    scheduleId: schedule.id,
    revision: schedule.revision,
    status: plan.status,
    terminatedAtMs: isTerminated(plan.status) ? nowMs : null,
    skipped: plan.skipped,
    error: null,
    cursorAtMs: plan.cursorAtMs,
    checkpointAtMs: plan.checkpointAtMs,
    nextAtMs: plan.nextAtMs,
    planAtMs: plan.planAtMs,
    jobs,
  };
}

function unknownDefinition({ definitionId }: Schedule): JobMasterError {
  return new JobMasterError(
    "job_definition_not_found",
    `No node has announced the definition "${definitionId}"`,
  );
}

function skipReason(
  { misfire, overlap }: Schedule,
  fate: OccurrenceFate,
  lateMs: number,
): FailureRecord | null {
  switch (fate) {
    case "run":
      return null;
    case "missed":
      return failure(
        "occurrence_missed",
        `Left out: nobody could plan it for ${
          Math.round(lateMs / 1_000)
        } s, and its misfire policy is "${misfire.policy}"`,
      );
    case "overlapped":
      return failure(
        "occurrence_overlapped",
        `Left out: a job of its schedule had not ended, and its overlap policy is "${overlap}"`,
      );
  }
}

function failed(
  context: PlannerContext,
  state: PlannerState,
  { schedule, error, nowMs }: {
    readonly schedule: Schedule;
    readonly error: unknown;
    readonly nowMs: number;
  },
): SchedulePlanWrite {
  const { code, message } = encodeError(error);
  if (state.reported.get(schedule.id) !== message) {
    if (state.reported.size >= 10_000) state.reported.clear();
    state.reported.set(schedule.id, message);
    context.log("warning", `Cannot plan schedule "${schedule.id}": ${message}`, {
      subjectType: "Schedule",
      subjectId: schedule.id,
    });
  }
  const { id, revision, status, cursorAtMs, checkpointAtMs, nextAtMs } = schedule;
  return {
    scheduleId: id,
    revision,
    status,
    terminatedAtMs: null,
    skipped: 0,
    error: failure(code, message),
    cursorAtMs,
    checkpointAtMs,
    nextAtMs,
    planAtMs: nowMs + RETRY_MS,
    jobs: [],
  };
}
