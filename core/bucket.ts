/**
 * What a bucket is: the unit of ownership. One worker owns it, one priority, one lane.
 *
 * @module
 */

import type { BucketId, WorkerId } from "./ids.ts";
import type { Priority } from "./job.ts";

/** Every bucket status. */
export const BUCKET_STATUSES = [
  "Active",
  "Completing",
  "Lost",
  "ReadyToDrain",
  "Draining",
  "ReadyToDelete",
] as const;

/** Where a bucket is in its life. Only `Active` buckets are given new jobs. */
export type BucketStatus = typeof BUCKET_STATUSES[number];

/** Every legal step. `ReadyToDelete` is left only by deletion: it is never lost. */
export const BUCKET_TRANSITIONS: Readonly<Record<BucketStatus, readonly BucketStatus[]>> = {
  Active: ["Completing", "Lost"],
  Completing: ["Lost", "ReadyToDelete"],
  Lost: ["ReadyToDrain"],
  ReadyToDrain: ["Draining", "Lost"],
  Draining: ["ReadyToDelete", "Lost"],
  ReadyToDelete: [],
};

/** Whether a bucket may step from `from` to `to`. */
export function isLegalBucketStep(from: BucketStatus, to: BucketStatus): boolean {
  return BUCKET_TRANSITIONS[from].includes(to);
}

/** The twelve colours a bucket may wear on screen, by name. */
export const BUCKET_COLORS: Readonly<Record<string, string>> = {
  Red: "#FF0000",
  Brown: "#A52A2A",
  DarkBlue: "#00008B",
  Teal: "#008080",
  SkyBlue: "#87CEEB",
  Olive: "#808000",
  Green: "#228B22",
  Tomato: "#FF6347",
  Blue: "#0000FF",
  Purple: "#800080",
  Pink: "#FF1493",
  Charcoal: "#36465F",
};

/** A bucket, as the master stores it. */
export interface Bucket {
  /** Unique in the cluster. */
  readonly id: BucketId;
  /** The cluster it belongs to. */
  readonly clusterId: string;
  /** Where it is in its life. */
  readonly status: BucketStatus;
  /** The one priority it serves. */
  readonly priority: Priority;
  /** The one lane it serves; `""` is the default lane. */
  readonly lane: string;
  /** The agent connection its messages travel on. */
  readonly agentConnectionId: string;
  /** Its owner; `null` when it has none. */
  readonly workerId: WorkerId | null;
  /** Fences its owners: every change of ownership counts it up, and a write under an older epoch changes nothing. */
  readonly epoch: number;
  /** One of {@linkcode BUCKET_COLORS}' values. */
  readonly color: string;
  /** When it was made, in epoch milliseconds. */
  readonly createdAtMs: number;
  /** When its status last changed, in epoch milliseconds. */
  readonly statusChangedAtMs: number;
}
