/**
 * What the API shows of a recurring schedule and of its next runs.
 *
 * @module
 */

import type { SchedulePreview, ScheduleReport } from "../../actors/client.ts";
import type { Metadata, Priority } from "../../core/job.ts";
import { formatMisfire } from "../../core/misfire.ts";
import type { OverlapPolicy, ScheduleStatus, ScheduleType } from "../../core/schedule.ts";
import { formatDuration, formatInstant } from "../../core/time.ts";
import { type ErrorResource, type RetryResource, toErrorResource, toRetryResource } from "./job.ts";
import { durationOrNull, instantOrNull } from "./nullable.ts";

/** A recurring schedule. */
export interface ScheduleResource {
  /** Its id: a UUID, or the id its code gives it. */
  readonly id: string;
  /** The cluster it belongs to. */
  readonly clusterId: string;
  /** Whether it comes from code. */
  readonly type: ScheduleType;
  /** Where it is in its life. */
  readonly status: ScheduleStatus;
  /** The definition its jobs run. */
  readonly definitionId: string;
  /** When it fires. */
  readonly expression: string;
  /** The language of the expression. */
  readonly expressionType: string;
  /** What the expression means, in plain English; `null` when this node cannot read it. */
  readonly description: string | null;
  /** IANA zone of its local times, unless the expression names its own; `null` is the cluster's. */
  readonly timeZone: string | null;
  /** The payload of its jobs. */
  readonly data: unknown;
  /** Tags of its jobs, on top of the definition's. */
  readonly metadata: Metadata;
  /** How urgent its jobs are; `null` is the definition's. */
  readonly priority: Priority | null;
  /** The lane of its jobs; `null` is the definition's, empty the default lane. */
  readonly lane: string | null;
  /** How long one attempt may take, ISO-8601; `null` is the definition's, else the cluster's. */
  readonly timeout: string | null;
  /** Retries of its jobs; `null` is the definition's, else the cluster's. */
  readonly maxRetries: number | null;
  /** How long to wait between attempts; `null` is the definition's, else the cluster's. */
  readonly retry: RetryResource | null;
  /** Occurrences come after this instant. */
  readonly startAfter: string | null;
  /** No occurrence comes after this instant. */
  readonly endBefore: string | null;
  /** What happens to missed occurrences: `skip`, `latest`, or `all(100)` for the last 100. */
  readonly misfire: string;
  /** What happens to an occurrence while a job of the schedule has not ended. */
  readonly overlap: OverlapPolicy;
  /** Each job is due up to this much after its occurrence, ISO-8601. */
  readonly jitter: string;
  /** The set of static schedules it is declared in. */
  readonly profileId: string | null;
  /** Whether no node has had its code for too long: then it plans nothing. */
  readonly idle: boolean;
  /** Its next occurrence; `null` when there is none, it is not active, or this node cannot read it. */
  readonly nextRunAt: string | null;
  /** Occurrences up to here are planned or left out; before the first one, where counting starts. */
  readonly plannedUntil: string;
  /** Occurrences left out so far. */
  readonly skippedCount: number;
  /** Why it could not be planned the last time. */
  readonly error: ErrorResource | null;
  /** When it was made. */
  readonly createdAt: string;
  /** When a call or its code last changed it. */
  readonly updatedAt: string;
  /** When it stopped making jobs for good. */
  readonly terminatedAt: string | null;
  /** When a node last said that its code has it; only for static ones. */
  readonly ensuredAt: string | null;
}

/** The next runs of a schedule. */
export interface NextRunsResource {
  /** When, earliest first. */
  readonly items: readonly string[];
  /** The same in the schedule's zone, with offset and zone. */
  readonly local: readonly string[];
  /** The zone its local times are read in. */
  readonly timeZone: string;
  /** Always `null`: ask again with `from` of the last one. */
  readonly nextCursor: null;
}

/** What the API shows of a recurring schedule. */
export function toScheduleResource(
  { schedule, description, nextRunAtMs }: ScheduleReport,
): ScheduleResource {
  return {
    id: schedule.id,
    clusterId: schedule.clusterId,
    type: schedule.type,
    status: schedule.status,
    definitionId: schedule.definitionId,
    expression: schedule.recurrence.text,
    expressionType: schedule.recurrence.type,
    description,
    timeZone: schedule.timeZone,
    data: JSON.parse(schedule.data),
    metadata: schedule.metadata,
    priority: schedule.priority,
    lane: schedule.lane,
    timeout: durationOrNull(schedule.timeoutMs),
    maxRetries: schedule.maxRetries,
    retry: schedule.retry === null ? null : toRetryResource(schedule.retry),
    startAfter: instantOrNull(schedule.startAfterMs),
    endBefore: instantOrNull(schedule.endBeforeMs),
    misfire: formatMisfire(schedule.misfire),
    overlap: schedule.overlap,
    jitter: formatDuration(schedule.jitterMs),
    profileId: schedule.profileId,
    idle: schedule.idleAtMs !== null,
    nextRunAt: instantOrNull(nextRunAtMs),
    plannedUntil: formatInstant(schedule.cursorAtMs),
    skippedCount: schedule.skippedCount,
    error: toErrorResource(schedule.error),
    createdAt: formatInstant(schedule.createdAtMs),
    updatedAt: formatInstant(schedule.updatedAtMs),
    terminatedAt: instantOrNull(schedule.terminatedAtMs),
    ensuredAt: instantOrNull(schedule.ensuredAtMs),
  };
}

/** What the API shows of the next runs of a schedule. */
export function toNextRunsResource({ runsAtMs, timeZone }: SchedulePreview): NextRunsResource {
  const local = (atMs: number) =>
    Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone).toString();
  return {
    items: runsAtMs.map(formatInstant),
    local: runsAtMs.map(local),
    timeZone,
    nextCursor: null,
  };
}
