/**
 * Marks of one batch, so that each job's row is written once.
 *
 * @module
 */

import type { JobMark } from "../port.ts";
import type { Item } from "./batches.ts";
import { STATUS } from "./codes.ts";
import { jsonOf } from "./rows.ts";

/** A mark as a row of a batch. */
export type MarkItem = Item & {
  /** The job. */
  readonly id: string;
  /** Since when it runs. */
  readonly started_at: number | null;
  /** What its handler last said, as JSON. */
  readonly progress: string | null;
};

/**
 * One row per job, status and fence: of several `Processing` marks the latest words count, of several `Onboarded` ones
 * the first takes the job out of the others' reach. At most one row of a job fits its status.
 */
export function marksOf(marks: readonly JobMark[]): readonly MarkItem[] {
  const items = new Map<string, MarkItem>();
  for (const { jobId, status, fence, startedAtMs, progress } of marks) {
    const key = `${status} ${fence} ${jobId}`;
    const known = items.get(key);
    if (known !== undefined && status === "Onboarded") continue;
    items.set(key, {
      id: jobId,
      status: STATUS[status],
      fence,
      started_at: startedAtMs ?? known?.started_at ?? null,
      progress: jsonOf(progress) ?? known?.progress ?? null,
    });
  }
  return [...items.values()];
}
