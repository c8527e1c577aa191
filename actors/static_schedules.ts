/**
 * Keeps the schedules that this node's code declares: stored when the node starts, said to be there every minute.
 *
 * Only a start writes rules, and only when the code's own have changed since: nodes with older code do not undo what a
 * newer one stored, and a change by a call outlives restarts of the same code.
 *
 * @module
 */

import { codeOf } from "../core/errors.ts";
import { goneOn } from "../core/planning.ts";
import type { Schedule } from "../core/schedule.ts";
import { firstProgress, newSchedule, store } from "./schedule_intake.ts";
import type { DeclaredSchedule, SchedulerContext, SchedulerState } from "./scheduler_protocol.ts";

const MAX_TRIES = 20;

/** Stores what the code declares. A schedule that cannot be stored is reported and disturbs no other. */
export async function ensureSchedules(
  context: SchedulerContext,
  state: SchedulerState,
): Promise<void> {
  await ensureEach(context, state, { declared: state.args.schedules, level: "warning" });
}

/** Says that the code has them; brings back what was given up, and stores again what was deleted. */
export async function keepSchedules(
  context: SchedulerContext,
  state: SchedulerState,
): Promise<void> {
  const { args: { clusterId, schedules } } = state;
  try {
    const scheduleIds = schedules.map(({ id }) => id);
    const nowMs = context.clock.now();
    const kept = await state.store.schedules.touch({ clusterId, scheduleIds, nowMs });
    const sound = new Set(kept.filter(({ idleAtMs }) => idleAtMs === null).map(({ id }) => id));
    const declared = schedules.filter(({ id }) => !sound.has(id));
    await ensureEach(context, state, { declared, level: "debug" }); // its start has said it aloud
  } catch (error) {
    context.log("debug", `Cannot keep the schedules of this node now: ${codeOf(error)}`); // the next minute repeats it
  }
}

async function ensureEach(
  context: SchedulerContext,
  state: SchedulerState,
  { declared, level }: {
    readonly declared: readonly DeclaredSchedule[];
    readonly level: "debug" | "warning";
  },
): Promise<void> {
  for (const each of declared) {
    try {
      await ensure(context, state, each);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const text = `Cannot keep schedule "${each.id}": ${codeOf(error)}: ${message}`;
      context.log(level, text, { subjectType: "Schedule", subjectId: each.id });
    }
  }
}

async function ensure(
  context: SchedulerContext,
  state: SchedulerState,
  declared: DeclaredSchedule,
): Promise<void> {
  const { clusterId } = state.args;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const nowMs = context.clock.now();
    const stored = await state.store.schedules.find({ clusterId, scheduleId: declared.id });
    if (stored === null) {
      if ((await store(state, declaredSchedule(state, declared, nowMs))).created) return;
      continue; // another node was faster: look at what it stored
    }
    const next = ensured(state, { stored, declared, nowMs });
    if (next === null) {
      await state.store.schedules.touch({ clusterId, scheduleIds: [stored.id], nowMs });
      return;
    }
    const update = { schedule: next, waiting: "withdraw", job: null, alone: false, nowMs } as const;
    const { outcome } = await state.store.schedules.update({ clusterId, ...update });
    if (outcome === "updated") return;
  }
}

function declaredSchedule(
  state: SchedulerState,
  { id, profileId, rules }: DeclaredSchedule,
  nowMs: number,
): Schedule {
  const next = state.recurrences.occurrencesOf(rules, state.settings.timeZone);
  return {
    ...newSchedule(state, rules, { id, nowMs, next }),
    type: "Static",
    profileId,
    code: JSON.stringify(rules),
    ensuredAtMs: nowMs,
  };
}

/** The schedule as the code wants it; `null` when it is so already. A cancelled one stays cancelled. */
function ensured(
  state: SchedulerState,
  { stored, declared, nowMs }: {
    readonly stored: Schedule;
    readonly declared: DeclaredSchedule;
    readonly nowMs: number;
  },
): Schedule | null {
  const code = JSON.stringify(declared.rules);
  if (stored.status === "Cancelled") return null;
  const rewritten = stored.code !== code || stored.type !== "Static";
  if (!rewritten && stored.idleAtMs === null) return null;
  const rules = rewritten ? declared.rules : stored;
  const next = state.recurrences.occurrencesOf(rules, state.settings.timeZone);
  const progress = rewritten ? firstProgress(rules, nowMs, next) : goneOn(stored, nowMs, next);
  return {
    ...stored,
    ...(rewritten ? declared.rules : {}),
    ...progress,
    type: "Static",
    profileId: declared.profileId,
    code,
    status: stored.status === "Paused" ? "Paused" : "Active",
    ensuredAtMs: nowMs,
    idleAtMs: null,
    terminatedAtMs: null,
    error: null,
    updatedAtMs: nowMs,
  };
}
