/**
 * Whether an agent connection is empty, and what is still there when it is not.
 *
 * @module
 */

import { BUCKET_STATUSES } from "../core/bucket.ts";
import { JobMasterError } from "../core/errors.ts";
import { shown } from "../core/names.ts";
import { orphansAmong, rescueMessages } from "./agent_rescue.ts";
import type { MasterStores } from "./storage_actor.ts";
import type { TransportCalls } from "./transport_actor.ts";

/** An agent connection that is to be removed. */
export interface Removal {
  /** The cluster. */
  readonly clusterId: string;
  /** Its name. */
  readonly name: string;
  /** The master. */
  readonly store: MasterStores;
  /** Its calls. */
  readonly transport: TransportCalls;
}

const LIMIT = 1_000;

/** Parked messages of one look: they may be long. */
const PARKED_AT_ONCE = 25;

/**
 * What keeps an agent connection from being removed, one line each. Jobs in queues whose buckets are gone are saved
 * first: nobody else may look for them from a node that has the connection.
 */
export async function remainsOf(
  removal: Removal,
  { discardParked }: { readonly discardParked: boolean },
): Promise<readonly string[]> {
  const { clusterId, transport } = removal;
  const buckets = await bucketsOn(removal);
  await saveOrphans(removal);
  const messages = await messagesIn(removal);
  const parked = await transport.countParked({ clusterId });
  return [
    ...(buckets.length === 0
      ? []
      : [`${counted(buckets.length, "bucket")} bound to it (${byStatus(buckets)})`]),
    ...(messages === 0 ? [] : [`${counted(messages, "message")} in its queues`]),
    ...(parked === 0 || discardParked
      ? []
      : [`${counted(parked, "message")} parked: requeue or discard them, or say --discard-parked`]),
  ];
}

function bucketsOn({ clusterId, name, store }: Removal) {
  return store.buckets.list({ clusterId, filter: { agentConnectionId: name }, limit: LIMIT });
}

async function saveOrphans({ clusterId, store, transport }: Removal): Promise<void> {
  const queues = await transport.queues({ clusterId, limit: LIMIT });
  for (const bucketId of await orphansAmong(queues, { clusterId, store })) {
    const { isEmpty } = await rescueMessages({ clusterId, bucketId, store, transport });
    if (isEmpty) await transport.close({ clusterId, bucketId });
  }
}

async function messagesIn({ clusterId, transport }: Removal): Promise<number> {
  const bucketIds = await transport.queues({ clusterId, limit: LIMIT });
  if (bucketIds.length === 0) return 0;
  const depths = await transport.depths({ clusterId, bucketIds });
  return depths.reduce((sum, { waiting, leased }) => sum + waiting + leased, 0);
}

/** Deletes every parked message. */
export async function discardAll({ clusterId, name, transport }: Removal): Promise<void> {
  for (;;) {
    const parked = await transport.listParked({ clusterId, limit: PARKED_AT_ONCE });
    if (parked.length === 0) return;
    const messageIds = parked.map(({ messageId }) => messageId);
    const gone = await transport.discardParked({ clusterId, messageIds });
    if (gone.length === 0) throw conflict(name, ["its parked messages cannot be deleted"]);
  }
}

/** The refusal that says what is still there. */
export function conflict(name: string, problems: readonly string[]): JobMasterError {
  return new JobMasterError(
    "agent_connection_conflict",
    `Cannot remove agent connection ${shown(name)}: ${problems.join("; ")}`,
    { problems },
  );
}

function counted(count: number, what: string): string {
  return count === 1 ? `1 ${what} is` : `${count} ${what}s are`;
}

function byStatus(buckets: readonly { readonly status: string }[]): string {
  const counts = BUCKET_STATUSES.map((status) =>
    [status, buckets.filter((each) => each.status === status).length] as const
  );
  return counts.filter(([, count]) => count > 0).map(([status, count]) => `${count} ${status}`)
    .join(", ");
}
