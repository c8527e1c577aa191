/**
 * Schedules that stop planning: their code is gone, or what waits of them is still to be cancelled.
 *
 * @module
 */

import { isTerminated, type Schedule } from "../core/schedule.ts";
import type { SchedulePlan } from "../core/planning.ts";
import type { BatchDecision } from "./planner_decisions.ts";
import type { PlannerContext, PlannerState } from "./planner_protocol.ts";

/** Lets schedules rest; answers how many did. */
export async function restSchedules(
  context: PlannerContext,
  state: PlannerState,
  rests: BatchDecision["rests"],
): Promise<number> {
  let rested = 0;
  for (const { schedule, plan } of rests) {
    const done = plan === null
      ? await finishCancelling(context, state, schedule)
      : await rest(context, state, { schedule, plan });
    if (done) rested++;
  }
  return rested;
}

/** Goes on with a cancellation whose caller did not finish it. */
async function finishCancelling(
  context: PlannerContext,
  { store, args: { clusterId } }: PlannerState,
  schedule: Schedule,
): Promise<boolean> {
  const nowMs = context.clock.now();
  const cancel = { waiting: "cancel", job: null, alone: false, nowMs } as const;
  const result = await store.schedules.update({ clusterId, schedule, ...cancel });
  if (result.outcome !== "updated" || result.more) return result.outcome === "updated";
  const ended = { ...result.schedule, planAtMs: null };
  await store.schedules.update({ clusterId, schedule: ended, ...cancel });
  return true;
}

async function rest(
  context: PlannerContext,
  { store, args: { clusterId } }: PlannerState,
  { schedule, plan }: { readonly schedule: Schedule; readonly plan: SchedulePlan },
): Promise<boolean> {
  const nowMs = context.clock.now();
  const { cursorAtMs, checkpointAtMs, nextAtMs, planAtMs, status } = plan;
  const result = await store.schedules.update({
    clusterId,
    schedule: {
      ...schedule,
      cursorAtMs,
      checkpointAtMs,
      nextAtMs,
      planAtMs,
      status,
      idleAtMs: plan.idle ? schedule.idleAtMs ?? nowMs : schedule.idleAtMs,
      terminatedAtMs: isTerminated(status) ? nowMs : null,
    },
    waiting: "withdraw",
    job: null,
    alone: false,
    nowMs,
  });
  if (result.outcome !== "updated") return false;
  if (status !== schedule.status || (plan.idle && schedule.idleAtMs === null)) {
    const now = isTerminated(status) ? status : "idle";
    context.log("info", `Schedule "${schedule.id}" is ${now}: no node's code has it any more`, {
      subjectType: "Schedule",
      subjectId: schedule.id,
    });
  }
  return true;
}
