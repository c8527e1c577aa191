/**
 * The recurring schedules in memory.
 *
 * @module
 */

import type { JobId, ScheduleId } from "../../../core/ids.ts";
import { isFinal, type Job, WAITING_STATUSES } from "../../../core/job.ts";
import type { Schedule } from "../../../core/schedule.ts";
import type {
  InsertedSchedule,
  OccurrenceJob,
  ScheduleInsertResult,
  SchedulePlanWrite,
  ScheduleStore,
  ScheduleUpdateResult,
} from "../../../storage/port.ts";
import { forgetJob } from "./memory_endings.ts";
import { matchesSchedule } from "./memory_filter.ts";
import { heldJob, insertOne, storedAs, unplaced } from "./memory_flow.ts";
import {
  checkBatch,
  checkCount,
  type ClusterRows,
  compareKeys,
  compareText,
  holdsLease,
  MAX_BATCH,
  type MemoryState,
  pageOf,
  rowsOf,
  type Synchronous,
} from "./memory_state.ts";

type Input<Method extends keyof ScheduleStore> = Parameters<ScheduleStore[Method]>[0];
type Output<Method extends keyof ScheduleStore> = Awaited<ReturnType<ScheduleStore[Method]>>;

/** The recurring schedules. */
export function memorySchedules(state: MemoryState): Synchronous<ScheduleStore> {
  const matching = ({ clusterId, filter }: Input<"count">) =>
    [...rowsOf(state, clusterId).schedules.values()]
      .filter((schedule) => matchesSchedule(schedule, filter));
  return {
    insert: (input) => insert(rowsOf(state, input.clusterId), input),
    find: ({ clusterId, scheduleId }) => rowsOf(state, clusterId).schedules.get(scheduleId) ?? null,
    list: (input) =>
      pageOf(matching(input), {
        keyOf: (schedule) => [schedule.createdAtMs, schedule.id],
        direction: "desc",
        cursor: input.cursor,
        limit: input.limit,
      }),
    count: (input) => matching(input).length,
    update: (input) => update(rowsOf(state, input.clusterId), input),
    remove: ({ clusterId, scheduleId, revision }) => {
      const { schedules } = rowsOf(state, clusterId);
      const stored = schedules.get(scheduleId);
      if (stored === undefined) return "not_found";
      if (stored.revision !== revision) return "conflict";
      schedules.delete(scheduleId);
      return "removed";
    },
    touch: (input) => touch(rowsOf(state, input.clusterId), input),
    listDue: (input) => listDue(rowsOf(state, input.clusterId), input),
    plan: (input) => plan(rowsOf(state, input.clusterId), input),
  };
}

function insert(
  rows: ClusterRows,
  { clusterId, schedules }: Input<"insert">,
): ScheduleInsertResult {
  checkBatch(schedules, "schedules");
  if (rows.cluster === null) return { outcome: "cluster_not_found" };
  if (rows.cluster.settings.mode === "Archived") return { outcome: "cluster_archived" };
  const inserted = schedules.map((given): InsertedSchedule => {
    const known = rows.schedules.get(given.id);
    if (known !== undefined) return { created: false, schedule: known };
    return { created: true, schedule: store(rows, { ...given, clusterId }) };
  });
  return { outcome: "accepted", schedules: inserted };
}

function store(rows: ClusterRows, schedule: Schedule): Schedule {
  rows.schedules.set(schedule.id, schedule);
  return schedule;
}

function update(rows: ClusterRows, input: Input<"update">): ScheduleUpdateResult {
  const { clusterId, schedule, job, alone } = input;
  const stored = rows.schedules.get(schedule.id);
  if (stored === undefined) return { outcome: "not_found" };
  if (job !== null && rows.cluster?.settings.mode === "Archived") {
    return { outcome: "cluster_archived" };
  }
  if (stored.revision !== schedule.revision) return { outcome: "conflict", schedule: stored };
  const affected = affectedJobs(rows, input);
  const moved = input.waiting === "cancel" ? affected.slice(0, MAX_BATCH) : affected;
  const left = unfinishedJobs(rows, schedule.id).filter((each) => !moved.includes(each));
  if (job !== null && alone && left.length > 0) return { outcome: "busy", schedule: stored };
  for (const each of moved) {
    if (input.waiting === "withdraw") forgetJob(rows, each.id);
    else {
      const ended = { status: "Cancelled", finishedAtMs: input.nowMs } as const;
      rows.jobs.set(each.id, { ...unplaced(each), ...ended });
    }
  }
  const changed = store(rows, {
    ...schedule,
    clusterId,
    ensuredAtMs: latest(stored.ensuredAtMs, schedule.ensuredAtMs),
    revision: stored.revision + 1,
  });
  return {
    outcome: "updated",
    schedule: changed,
    moved: moved.length,
    more: moved.length < affected.length,
    job: job === null ? null : insertOne(rows, job).job,
  };
}

