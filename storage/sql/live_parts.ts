/**
 * How live jobs are found: by indexes that ended jobs are not in. Partial ones on Postgres, ones over columns that
 * are computed and NULL for ended jobs on MySQL.
 *
 * @module
 */

import { CLAIMED, HELD, UNCLAIMED, UNFINISHED, UNSUCCESSFUL } from "./codes.ts";
import type { ReadDialect } from "./dialect.ts";

/** A part of the jobs that an index of its own holds. */
export interface LivePart {
  /** Name of the index, after the table's. */
  readonly index: string;
  /** The column of the index by which its jobs are looked up. */
  readonly key: string;
  /** What holds for all jobs in it; what makes Postgres use it. */
  readonly condition: string;
}

/** The parts of the jobs that have not ended. */
export interface LiveParts {
  /** Held on the master: by lane, then priority, due time, id. */
  readonly held: LivePart;
  /** In a bucket, of which no attempt is granted: by bucket, then due time, id. */
  readonly unclaimed: LivePart;
  /** In a bucket, of which an attempt is granted: by bucket, then id. */
  readonly claimed: LivePart;
  /** Of a recurring schedule, not ended: by schedule, then id. */
  readonly unfinished: LivePart;
  /** Ended without success: by creation, then id. */
  readonly unsuccessful: LivePart;
}

/** How live jobs are found on this kind of server. */
export function liveParts({ name }: ReadDialect): LiveParts {
  const computed = name === "mysql";
  const part = (index: string, column: string, condition: string): LivePart =>
    computed
      ? { index, key: `${index}_${column}`, condition: `${index}_${column} IS NOT NULL` }
      : { index, key: column, condition };
  return {
    held: part("held", "lane", HELD),
    unclaimed: part("unclaimed", "bucket_id", UNCLAIMED),
    claimed: part("claimed", "bucket_id", CLAIMED),
    unfinished: part("unfinished", "schedule_id", `schedule_id IS NOT NULL AND ${UNFINISHED}`),
    unsuccessful: part("unsuccessful", "created_at", UNSUCCESSFUL),
  };
}
