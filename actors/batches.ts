/**
 * Cuts lists into pieces that a call to the master takes.
 *
 * @module
 */

/** Most items in one call to the master. */
export const MAX_BATCH = 1_000;

/** `items` in order, at most {@linkcode MAX_BATCH} at a time. */
export function batchesOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length <= MAX_BATCH) return items.length === 0 ? [] : [items];
  const batches: (readonly T[])[] = [];
  for (let from = 0; from < items.length; from += MAX_BATCH) {
    batches.push(items.slice(from, from + MAX_BATCH));
  }
  return batches;
}
