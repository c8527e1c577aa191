/**
 * Saves what is left in queues whose owners are gone: jobs that only an agent connection has.
 *
 * @module
 */

import { JobMasterError } from "../core/errors.ts";
import type { BucketId } from "../core/ids.ts";
import { readMessages } from "./agent_messages.ts";
import type { MasterStores } from "./storage_actor.ts";
import type { TransportCalls } from "./transport_actor.ts";

/** Messages of one call. */
const BATCH = 500;

/** How long a message is kept from others while it is saved, in milliseconds. */
const LEASE_MS = 30_000;

/** Later than any job is due, in epoch milliseconds. */
const EVER_MS = 8_640_000_000_000_000;

/** Most buckets of one list. */
const MAX_LISTED = 10_000;

/** Which of these queues have no bucket. One that a list of buckets does not name is looked for: there may be more than it holds. */
export async function orphansAmong(
  queues: readonly BucketId[],
  { clusterId, store }: Pick<Rescue, "clusterId" | "store">,
): Promise<readonly BucketId[]> {
  if (queues.length === 0) return [];
  const known = await store.buckets.list({ clusterId, filter: {}, limit: MAX_LISTED });
  const ids = new Set(known.map(({ id }) => id));
  const orphans: BucketId[] = [];
  for (const bucketId of queues.filter((id) => !ids.has(id))) {
    if (await store.buckets.find({ clusterId, bucketId }) === null) orphans.push(bucketId);
  }
  return orphans;
}

/** Whose messages are saved, and where. */
export interface Rescue {
  /** The cluster. */
  readonly clusterId: string;
  /** The bucket. */
  readonly bucketId: string;
  /** The master. */
  readonly store: MasterStores;
  /** The agent connection. */
  readonly transport: TransportCalls;
}

/**
 * Saves the jobs in a queue as held on the master, and takes away messages of jobs it has. Answers how many were saved,
 * and whether the queue is empty: what the former owner received shows again only when its lease ends.
 *
 * @throws {JobMasterError} When master or agent connection cannot be used: nothing is lost, and it may be repeated.
 */
export async function rescueMessages(
  rescue: Rescue,
): Promise<{ readonly saved: number; readonly isEmpty: boolean }> {
  const { clusterId, bucketId, transport } = rescue;
  await transport.open({ clusterId, bucketIds: [bucketId] });
  let saved = 0;
  for (let found = await saveBatch(rescue); found !== null; found = await saveBatch(rescue)) {
    saved += found;
  }
  const [depth] = await transport.depths({ clusterId, bucketIds: [bucketId] });
  return { saved, isEmpty: depth!.waiting + depth!.leased === 0 };
}

/** Saves one batch; answers how many jobs were new to the master, `null` when no message was there. */
async function saveBatch(rescue: Rescue): Promise<number | null> {
  const { clusterId, bucketId, store, transport } = rescue;
  const queue = { clusterId, bucketId };
  const wanted = { limit: BATCH, dueBeforeMs: EVER_MS, leaseMs: LEASE_MS };
  const deliveries = await transport.receive({ ...queue, ...wanted });
  if (deliveries.length === 0) return null;
  const { read, offered, unreadable } = readMessages(deliveries, queue);
  if (unreadable.length > 0) await transport.park({ ...queue, parked: unreadable });
  const jobs = offered.map(({ job }) => ({ ...job, placement: null }));
  const result = jobs.length === 0
    ? { outcome: "accepted" as const, jobs: [] }
    : await store.jobs.insert({ clusterId, jobs });
  if (result.outcome !== "accepted") {
    throw new JobMasterError(result.outcome, `Cannot save the messages of bucket "${bucketId}"`);
  }
  const receipts = [...read, ...offered].map(({ receipt }) => receipt);
  await transport.ack({ ...queue, receipts });
  return result.jobs.filter(({ created }) => created).length;
}
