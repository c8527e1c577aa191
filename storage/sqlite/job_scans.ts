/**
 * Which indexes a list or count of jobs reads: as little of them as its filter allows.
 *
 * @module
 */

import type { JobFilter, JobSort } from "../../core/filter.ts";
import type { JobStatus } from "../../core/job.ts";
import { CLAIMED, HELD, UNCLAIMED, UNSUCCESSFUL } from "./codes.ts";
import { type Condition, condition } from "./filters.ts";
import type { Order, Scan } from "./sliced_reader.ts";

/** Columns lists are sorted by. */
export const SORT_COLUMNS: Readonly<Record<JobSort["by"], string>> = {
  createdAt: "created_at",
  scheduledAt: "scheduled_at",
  finishedAt: "finished_at",
};

/** How a list of jobs is sorted in SQL. */
export function orderOf({ by, direction }: JobSort): Order {
  return { column: SORT_COLUMNS[by], direction };
}

/** The indexes to read in `table` for `filter`; `sortedBy` is `null` for counts. */
export function jobScans(
  table: string,
  filter: JobFilter,
  sortedBy: JobSort["by"] | null,
): readonly Scan[] {
  const { uniqueKey, definitionId, scheduleId, bucketId } = filter;
  if (filter.statuses?.length === 0) return [];
  if (uniqueKey !== undefined && definitionId !== undefined) {
    const fixed = [
      condition("definition_id = ?", definitionId),
      condition("unique_key = ?", uniqueKey),
    ];
    return [{ index: `${table}_by_unique_key`, fixed, keys: [] }];
  }
  if (scheduleId !== undefined) {
    const fixed = [condition("schedule_id = ?", scheduleId), ...createdBetween(filter)];
    return [{ index: `${table}_by_schedule`, fixed, keys: ["created_at", "id"] }];
  }
  if (bucketId !== undefined) return [claimed(table, bucketId), unclaimed(table, bucketId)];
  return byStatus(table, filter, sortedBy) ?? [wholeCluster(table, filter, sortedBy)];
}

/** The parts of the statuses asked for; `null` when there is a status without one. */
function byStatus(
  table: string,
  filter: JobFilter,
  sortedBy: JobSort["by"] | null,
): readonly Scan[] | null {
  const { statuses } = filter;
  if (statuses === undefined || sortedBy === "finishedAt") return null;
  const asks = (...words: readonly JobStatus[]) => words.some((word) => statuses.includes(word));
  if (asks("SavePending", "Succeeded")) return null;
  return [
    ...(asks("HeldOnMaster") ? [held(table)] : []),
    ...(asks("AssignedToBucket", "Onboarded") ? [unclaimed(table)] : []),
    ...(asks("Queued", "Processing") ? [claimed(table)] : []),
    ...(asks("Failed", "Cancelled") ? [unsuccessful(table, filter)] : []),
  ];
}

function wholeCluster(table: string, filter: JobFilter, sortedBy: JobSort["by"] | null): Scan {
  const onlySucceeded = filter.statuses?.every((status) => status === "Succeeded") ?? false;
  if (sortedBy === "finishedAt" || (sortedBy === null && onlySucceeded)) return finished(table);
  const keys = ["created_at", "id"];
  return { index: `${table}_by_created`, fixed: createdBetween(filter), keys };
}

function unsuccessful(table: string, filter: JobFilter): Scan {
  return {
    index: `${table}_unsuccessful`,
    fixed: [condition(UNSUCCESSFUL), ...createdBetween(filter)],
    keys: ["created_at", "id"],
  };
}

/** The jobs that have ended, or have since `sinceMs`, by when. */
export function finished(table: string, sinceMs?: number): Scan {
  const fixed = [
    sinceMs === undefined
      ? condition("finished_at IS NOT NULL")
      : condition("finished_at >= ?", sinceMs),
  ];
  return { index: `${table}_finished`, fixed, keys: ["finished_at", "id"] };
}

/** The jobs that wait on the master. */
export function held(table: string): Scan {
  const keys = ["lane", "priority", "scheduled_at", "id"];
  return { index: `${table}_held`, fixed: [condition(HELD)], keys };
}

/** The jobs in buckets, or in one, of which no attempt has been granted. */
export function unclaimed(table: string, bucketId?: string): Scan {
  const { fixed, keys } = inBucket(bucketId);
  return {
    index: `${table}_unclaimed`,
    fixed: [condition(UNCLAIMED), ...fixed],
    keys: [...keys, "scheduled_at", "id"],
  };
}

/** The jobs in buckets, or in one, of which an attempt has been granted. */
export function claimed(table: string, bucketId?: string): Scan {
  const { fixed, keys } = inBucket(bucketId);
  return {
    index: `${table}_claimed`,
    fixed: [condition(CLAIMED), ...fixed],
    keys: [...keys, "id"],
  };
}

function inBucket(bucketId: string | undefined): Pick<Scan, "fixed" | "keys"> {
  if (bucketId === undefined) return { fixed: [], keys: ["bucket_id"] };
  return { fixed: [condition("bucket_id = ?", bucketId)], keys: [] };
}

function createdBetween({ createdFromMs, createdToMs }: JobFilter): readonly Condition[] {
  return [
    ...(createdFromMs === undefined ? [] : [condition("created_at >= ?", createdFromMs)]),
    ...(createdToMs === undefined ? [] : [condition("created_at <= ?", createdToMs)]),
  ];
}
