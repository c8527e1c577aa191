/**
 * What a recurring schedule is, which steps are legal, and which policies it may have.
 *
 * @module
 */

import type { FailureRecord } from "./failure.ts";
import type { ScheduleId } from "./ids.ts";
import type { Metadata, Priority } from "./job.ts";
import type { RetryPolicy } from "./retry.ts";

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

/** Whether a schedule of this status makes no more jobs unless it is revived. */
export function isTerminated(status: ScheduleStatus): boolean {
  return status !== "Active" && status !== "Paused";
}

/** Every type of schedule. */
export const SCHEDULE_TYPES = ["Static", "Dynamic"] as const;

/** `Static`: declared in code, alive while some node has that code. `Dynamic`: made by a call. */
export type ScheduleType = typeof SCHEDULE_TYPES[number];

/** Every overlap policy. */
export const OVERLAP_POLICIES = ["skip", "queue", "allow"] as const;

/**
 * What happens to an occurrence while a job of the same schedule has not ended: `skip` leaves it out, `queue` lets it
 * wait, one after the other, `allow` runs both.
 */
export type OverlapPolicy = typeof OVERLAP_POLICIES[number];

/** Every misfire policy. */
export const MISFIRE_POLICIES = ["skip", "latest", "all"] as const;

/**
 * What happens to occurrences nobody could plan for more than {@linkcode MISFIRE_AFTER_MS}: `skip` leaves them out,
 * `latest` runs the last one, `all` runs the last `max` of them.
 */
export type MisfirePolicy =
  | { readonly policy: "skip" | "latest" }
  | { readonly policy: "all"; readonly max: number };

/** How late an occurrence may be planned before it counts as missed, in milliseconds. */
export const MISFIRE_AFTER_MS = 60_000;

/** Most missed occurrences `all` may run. */
export const MAX_MISFIRES = 900;

/** Longest splay of a schedule, in milliseconds: a day. */
export const MAX_JITTER_MS = 86_400_000;

/** Runs what was missed, the last 100 at most. */
export const DEFAULT_MISFIRE: MisfirePolicy = { policy: "all", max: 100 };

/** Runs one job of a schedule at a time and loses none. */
export const DEFAULT_OVERLAP: OverlapPolicy = "queue";

/** When a schedule fires: text of a language of recurrences. */
export interface RecurrenceText {
  /** The language: `"natural"`, `"cron"`, `"interval"` or one a node registered. */
  readonly type: string;
  /** The text. */
  readonly text: string;
}

/** What users decide about a schedule, read and checked. `null` leaves it to the definition or the cluster. */
export interface ScheduleRules {
  /** The definition its jobs run. */
  readonly definitionId: string;
  /** When it fires. */
  readonly recurrence: RecurrenceText;
  /** IANA zone of its local times, unless the recurrence names its own; `null` is the cluster's. */
  readonly timeZone: string | null;
  /** The payload of its jobs as JSON text. */
  readonly data: string;
  /** Tags of its jobs, on top of the definition's. */
  readonly metadata: Metadata;
  /** How urgent its jobs are. */
  readonly priority: Priority | null;
  /** The lane of its jobs; `""` is the default lane. */
  readonly lane: string | null;
  /** How long one attempt may take, in milliseconds. */
  readonly timeoutMs: number | null;
  /** Retries of its jobs. */
  readonly maxRetries: number | null;
  /** How long to wait between attempts. */
  readonly retry: RetryPolicy | null;
  /** Occurrences are after this instant, in epoch milliseconds. */
  readonly startAfterMs: number | null;
  /** No occurrence is after this instant, in epoch milliseconds. */
  readonly endBeforeMs: number | null;
  /** See {@linkcode MisfirePolicy}. */
  readonly misfire: MisfirePolicy;
  /** See {@linkcode OverlapPolicy}. */
  readonly overlap: OverlapPolicy;
  /** Each job is due up to this much after its occurrence, by chance, in milliseconds. */
  readonly jitterMs: number;
}

/** How far a schedule has been planned. */
export interface ScheduleProgress {
  /** The last occurrence that was planned or skipped; before the first, where counting starts. In epoch milliseconds. */
  readonly cursorAtMs: number;
  /** An occurrence, or the start of counting, at or before both the cursor and the time it was last planned. */
  readonly checkpointAtMs: number;
  /** The first occurrence that has neither been planned nor skipped; `null` when there is none. */
  readonly nextAtMs: number | null;
  /** When a planner has to look at it again; `null` when never. */
  readonly planAtMs: number | null;
}

/** A recurring schedule, as the master stores it. */
export interface Schedule extends ScheduleRules, ScheduleProgress {
  /** A UUID, or for a static one the id its code gives it. */
  readonly id: ScheduleId;
  /** The cluster it belongs to. */
  readonly clusterId: string;
  /** Whether it comes from code. */
  readonly type: ScheduleType;
  /** Where it is in its life. */
  readonly status: ScheduleStatus;
  /** The set of static schedules it is declared in. */
  readonly profileId: string | null;
  /** Its rules as the code says them, as JSON text, to tell a change of the code from a change by a call. */
  readonly code: string | null;
  /** When a node last said that its code has it, in epoch milliseconds; only for static ones. */
  readonly ensuredAtMs: number | null;
  /** Since when no node has said so for too long: it plans nothing. */
  readonly idleAtMs: number | null;
  /** Occurrences skipped so far, whether each has a job on record or not. */
  readonly skippedCount: number;
  /** Why it could not be planned the last time; `null` when it could. */
  readonly error: FailureRecord | null;
  /** When it was made, in epoch milliseconds. */
  readonly createdAtMs: number;
  /** When a call or its code last changed it, in epoch milliseconds. */
  readonly updatedAtMs: number;
  /** When it stopped making jobs for good, in epoch milliseconds. */
  readonly terminatedAtMs: number | null;
  /** Counts changes and plans, so that a decision on an old reading is recognised. */
  readonly revision: number;
}

/** Which schedules; every part given must match. */
export interface ScheduleFilter {
  /** One of these statuses; an empty list matches nothing. */
  readonly statuses?: readonly ScheduleStatus[];
  /** Of this type. */
  readonly type?: ScheduleType;
  /** Of this definition. */
  readonly definitionId?: string;
  /** Declared in this set of static schedules. */
  readonly profileId?: string;
  /** Whether they could not be planned the last time. */
  readonly failing?: boolean;
}
