/**
 * Which indexes a list or count of jobs reads: as little of them as its filter allows.
 *
 * @module
 */

import type { JobFilter, JobSort } from "../../core/filter.ts";
import type { JobStatus } from "../../core/job.ts";
import { type Condition, condition } from "./filters.ts";
import type { ReadDialect } from "./read_dialect.ts";
import { type LivePart, type LiveParts, liveParts } from "./schema.ts";
import type { Order, Scan } from "./sliced_reader.ts";
import type { Tables } from "./table_names.ts";

/** Columns lists are sorted by. */
export const SORT_COLUMNS: Readonly<Record<JobSort["by"], string>> = {
  createdAt: "created_at",
  scheduledAt: "scheduled_at",
  finishedAt: "finished_at",
};

/** How a list of jobs is sorted in SQL. */
export function orderOf({ by, direction }: JobSort): Order {
  return { column: SORT_COLUMNS[by], direction, name: `${by}:${direction}` };
}

/** Where jobs are found. */
export class JobScans {
  readonly #jobs: string;
  readonly #parts: LiveParts;

  /** Scans of the jobs in `tables`. */
  constructor({ jobs }: Tables, dialect: ReadDialect) {
    this.#jobs = jobs;
    this.#parts = liveParts(dialect);
  }

  /** The indexes to read for `filter`; `sortedBy` is `null` for counts. */
  of(filter: JobFilter, sortedBy: JobSort["by"] | null): readonly Scan[] {
    const { uniqueKey, definitionId, scheduleId, bucketId } = filter;
    if (filter.statuses?.length === 0) return [];
    if (uniqueKey !== undefined && definitionId !== undefined) {
      const fixed = [
        condition("definition_id = ?", definitionId),
        condition("unique_key = ?", uniqueKey),
      ];
      return [{ index: `${this.#jobs}_by_unique_key`, fixed, keys: [] }];
    }
    if (scheduleId !== undefined) {
      const fixed = [condition("schedule_id = ?", scheduleId), ...createdBetween(filter)];
      return [{ index: `${this.#jobs}_by_schedule`, fixed, keys: ["created_at", "id"] }];
    }
    if (bucketId !== undefined) return [this.claimed(bucketId), this.unclaimed(bucketId)];
    return this.#byStatus(filter, sortedBy) ?? [this.#wholeCluster(filter, sortedBy)];
  }

  /** The jobs that have ended, or have since `sinceMs`, by when. */
  finished(sinceMs?: number): Scan {
    const fixed = [
      sinceMs === undefined
        ? condition("finished_at IS NOT NULL")
        : condition("finished_at >= ?", sinceMs),
    ];
    return { index: `${this.#jobs}_finished`, fixed, keys: ["finished_at", "id"] };
  }

  /** The jobs that wait on the master. */
  held(): Scan {
    return this.#whole(this.#parts.held, "priority", "scheduled_at", "id");
  }

  /** The jobs in buckets, or in one, of which no attempt has been granted. */
  unclaimed(bucketId?: string): Scan {
    return this.#inBucket(this.#parts.unclaimed, bucketId, ["scheduled_at", "id"]);
  }

  /** The jobs in buckets, or in one, of which an attempt has been granted. */
  claimed(bucketId?: string): Scan {
    return this.#inBucket(this.#parts.claimed, bucketId, ["id"]);
  }

  /** The parts of the statuses asked for; `null` when there is a status without one. No master has a `SavePending` job. */
  #byStatus(filter: JobFilter, sortedBy: JobSort["by"] | null): readonly Scan[] | null {
    const { statuses } = filter;
    if (statuses === undefined || sortedBy === "finishedAt") return null;
    const asks = (...words: readonly JobStatus[]) => words.some((word) => statuses.includes(word));
    if (asks("Succeeded")) return null;
    return [
      ...(asks("HeldOnMaster") ? [this.held()] : []),
      ...(asks("AssignedToBucket", "Onboarded") ? [this.unclaimed()] : []),
      ...(asks("Queued", "Processing") ? [this.claimed()] : []),
      ...(asks("Failed", "Cancelled") ? [this.#unsuccessful(filter)] : []),
    ];
  }

  #wholeCluster(filter: JobFilter, sortedBy: JobSort["by"] | null): Scan {
    const onlySucceeded = filter.statuses?.every((status) => status === "Succeeded") ?? false;
    if (sortedBy === "finishedAt" || (sortedBy === null && onlySucceeded)) return this.finished();
    const keys = ["created_at", "id"];
    return { index: `${this.#jobs}_by_created`, fixed: createdBetween(filter), keys };
  }

  #unsuccessful(filter: JobFilter): Scan {
    const { key } = this.#parts.unsuccessful;
    const scan = this.#whole(this.#parts.unsuccessful, "id");
    return {
      ...scan,
      fixed: [...scan.fixed, ...createdBetween(filter, key)],
      sortedBy: "created_at",
    };
  }

  #whole({ index, key, condition: holds }: LivePart, ...others: readonly string[]): Scan {
    return { index: `${this.#jobs}_${index}`, fixed: [condition(holds)], keys: [key, ...others] };
  }

  #inBucket(part: LivePart, bucketId: string | undefined, others: readonly string[]): Scan {
    if (bucketId === undefined) return this.#whole(part, ...others);
    const fixed = [condition(part.condition), condition(`${part.key} = ?`, bucketId)];
    return { index: `${this.#jobs}_${part.index}`, fixed, keys: others };
  }
}

function createdBetween(
  { createdFromMs, createdToMs }: JobFilter,
  column = "created_at",
): readonly Condition[] {
  return [
    ...(createdFromMs === undefined ? [] : [condition(`${column} >= ?`, createdFromMs)]),
    ...(createdToMs === undefined ? [] : [condition(`${column} <= ?`, createdToMs)]),
  ];
}
