/**
 * How many items one call may carry.
 *
 * @module
 */

import { JobMasterError } from "../../core/errors.ts";

/** Most items one call takes. */
export const MAX_BATCH = 5_000;

/** Refuses a call with more than {@linkcode MAX_BATCH} items. */
export function checkBatch(items: readonly unknown[], what: string): void {
  checkCount(items.length, what);
}

/** Refuses a call with `count` items when those are more than {@linkcode MAX_BATCH}. */
export function checkCount(count: number, what: string): void {
  if (count <= MAX_BATCH) return;
  throw new JobMasterError(
    "invalid_request",
    `Cannot take ${count} ${what}: one call takes at most ${MAX_BATCH}`,
  );
}
