/**
 * The recurring schedules.
 *
 * Rules of their life are the caller's (`core/schedule.ts`, `core/planning.ts`): a store applies a decision if the
 * schedule is still the one that was decided on, which its `revision` tells.
 *
 * @module
 */

import type { FailureRecord } from "../../core/failure.ts";
import type { JobId, ScheduleId } from "../../core/ids.ts";
import type { Job } from "../../core/job.ts";
import type { Schedule, ScheduleFilter, ScheduleProgress } from "../../core/schedule.ts";
import type { LeaseProof } from "./jobs.ts";
import type { NewJob } from "./new_jobs.ts";
import type { Page } from "./queries.ts";

/** What became of one schedule to store. */
export interface InsertedSchedule {
  /** Whether a row was made. `false`: `schedule` is the one that has this id. */
  readonly created: boolean;
  /** The stored schedule. */
  readonly schedule: Schedule;
}

/** What became of an insert. */
export type ScheduleInsertResult =
  | { readonly outcome: "accepted"; readonly schedules: readonly InsertedSchedule[] }
  | { readonly outcome: "cluster_archived" }
  | { readonly outcome: "cluster_not_found" };

/** A decided change of one schedule. */
export interface ScheduleUpdate {
  /**
   * The schedule as it is to be. Its `revision` is the one that was read: another one changes nothing. A later
   * `ensuredAtMs` that is stored is kept: `touch` counts no revision.
   */
  readonly schedule: Schedule;
  /**
   * What becomes of its waiting jobs (`HeldOnMaster`, `AssignedToBucket`, `Onboarded`). `withdraw` deletes those of no
   * attempt whose occurrence is after the new `cursorAtMs`, all of them; they are planned again. `cancel` ends up to
   * `maxBatch` of all waiting ones as `Cancelled`, by id, as `JobStore.change` does.
   */
  readonly waiting: "keep" | "withdraw" | "cancel";
  /**
   * A job to store with the change, `null` for none. As in `JobStore.insert`: its placement holds or not, and one that
   * is stored already, once those were withdrawn, is left as it is.
   */
  readonly job: NewJob | null;
  /** With `job`: refuses (`busy`) when a job of the schedule has not ended once those were withdrawn or cancelled. */
  readonly alone: boolean;
  /** Now, in epoch milliseconds: when cancelled jobs finished. */
  readonly nowMs: number;
}

/**
 * What became of a {@linkcode ScheduleUpdate}. An unknown schedule is told before an archived cluster, that before a
 * conflict, that before a busy schedule.
 */
export type ScheduleUpdateResult =
  | {
    readonly outcome: "updated";
    /** As stored, with the new revision. */
    readonly schedule: Schedule;
    /** Waiting jobs that were withdrawn or cancelled. */
    readonly moved: number;
    /** Whether waiting jobs are left to cancel. */
    readonly more: boolean;
    /** The stored job: the new one, or the one in whose place it was. */
    readonly job: Job | null;
  }
  /** Another revision is stored; nothing changed. */
  | { readonly outcome: "conflict"; readonly schedule: Schedule }
  /** A job of it has not ended; nothing changed. */
  | { readonly outcome: "busy"; readonly schedule: Schedule }
  /** The cluster takes no jobs; nothing changed. Only with `job`. */
  | { readonly outcome: "cluster_archived" }
  /** Nothing changed. */
  | { readonly outcome: "not_found" };

/** A schedule a planner has to look at. */
export interface DueSchedule {
  /** The schedule. */
  readonly schedule: Schedule;
  /** Whether a job of it has not ended. */
  readonly unfinished: boolean;
}

/** One occurrence to store: a job to run, or one that is on record as skipped. */
export interface OccurrenceJob extends NewJob {
  /**
   * Why it is skipped: stored at once as `Cancelled` with this error, unplaced, finished when it was planned; `null`
   * runs it.
   */
  readonly skipped: FailureRecord | null;
}

