/**
 * Which occurrences of a schedule are to be planned now, which are left out, and when to look again.
 *
 * Pure: the recurrence is a function, the time an argument. Running one job at a time needs no lock at run time: the
 * next occurrence is planned only when the job before has ended, and it may be planned ahead of time, because nothing
 * else of its schedule can start meanwhile.
 *
 * @module
 */

import {
  isTerminated,
  MISFIRE_AFTER_MS,
  type Schedule,
  type ScheduleProgress,
} from "./schedule.ts";

/** How early an occurrence may be planned, so that it starts on time while no coordinator lives, in milliseconds. */
export const PLAN_AHEAD_MS = 300_000;

/** The same where late occurrences are left out: close to its time, so that few are planned before an outage. */
export const PLAN_CLOSE_MS = 2_000;

/** Most occurrences of one schedule planned at once. */
export const MAX_PLANNED = 900;

/** Most occurrences of one schedule looked at at once. */
const MAX_SCANNED = 2_000;

/** Most occurrences counted through to find where a schedule stands. */
const MAX_STEPS = 10_000;

/** Most skipped occurrences put on record at once, the latest ones; the others are counted. */
export const MAX_SKIPS_ON_RECORD = 100;

/** How long a static schedule is alive after a node last said that its code has it, in milliseconds. */
export const IDLE_AFTER_MS = 240_000;

/** After what time it becomes `Inactive`, in milliseconds. */
export const INACTIVE_AFTER_MS = 3_540_000;

/** What an occurrence comes to: a job, or a skip because it was missed or because the job before had not ended. */
export type OccurrenceFate = "run" | "missed" | "overlapped";

/** An occurrence and its fate. */
export interface DecidedOccurrence {
  /** The occurrence, in epoch milliseconds. */
  readonly atMs: number;
  /** What it comes to. */
  readonly fate: OccurrenceFate;
}

/** What to do with a schedule. */
export interface SchedulePlan extends ScheduleProgress {
  /** Its occurrences in order: those to run, and the skipped ones that are put on record. */
  readonly occurrences: readonly DecidedOccurrence[];
  /** Occurrences skipped, on record or not. */
  readonly skipped: number;
  /** Its status from now on. */
  readonly status: Schedule["status"];
  /** Whether it plans nothing from now on: its waiting jobs of later occurrences are to be withdrawn. */
  readonly withdraw: boolean;
  /** Whether that is because no node's code has it. */
  readonly idle: boolean;
}

/** What a plan is made from. */
export interface PlanningInput {
  /** The schedule. */
  readonly schedule: Schedule;
  /** Whether a job of it has not ended. */
  readonly unfinished: boolean;
  /** Now, in epoch milliseconds. */
  readonly nowMs: number;
  /** Most occurrences to run, at least 1. */
  readonly budget: number;
  /** Its recurrence. */
  readonly next: NextOccurrence;
}

/** The first occurrence after an instant, both in epoch milliseconds; `undefined` when there is none. */
export type NextOccurrence = (afterMs: number) => number | undefined;

/** Decides what to do with a schedule now. */
export function planSchedule(input: PlanningInput): SchedulePlan {
  const { schedule, nowMs } = input;
  const sinceEnsuredMs = schedule.type === "Static" ? nowMs - ensuredAt(schedule) : -Infinity;
  if (sinceEnsuredMs >= INACTIVE_AFTER_MS) return resting(input, "Inactive", true);
  const idle = sinceEnsuredMs >= IDLE_AFTER_MS;
  if (idle || schedule.status !== "Active") return resting(input, schedule.status, idle);
  return advance(input, scan(input));
}

/** A schedule that plans nothing now: its code is gone, or it is not active. */
function resting(
  { schedule, nowMs, next }: PlanningInput,
  status: Schedule["status"],
  idle: boolean,
): SchedulePlan {
  const progress = takenBack(schedule, nowMs, next);
  const watched = schedule.type === "Static" && !isTerminated(status);
  return {
    ...progress,
    occurrences: [],
    skipped: 0,
    status,
    withdraw: true,
    idle,
    planAtMs: watched ? ensuredAt(schedule) + INACTIVE_AFTER_MS : null,
  };
}