/** The waiting jobs that are to be withdrawn or cancelled, by id. */
function affectedJobs(
  rows: ClusterRows,
  { schedule, waiting }: Input<"update">,
): readonly Job[] {
  const jobs = unfinishedJobs(rows, schedule.id)
    .filter((job) => WAITING_STATUSES.includes(job.status))
    .sort((a, b) => compareText(a.id, b.id));
  switch (waiting) {
    case "keep":
      return [];
    case "cancel":
      return jobs;
    case "withdraw":
      return jobs.filter(({ attempts, occurrenceAtMs }) =>
        attempts === 0 && occurrenceAtMs !== null && occurrenceAtMs > schedule.cursorAtMs
      );
  }
}

function unfinishedJobs(rows: ClusterRows, scheduleId: ScheduleId): readonly Job[] {
  return [...rows.jobs.values()]
    .filter((job) => job.scheduleId === scheduleId && !isFinal(job.status));
}

function latest(a: number | null, b: number | null): number | null {
  const known = [a, b].filter((atMs) => atMs !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function touch(rows: ClusterRows, { scheduleIds, nowMs }: Input<"touch">): readonly Schedule[] {
  checkBatch(scheduleIds, "schedules");
  return [...rows.schedules.values()]
    .filter(({ id, type }) => type === "Static" && scheduleIds.includes(id))
    .sort((a, b) => compareText(a.id, b.id))
    .map((schedule) =>
      store(rows, { ...schedule, ensuredAtMs: latest(schedule.ensuredAtMs, nowMs) })
    );
}

function listDue(rows: ClusterRows, input: Input<"listDue">): Output<"listDue"> {
  return [...rows.schedules.values()]
    .map((schedule) => ({
      schedule,
      unfinished: unfinishedJobs(rows, schedule.id).length > 0,
    }))
    .filter(({ schedule, unfinished }) =>
      schedule.planAtMs !== null && schedule.planAtMs <= input.nowMs &&
      !(unfinished && waitsForItsJob(schedule, input))
    )
    .sort((a, b) =>
      compareKeys([a.schedule.planAtMs!, a.schedule.id], [b.schedule.planAtMs!, b.schedule.id])
    )
    .slice(0, input.limit);
}

/** Whether there is nothing to decide about it before its job has ended. */
function waitsForItsJob(
  schedule: Schedule,
  { nowMs, ensuredSinceMs }: Input<"listDue">,
): boolean {
  const { status, type, overlap, nextAtMs, idleAtMs, ensuredAtMs } = schedule;
  if (status !== "Active" || overlap === "allow") return false;
  if (overlap === "skip" && nextAtMs !== null && nextAtMs <= nowMs) return false;
  const forgotten = ensuredAtMs !== null && ensuredAtMs < ensuredSinceMs;
  return !(type === "Static" && idleAtMs === null && forgotten);
}

function plan(rows: ClusterRows, input: Input<"plan">): Output<"plan"> {
  const { plans, lease, nowMs } = input;
  checkCount(plans.reduce((sum, each) => sum + 1 + each.jobs.length, 0), "plans and jobs");
  if (!holdsLease(rows, lease)) return "lease_lost";
  if (rows.cluster === null || rows.cluster.settings.mode === "Archived") {
    return { planned: [], jobs: [] };
  }
  const planned: ScheduleId[] = [];
  const stored: JobId[] = [];
  for (const each of plans) {
    if (!advance(rows, each)) continue;
    planned.push(each.scheduleId);
    for (const job of each.jobs) {
      const isStored = storeOccurrence(rows, job, nowMs);
      if (isStored && job.skipped === null) stored.push(job.id);
    }
  }
  return { planned, jobs: stored };
}

/** Whether the schedule was still as it had been read. */
function advance(rows: ClusterRows, plan: SchedulePlanWrite): boolean {
  const { scheduleId, revision, skipped, jobs: _, ...decided } = plan;
  const schedule = rows.schedules.get(scheduleId);
  if (schedule === undefined || schedule.revision !== revision) return false;
  store(rows, {
    ...schedule,
    ...decided,
    skippedCount: schedule.skippedCount + skipped,
    revision: revision + 1,
  });
  return true;
}

/** Whether no other job stood in its way. */
function storeOccurrence(rows: ClusterRows, occurrence: OccurrenceJob, nowMs: number): boolean {
  const { skipped, ...job } = occurrence;
  if (skipped === null) return insertOne(rows, job).created;
  if (storedAs(rows, job) !== undefined) return false;
  const held = heldJob(rows, job);
  rows.jobs.set(job.id, { ...held, status: "Cancelled", error: skipped, finishedAtMs: nowMs });
  return true;
}
