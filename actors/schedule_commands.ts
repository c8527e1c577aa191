/**
 * Changes of one schedule from outside. Each is decided on what is stored and applied only if that still holds; when
 * somebody else was faster it is decided again.
 *
 * @module
 */

import { JobMasterError } from "../core/errors.ts";
import type { Job } from "../core/job.ts";
import {
  goneOn,
  IDLE_AFTER_MS,
  INACTIVE_AFTER_MS,
  type NextOccurrence,
  takenBack,
} from "../core/planning.ts";
import {
  isTerminated,
  type Schedule,
  SCHEDULE_STATUSES,
  type ScheduleProgress,
  type ScheduleStatus,
} from "../core/schedule.ts";
import { changeScheduleRules, type ScheduleChangeRequest } from "../core/schedule_request.ts";
import type { ScheduleUpdate } from "../storage/port.ts";
import type { ScheduleCommand, ScheduleCommandResult } from "./client.ts";
import { checkRules, firstProgress } from "./schedule_intake.ts";
import { jobOfSchedule } from "./schedule_job.ts";
import { reportSchedule } from "./schedule_reports.ts";
import { findDefinition } from "./scheduler_knowledge.ts";
import type { SchedulerContext, SchedulerState } from "./scheduler_protocol.ts";
import type { MasterChanged } from "./storage_actor.ts";

const MAX_TRIES = 20;

/** A change as the master takes it. */
type Decision = Omit<ScheduleUpdate, "nowMs">;

/** What a decision is made from. */
interface Situation {
  readonly context: SchedulerContext;
  readonly state: SchedulerState;
  readonly schedule: Schedule;
  readonly nowMs: number;
}

/** Changes one schedule. */
export async function changeSchedule(
  context: SchedulerContext,
  state: SchedulerState,
  { scheduleId, command }: { readonly scheduleId: string; readonly command: ScheduleCommand },
): Promise<ScheduleCommandResult> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const schedule = await load(state, scheduleId);
    const nowMs = context.clock.now();
    const decision = await decide({ context, state, schedule, nowMs }, command);
    const done = await apply(state, { decision, command, nowMs });
    if (done === "conflict") continue;
    if (command.type === "remove" && !await remove(state, done.schedule)) continue;
    wake(context, state, done.job);
    const { recurrences, settings: { timeZone } } = state;
    const report = { recurrences, clusterZone: timeZone, nowMs };
    return { job: done.job, ...reportSchedule(done.schedule, report) };
  }
  throw new JobMasterError(
    "master_busy",
    `Cannot ${spoken(command)} schedule "${scheduleId}": others keep changing it`,
    { retryable: true },
  );
}

async function load({ store, args: { clusterId } }: SchedulerState, scheduleId: string) {
  const schedule = await store.schedules.find({ clusterId, scheduleId });
  if (schedule !== null) return schedule;
  throw new JobMasterError(
    "schedule_not_found",
    `Cannot find schedule "${scheduleId}" in cluster "${clusterId}"`,
  );
}

async function decide(situation: Situation, command: ScheduleCommand): Promise<Decision> {
  refuseUnfit(situation, command);
  switch (command.type) {
    case "pause":
      return pause(situation);
    case "resume":
      return resume(situation);
    case "cancel":
    case "remove":
      return cancel(situation);
    case "edit":
      return await edit(situation, command.change);
    case "run_now":
      return await runNow(situation);
  }
}

/** What was planned ahead is taken back, to be planned again when it goes on. */
function pause(situation: Situation): Decision {
  const { schedule, nowMs } = situation;
  const progress = readable(situation, (next) => takenBack(schedule, nowMs, next));
  const planAtMs = schedule.type === "Static"
    ? (schedule.ensuredAtMs ?? nowMs) + INACTIVE_AFTER_MS
    : null;
  return withoutJob(situation, { ...progress, status: "Paused", planAtMs }, "withdraw");
}

/** What was due during the pause is passed over. */
function resume(situation: Situation): Decision {
  const { schedule, nowMs } = situation;
  const progress = readable(situation, (next) => goneOn(schedule, nowMs, next));
  return withoutJob(
    situation,
    { ...progress, status: "Active", planAtMs: nowMs, error: null },
    "withdraw",
  );
}

function cancel(situation: Situation): Decision {
  const { schedule, nowMs } = situation;
  if (isTerminated(schedule.status)) return withoutJob(situation, {}, "cancel");
  return withoutJob(situation, {
    status: "Cancelled",
    terminatedAtMs: nowMs,
    nextAtMs: null,
    planAtMs: nowMs, // a planner makes sure that nothing is left waiting, should this call die
  }, "cancel");
}

