/**
 * The buckets in memory.
 *
 * @module
 */

import { type Bucket, isLegalBucketStep } from "../../../core/bucket.ts";
import type { BucketStore, NewBucket } from "../../../storage/port.ts";
import { matchesBucket } from "./memory_filter.ts";
import {
  type ClusterRows,
  compareText,
  isAlive,
  type MemoryState,
  provenBucket,
  rowsOf,
  type Synchronous,
} from "./memory_state.ts";

/** The buckets. */
export function memoryBuckets(state: MemoryState): Synchronous<BucketStore> {
  return {
    create: ({ clusterId, buckets }) => {
      const rows = rowsOf(state, clusterId);
      const allAlive = buckets.every((each) => isAlive(rows, each.workerId, each.incarnation));
      if (!allAlive) return "not_owner";
      const isDraining = ({ agentConnectionId }: NewBucket) =>
        (rows.agents.get(agentConnectionId)?.drainingAtMs ?? null) !== null;
      if (buckets.some(isDraining)) return "agent_draining";
      return buckets.map((each) => create(rows, clusterId, each));
    },
    list: ({ clusterId, filter, limit }) =>
      [...rowsOf(state, clusterId).buckets.values()]
        .filter((bucket) => matchesBucket(bucket, filter))
        .sort((a, b) => compareText(a.id, b.id))
        .slice(0, limit),
    find: ({ clusterId, bucketId }) => rowsOf(state, clusterId).buckets.get(bucketId) ?? null,
    step: (input) => step(rowsOf(state, input.clusterId), input),
    renewEpoch: (input) => {
      const rows = rowsOf(state, input.clusterId);
      const bucket = provenBucket(rows, input);
      if (bucket?.status !== "Active" || bucket.workerId !== input.workerId) return "not_owner";
      if (!isAlive(rows, input.workerId, input.incarnation)) return "not_owner";
      rows.owners.set(bucket.id, input.incarnation);
      return store(rows, { ...bucket, epoch: bucket.epoch + 1 });
    },
    remove: ({ clusterId, bucketId }) => {
      const rows = rowsOf(state, clusterId);
      const bucket = rows.buckets.get(bucketId);
      if (bucket?.status !== "ReadyToDelete") return "conflict";
      if ([...rows.jobs.values()].some((job) => job.bucketId === bucketId)) return "not_empty";
      rows.buckets.delete(bucketId);
      return "removed";
    },
  };
}

function create(rows: ClusterRows, clusterId: string, newBucket: NewBucket): Bucket {
  const known = rows.buckets.get(newBucket.id);
  if (known !== undefined) return known;
  const { incarnation, ...given } = newBucket;
  rows.owners.set(newBucket.id, incarnation);
  return store(rows, {
    ...given,
    clusterId,
    status: "Active",
    epoch: 1,
    statusChangedAtMs: given.createdAtMs,
  });
}

function step(
  rows: ClusterRows,
  input: Parameters<BucketStore["step"]>[0],
): Bucket | "not_owner" | "conflict" {
  const { from, to, owner, nowMs } = input;
  const bucket = provenBucket(rows, input);
  if (bucket === null) return "not_owner";
  if (bucket.status !== from || !isLegalBucketStep(from, to)) return "conflict";
  if (owner !== undefined && !isAlive(rows, owner.workerId, owner.incarnation)) return "not_owner";
  const stepped = { ...bucket, status: to, statusChangedAtMs: nowMs };
  if (to === "Lost" || to === "ReadyToDelete") {
    rows.owners.delete(bucket.id);
    return store(rows, { ...stepped, workerId: null, epoch: bucket.epoch + 1 });
  }
  if (owner === undefined) return store(rows, stepped);
  rows.owners.set(bucket.id, owner.incarnation);
  return store(rows, { ...stepped, workerId: owner.workerId, epoch: bucket.epoch + 1 });
}

function store(rows: ClusterRows, bucket: Bucket): Bucket {
  rows.buckets.set(bucket.id, bucket);
  return bucket;
}