function ensuredAt({ ensuredAtMs, createdAtMs }: Schedule): number {
  return ensuredAtMs ?? createdAtMs;
}

/**
 * How far a schedule has been planned when what was planned beyond `nowMs` is taken back. Counts on from its checkpoint,
 * so that the phase of its recurrence is kept.
 */
export function takenBack(
  schedule: ScheduleProgress,
  nowMs: number,
  next: NextOccurrence,
): ScheduleProgress {
  const { cursorAtMs, checkpointAtMs } = schedule;
  const untilMs = Math.min(nowMs, cursorAtMs);
  return progressAt(cursorAtMs <= nowMs ? cursorAtMs : last(checkpointAtMs, untilMs, next), {
    nowMs,
    next,
  });
}

/** How far a schedule is when it goes on after a rest: what was due meanwhile is passed over. */
export function goneOn(
  schedule: ScheduleProgress,
  nowMs: number,
  next: NextOccurrence,
): ScheduleProgress {
  const { cursorAtMs } = takenBack(schedule, nowMs, next);
  return progressAt(last(cursorAtMs, nowMs, next), { nowMs, next });
}

/** How far a schedule is that counts from `startMs`. */
export function startedAt(startMs: number, nowMs: number, next: NextOccurrence): ScheduleProgress {
  return progressAt(startMs, { nowMs, next });
}

function progressAt(
  cursorAtMs: number,
  { nowMs, next }: { readonly nowMs: number; readonly next: NextOccurrence },
): ScheduleProgress {
  const nextAtMs = next(cursorAtMs) ?? null;
  return { cursorAtMs, checkpointAtMs: cursorAtMs, nextAtMs, planAtMs: nowMs };
}

/** The last occurrence until `untilMs`, counted from `fromMs`; `untilMs` itself when that takes too long to count. */
function last(fromMs: number, untilMs: number, next: NextOccurrence): number {
  let atMs = fromMs;
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const following = next(atMs);
    if (following === undefined || following > untilMs) return atMs;
    atMs = following;
  }
  return untilMs;
}

/** The next occurrences, and what lies behind them. */
interface Scan {
  /** The occurrences that may be decided now, in order. */
  readonly candidates: readonly number[];
  /** The first one that is not among them, whether or not it is in bounds; `undefined` when there is none. */
  readonly beyond: number | undefined;
}

function scan({ schedule, nowMs, next }: PlanningInput): Scan {
  const { endBeforeMs } = schedule;
  const untilMs = Math.min(nowMs + aheadOf(schedule), endBeforeMs ?? Infinity);
  const candidates: number[] = [];
  let beyond = next(schedule.cursorAtMs);
  while (beyond !== undefined && beyond <= untilMs && candidates.length < MAX_SCANNED) {
    candidates.push(beyond);
    beyond = next(beyond);
  }
  return { candidates, beyond };
}

/** How early occurrences of a schedule may be planned, in milliseconds. */
export function aheadOf({ misfire }: Pick<Schedule, "misfire">): number {
  return misfire.policy === "all" ? PLAN_AHEAD_MS : PLAN_CLOSE_MS;
}

function advance(input: PlanningInput, scanned: Scan): SchedulePlan {
  const { schedule } = input;
  const decided = decide(input, scanned);
  const last = decided.at(-1)?.atMs;
  const cursorAtMs = last ?? schedule.cursorAtMs;
  const following = scanned.candidates[decided.length] ?? scanned.beyond;
  const inBounds = following !== undefined && following <= (schedule.endBeforeMs ?? Infinity);
  const nextAtMs = inBounds ? following : null;
  const skips = decided.filter(({ fate }) => fate !== "run");
  const recorded = new Set(skips.slice(-MAX_SKIPS_ON_RECORD));
  return {
    occurrences: decided.filter((each) => each.fate === "run" || recorded.has(each)),
    skipped: skips.length,
    withdraw: false,
    idle: false,
    cursorAtMs,
    checkpointAtMs: checkpoint(input, decided),
    nextAtMs,
    ...ending(input, { cursorAtMs, following, nextAtMs, decided }),
  };
}

