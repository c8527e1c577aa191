/**
 * The buckets.
 *
 * @module
 */

import type { Bucket, BucketStatus } from "../../core/bucket.ts";
import type { BucketId, WorkerId } from "../../core/ids.ts";
import type { Priority } from "../../core/job.ts";
import type { BucketProof } from "./jobs.ts";

/** A bucket to make. It starts `Active` under epoch 1. */
export interface NewBucket extends Omit<Bucket, "status" | "epoch" | "statusChangedAtMs"> {
  /** Its owner's life. */
  readonly incarnation: number;
}

/** Which buckets to list; every part given must match. */
export interface BucketFilter {
  /** One of these statuses. */
  readonly statuses?: readonly BucketStatus[];
  /** This owner. */
  readonly workerId?: WorkerId;
  /** This lane. */
  readonly lane?: string;
  /** This priority. */
  readonly priority?: Priority;
  /** This agent connection. */
  readonly agentConnectionId?: string;
}

/** The buckets. */
export interface BucketStore {
  /** Makes buckets. One whose id is already stored is left as it is. Answers them as stored; `"not_owner"` for a worker that is not alive under its incarnation, `"agent_draining"` on an agent connection that is being drained: then none are made. */
  create(input: {
    readonly clusterId: string;
    readonly buckets: readonly NewBucket[];
  }): Promise<readonly Bucket[] | "not_owner" | "agent_draining">;
  /** The buckets that match, by id; at most `limit`. */
  list(input: {
    readonly clusterId: string;
    readonly filter: BucketFilter;
    readonly limit: number;
  }): Promise<readonly Bucket[]>;
  /** The bucket, if there is one. */
  find(input: {
    readonly clusterId: string;
    readonly bucketId: BucketId;
  }): Promise<Bucket | null>;
  /**
   * Takes a legal step of a bucket's life under its epoch. With `owner` ownership moves there and the epoch is
   * counted up; a step to `Lost` or `ReadyToDelete` leaves it without an owner and counts the epoch up.
   */
  step(
    input: BucketProof & {
      readonly from: BucketStatus;
      readonly to: BucketStatus;
      readonly owner?: { readonly workerId: WorkerId; readonly incarnation: number };
      readonly nowMs: number;
    },
  ): Promise<Bucket | "not_owner" | "conflict">;
  /** Counts the epoch of an `Active` bucket up for the same owner, so that what it held before is fenced out. */
  renewEpoch(
    input: BucketProof & { readonly workerId: WorkerId; readonly incarnation: number },
  ): Promise<Bucket | "not_owner">;
  /** Deletes a `ReadyToDelete` bucket that no job points to. */
  remove(input: {
    readonly clusterId: string;
    readonly bucketId: BucketId;
  }): Promise<"removed" | "not_empty" | "conflict">;
}
