/**
 * How many jobs a bucket runs and holds at once. There is no pause after a job.
 *
 * @module
 */

import type { Priority } from "./job.ts";

/** Run slots of a bucket at parallelism factor 1. */
export const RUN_SLOTS: Readonly<Record<Priority, number>> = {
  VeryLow: 2,
  Low: 3,
  Medium: 4,
  High: 5,
  Critical: 6,
};

/** Waiting places per run slot. */
export const WAITING_PER_SLOT = 5;

/** The bounds of one bucket. */
export interface BucketCapacity {
  /** Jobs that run at once. */
  readonly runSlots: number;
  /** Jobs `Queued` in memory at once. */
  readonly waiting: number;
  /** Jobs `Onboarded` in memory at once. */
  readonly buffer: number;
}

/**
 * The bounds of a bucket of `priority` at `parallelism`.
 *
 * Slots are `round(base × parallelism)`, half to even, at least 1; waiting places are five times that.
 */
export function bucketCapacity(
  priority: Priority,
  parallelism: number,
  buffer: number,
): BucketCapacity {
  const runSlots = Math.max(1, roundHalfToEven(RUN_SLOTS[priority] * parallelism));
  return { runSlots, waiting: runSlots * WAITING_PER_SLOT, buffer };
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  if (value - floor !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