function decide(input: PlanningInput, { candidates, beyond }: Scan): readonly DecidedOccurrence[] {
  const { schedule: { misfire, overlap }, unfinished, nowMs, budget } = input;
  const lateMs = nowMs - MISFIRE_AFTER_MS;
  const missed = candidates.filter((atMs) => atMs < lateMs).length;
  const kept = misfire.policy === "all" ? misfire.max : misfire.policy === "latest" ? 1 : 0;
  const dropped = Math.max(0, missed - kept);
  const skips = candidates.slice(0, dropped).map((atMs) => ({ atMs, fate: "missed" as const }));
  if (beyond !== undefined && beyond < lateMs) return skips; // which are the last ones shows later
  const open = candidates.slice(dropped);
  const run = (some: readonly number[]) => some.map((atMs) => ({ atMs, fate: "run" as const }));
  if (overlap === "allow") return [...skips, ...run(open.slice(0, Math.min(budget, MAX_PLANNED)))];
  if (!unfinished) return [...skips, ...run(open.slice(0, 1))];
  if (overlap === "queue") return skips;
  const due = open.filter((atMs) => atMs <= nowMs);
  return [...skips, ...due.map((atMs) => ({ atMs, fate: "overlapped" as const }))];
}

/** The last occurrence known to be at or before now. */
function checkpoint(
  { schedule, nowMs, next }: PlanningInput,
  decided: readonly DecidedOccurrence[],
): number {
  const past = decided.findLast(({ atMs }) => atMs <= nowMs);
  return past?.atMs ?? takenBack(schedule, nowMs, next).cursorAtMs;
}

/** Whether the schedule ends, and when to look again. */
function ending(
  { schedule, nowMs, unfinished }: PlanningInput,
  { cursorAtMs, following, nextAtMs, decided }: {
    readonly cursorAtMs: number;
    readonly following: number | undefined;
    readonly nextAtMs: number | null;
    readonly decided: readonly DecidedOccurrence[];
  },
): Pick<SchedulePlan, "status" | "planAtMs"> {
  if (nextAtMs === null) {
    const untilMs = following === undefined ? cursorAtMs : schedule.endBeforeMs!;
    const over = untilMs < nowMs;
    if (!over) return { status: "Active", planAtMs: watched(schedule, untilMs + 1) };
    return { status: following === undefined ? "Completed" : "Inactive", planAtMs: null };
  }
  return {
    status: "Active",
    planAtMs: watched(schedule, lookAgainAt({ schedule, nowMs, unfinished, nextAtMs, decided })),
  };
}

/** A static schedule is looked at when its code may be gone, too. */
function watched(schedule: Schedule, planAtMs: number): number {
  if (schedule.type !== "Static") return planAtMs;
  return Math.min(planAtMs, ensuredAt(schedule) + IDLE_AFTER_MS);
}

function lookAgainAt(
  { schedule, nowMs, unfinished, nextAtMs, decided }: {
    readonly schedule: Schedule;
    readonly nowMs: number;
    readonly unfinished: boolean;
    readonly nextAtMs: number;
    readonly decided: readonly DecidedOccurrence[];
  },
): number {
  const aheadMs = aheadOf(schedule);
  const opensAtMs = nextAtMs - aheadMs;
  if (schedule.overlap === "allow") {
    if (opensAtMs <= nowMs) return nowMs; // there was more than fits
    return Math.max(opensAtMs, nowMs + aheadMs / 2); // a batch at a time, not one by one
  }
  const planned = decided.findLast(({ fate }) => fate === "run");
  if (planned !== undefined) return Math.max(nowMs, planned.atMs); // it does not end before it is due
  return unfinished ? nowMs : Math.max(nowMs, opensAtMs);
}