/** What a planner decided for one schedule. */
export interface SchedulePlanWrite extends ScheduleProgress {
  /** The schedule. */
  readonly scheduleId: ScheduleId;
  /** The revision that was read; another one leaves the schedule alone. */
  readonly revision: number;
  /** Its status from now on. */
  readonly status: Schedule["status"];
  /** When it stopped making jobs for good. */
  readonly terminatedAtMs: number | null;
  /** Occurrences skipped by this plan. */
  readonly skipped: number;
  /** Why it could not be planned. */
  readonly error: FailureRecord | null;
  /** Its occurrences. One that is stored already (see `JobStore.insert`) is left out. */
  readonly jobs: readonly OccurrenceJob[];
}

/** What became of a batch of plans. */
export interface PlanResult {
  /** The schedules that were still as they had been read, in the order of the call. */
  readonly planned: readonly ScheduleId[];
  /** The jobs that were stored, in the order of the call; skipped ones and those left out are not among them. */
  readonly jobs: readonly JobId[];
}

/** The recurring schedules. */
export interface ScheduleStore {
  /**
   * Stores new schedules as they are, all in one commit. One whose id is already stored (or stands earlier in the same
   * call) is left as it is.
   */
  insert(input: {
    readonly clusterId: string;
    readonly schedules: readonly Schedule[];
  }): Promise<ScheduleInsertResult>;

  /** The schedule, if there is one. */
  find(input: {
    readonly clusterId: string;
    readonly scheduleId: ScheduleId;
  }): Promise<Schedule | null>;

  /** One page of schedules, newest first (creation, then id, both descending); exact page sizes. */
  list(input: {
    readonly clusterId: string;
    readonly filter: ScheduleFilter;
    readonly cursor: string | null;
    readonly limit: number;
  }): Promise<Page<Schedule>>;

  /** How many schedules match. */
  count(input: { readonly clusterId: string; readonly filter: ScheduleFilter }): Promise<number>;

  /** Applies a decided change under the revision it was decided on; counts the revision up. */
  update(input: ScheduleUpdate & { readonly clusterId: string }): Promise<ScheduleUpdateResult>;

  /** Deletes a schedule under the revision that was read; its jobs stay. */
  remove(input: {
    readonly clusterId: string;
    readonly scheduleId: ScheduleId;
    readonly revision: number;
  }): Promise<"removed" | "conflict" | "not_found">;

  /**
   * Says that code has these static schedules now: moves `ensuredAtMs` on, never back; counts no revision. Answers those
   * that exist and are static, by id.
   */
  touch(input: {
    readonly clusterId: string;
    readonly scheduleIds: readonly ScheduleId[];
    readonly nowMs: number;
  }): Promise<readonly Schedule[]>;

  /**
   * The schedules whose `planAtMs` is at or before `nowMs`, the longest due first (then by id). An `Active` schedule
   * that runs one job at a time and whose job has not ended is left out, unless something is to be decided all the
   * same: it skips overlaps and its `nextAtMs` is at or before `nowMs`, or it is static, not idle, and was last ensured
   * before `ensuredSinceMs` (one that never was is not).
   */
  listDue(input: {
    readonly clusterId: string;
    readonly nowMs: number;
    readonly ensuredSinceMs: number;
    readonly limit: number;
  }): Promise<readonly DueSchedule[]>;

  /**
   * Applies plans, all in one commit, one after the other, those whose schedule still has the revision that was read:
   * progress, status, error and the jobs of their occurrences; counts the revision up. Placements hold as in
   * `JobStore.insert`; an `Archived` cluster plans nothing. A lost lease is told first.
   */
  plan(input: {
    readonly clusterId: string;
    readonly lease: LeaseProof;
    readonly nowMs: number;
    readonly plans: readonly SchedulePlanWrite[];
  }): Promise<PlanResult | "lease_lost">;
}