/** A new recurrence counts from now; with the old one the count goes on. Nothing fires because of the change itself. */
async function edit(situation: Situation, change: ScheduleChangeRequest): Promise<Decision> {
  const { state, schedule, nowMs } = situation;
  const { maxPayloadBytes, timeZone } = state.settings;
  const requested = changeScheduleRules(schedule, change, { maxPayloadBytes });
  const rules = await checkRules(state, requested);
  const next = state.recurrences.occurrencesOf(rules, timeZone);
  const recounts = rules.recurrence.text !== schedule.recurrence.text ||
    rules.recurrence.type !== schedule.recurrence.type || rules.timeZone !== schedule.timeZone ||
    rules.startAfterMs !== schedule.startAfterMs;
  const progress = recounts ? firstProgress(rules, nowMs, next) : takenBack(schedule, nowMs, next);
  const planAtMs = schedule.status === "Active" ? nowMs : schedule.planAtMs;
  return withoutJob(situation, { ...rules, ...progress, planAtMs, error: null }, "withdraw");
}

/** A run by hand keeps the promise of one job at a time: what was planned ahead waits for it. */
async function runNow(situation: Situation): Promise<Decision> {
  const { context, state, schedule, nowMs } = situation;
  const definition = await findDefinition(state, schedule.definitionId);
  const scene = { settings: state.settings, buckets: state.buckets, nowMs };
  const job = jobOfSchedule(context, { schedule, definition, scene, occurrenceAtMs: null });
  const alone = schedule.overlap !== "allow";
  const progress = alone ? readable(situation, (next) => takenBack(schedule, nowMs, next)) : {};
  const planAtMs = schedule.status === "Active" ? nowMs : schedule.planAtMs;
  return {
    schedule: { ...schedule, ...progress, planAtMs },
    waiting: alone ? "withdraw" : "keep",
    job: { ...job, id: state.newId() },
    alone,
  };
}

function withoutJob(
  { schedule, nowMs }: Situation,
  change: Partial<Schedule>,
  waiting: Decision["waiting"],
): Decision {
  return {
    schedule: { ...schedule, ...change, updatedAtMs: nowMs },
    waiting,
    job: null,
    alone: false,
  };
}

/** Progress by the recurrence; none where this node cannot read it: a broken schedule can be paused all the same. */
function readable(
  { state, schedule }: Situation,
  progressBy: (next: NextOccurrence) => ScheduleProgress,
): Partial<ScheduleProgress> {
  try {
    return progressBy(state.recurrences.occurrencesOf(schedule, state.settings.timeZone));
  } catch {
    return {}; // its own `error` says why
  }
}

const FIT: Readonly<Record<ScheduleCommand["type"], readonly ScheduleStatus[]>> = {
  pause: ["Active"],
  resume: ["Paused"],
  cancel: ["Active", "Paused"],
  edit: ["Active", "Paused"],
  run_now: ["Active", "Paused"],
  remove: SCHEDULE_STATUSES,
};

function refuseUnfit({ schedule, nowMs }: Situation, command: ScheduleCommand): void {
  const { id, status, type, ensuredAtMs } = schedule;
  const fit = FIT[command.type];
  const what = `Cannot ${spoken(command)} schedule "${id}"`;
  if (!fit.includes(status)) {
    throw new JobMasterError(
      "schedule_state_conflict",
      `${what}: it is ${status}, and only one that is ${fit.join(" or ")} can be`,
    );
  }
  const alive = type === "Static" && (ensuredAtMs ?? 0) > nowMs - IDLE_AFTER_MS;
  if (command.type === "remove" && alive && !isTerminated(status)) {
    throw new JobMasterError(
      "schedule_state_conflict",
      `${what}: a node's code has it and would make it again; remove it from the code, or pause it`,
    );
  }
}

async function apply(
  { store, args: { clusterId } }: SchedulerState,
  { decision, command, nowMs }: {
    readonly decision: Decision;
    readonly command: ScheduleCommand;
    readonly nowMs: number;
  },
): Promise<{ readonly schedule: Schedule; readonly job: Job | null } | "conflict"> {
  const what = `Cannot ${spoken(command)} schedule "${decision.schedule.id}"`;
  let result = await store.schedules.update({ clusterId, ...decision, nowMs });
  while (result.outcome === "updated" && result.more) {
    const { schedule } = result;
    result = await store.schedules.update({ clusterId, ...decision, schedule, nowMs });
  }
  switch (result.outcome) {
    case "updated":
      return result;
    case "conflict":
      return "conflict";
    case "busy":
      throw new JobMasterError("schedule_state_conflict", `${what}: a job of it has not ended`);
    case "cluster_archived":
      throw new JobMasterError(
        "cluster_archived",
        `${what}: cluster "${clusterId}" is Archived`,
      );
    case "not_found":
      throw new JobMasterError("schedule_not_found", `${what}: it is gone`);
  }
}

async function remove(
  { store, args: { clusterId } }: SchedulerState,
  { id, revision }: Schedule,
): Promise<boolean> {
  const removed = await store.schedules.remove({ clusterId, scheduleId: id, revision });
  return removed !== "conflict";
}

/** Tells who has to do something now. */
function wake(context: SchedulerContext, state: SchedulerState, job: Job | null): void {
  context.ref<MasterChanged>(state.args.leader).tell({ type: "master_changed" });
  if (job?.bucketId === null || job?.bucketId === undefined) return;
  for (const agents of state.agentsByWorker.values()) {
    agents.get(job.bucketId)?.tell({ type: "wake" });
  }
}

function spoken({ type }: ScheduleCommand): string {
  return type === "run_now" ? "run" : type;
}
