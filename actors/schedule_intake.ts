/**
 * Takes new schedules: reads and checks requests as `scheduler.ts` does for jobs, and stores them.
 *
 * @module
 */

import { JobMasterError } from "../core/errors.ts";
import { readMetadata } from "../core/metadata.ts";
import { type NextOccurrence, startedAt } from "../core/planning.ts";
import type { Schedule, ScheduleRules } from "../core/schedule.ts";
import { parseNewScheduleId } from "../core/schedule_input.ts";
import {
  readScheduleRequest,
  type RequestedRules,
  type ScheduleRequest,
} from "../core/schedule_request.ts";
import type { SubmittedSchedule } from "./client.ts";
import { checkPayload } from "./payload_check.ts";
import { findDefinition } from "./scheduler_knowledge.ts";
import { reportSchedule } from "./schedule_reports.ts";
import type { SchedulerContext, SchedulerState } from "./scheduler_protocol.ts";
import type { MasterChanged } from "./storage_actor.ts";

/** Stores a recurring schedule. */
export async function createSchedule(
  context: SchedulerContext,
  state: SchedulerState,
  request: ScheduleRequest,
): Promise<SubmittedSchedule> {
  const { maxPayloadBytes, timeZone } = state.settings;
  const id = request.id === undefined ? state.newId() : parseNewScheduleId(request.id);
  const rules = await checkRules(state, readScheduleRequest(request, { maxPayloadBytes }));
  const nowMs = context.clock.now();
  const next = state.recurrences.occurrencesOf(rules, timeZone);
  const schedule = newSchedule(state, rules, { id, nowMs, next });
  const { created, schedule: stored } = await store(state, schedule);
  context.ref<MasterChanged>(state.args.leader).tell({ type: "master_changed" });
  const report = { recurrences: state.recurrences, clusterZone: timeZone, nowMs };
  return { created, ...reportSchedule(stored, report) };
}

/** Stores one schedule unless its id is taken. */
export async function store(state: SchedulerState, schedule: Schedule) {
  const { clusterId } = state.args;
  const result = await state.store.schedules.insert({ clusterId, schedules: [schedule] });
  switch (result.outcome) {
    case "accepted":
      return result.schedules[0]!;
    case "cluster_archived":
      throw new JobMasterError(
        "cluster_archived",
        `Cannot create a schedule in cluster "${clusterId}": it is Archived; set its mode to Active or Passive`,
      );
    case "cluster_not_found":
      throw new JobMasterError("cluster_not_found", `Cannot find cluster "${clusterId}"`);
  }
}

/**
 * Completes and checks what is not text alone: the recurrence, the definition, the payload's schema.
 *
 * @throws {JobMasterError} `invalid_recurrence`, `job_definition_not_found`, `invalid_payload`, `invalid_request`.
 */
export async function checkRules(
  state: SchedulerState,
  requested: RequestedRules,
): Promise<ScheduleRules> {
  const { type, text } = requested.recurrence;
  const recurrence = state.recurrences.recognize(text, type);
  const definition = await findDefinition(state, requested.definitionId);
  readMetadata(requested.metadata, definition.metadata); // both together are bounded
  const schema = state.handlers.get(definition.id)?.input ?? null;
  if (schema !== null) await checkPayload(schema, JSON.parse(requested.data));
  return { ...requested, recurrence };
}

/** A schedule that has not been planned. @throws {JobMasterError} `invalid_recurrence` when it would never run */
export function newSchedule(
  { args: { clusterId } }: SchedulerState,
  rules: ScheduleRules,
  { id, nowMs, next }: {
    readonly id: string;
    readonly nowMs: number;
    readonly next: NextOccurrence;
  },
): Schedule {
  const progress = firstProgress(rules, nowMs, next);
  return {
    ...rules,
    ...progress,
    id,
    clusterId,
    type: "Dynamic",
    status: "Active",
    profileId: null,
    code: null,
    ensuredAtMs: null,
    idleAtMs: null,
    skippedCount: 0,
    error: null,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    terminatedAtMs: null,
    revision: 1,
  };
}

/** Where counting starts: at `startAfter`, or now when that is past. */
export function firstProgress(rules: ScheduleRules, nowMs: number, next: NextOccurrence) {
  const progress = startedAt(Math.max(nowMs, rules.startAfterMs ?? nowMs), nowMs, next);
  if (progress.nextAtMs !== null && progress.nextAtMs <= (rules.endBeforeMs ?? Infinity)) {
    return progress;
  }
  const end = progress.nextAtMs === null
    ? "it has no occurrence after its start"
    : "its first occurrence comes after endBefore";
  throw new JobMasterError(
    "invalid_recurrence",
    `Cannot use expression "${rules.recurrence.text}": ${end}`,
  );
}
