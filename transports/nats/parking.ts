/**
 * Messages that are set aside: copied with their bytes into a stream of their own.
 *
 * @module
 */

import { headers } from "@nats-io/transport-node";
import type { ParkedMessage, QueueName } from "../port.ts";
import { type NatsLink, REQUEST_TIMEOUT_MS } from "./link.ts";
import type { NatsNames } from "./names.ts";
import { readAckAddress } from "./receipts.ts";
import { BUCKET, decoded } from "./headers.ts";
import { isMissing } from "./streams.ts";

const REASON = "Jm-Reason";
const MESSAGE = "Jm-Message";

/** Most messages that are looked at to find the latest of one cluster. */
const MAX_LOOKS = 10_000;

/** Copies a received message; `false` when it is gone. Copying one twice keeps one copy. */
export async function park(
  { client, manager }: NatsLink,
  names: NatsNames,
  { queue, receipt, reason }: {
    readonly queue: QueueName;
    readonly receipt: string;
    readonly reason: string;
  },
): Promise<boolean> {
  const { sequence } = readAckAddress(receipt);
  const stored = await manager.streams.getMessage(names.stream, { seq: sequence }).catch(
    (error) => {
      if (isMissing(error)) return null;
      throw error;
    },
  );
  if (stored === null || stored.subject !== names.subject(queue)) return false;
  const own = `${queue.clusterId}/`;
  const id = stored.header.get("Nats-Msg-Id");
  const given = headers();
  given.set(REASON, encodeURIComponent(reason));
  given.set(
    MESSAGE,
    encodeURIComponent(id.startsWith(own) ? id.slice(own.length) : `stream-${sequence}`),
  );
  given.set(BUCKET, encodeURIComponent(queue.bucketId));
  await client.publish(names.parkedSubject(queue), stored.data, {
    msgID: `${names.stream}-${sequence}`,
    headers: given,
    timeout: REQUEST_TIMEOUT_MS,
  });
  return true;
}

/** The latest parked messages of a cluster. */
export async function listParked(
  { manager }: NatsLink,
  names: NatsNames,
  { clusterId, limit }: { readonly clusterId: string; readonly limit: number },
): Promise<readonly ParkedMessage[]> {
  const { state } = await manager.streams.info(names.parked);
  const first = Math.max(state.first_seq, state.last_seq - MAX_LOOKS + 1);
  const found: ParkedMessage[] = [];
  for (let seq = state.last_seq; seq >= first && seq > 0 && found.length < limit; seq--) {
    const stored = await manager.streams.getMessage(names.parked, { seq }).catch((error) => {
      if (isMissing(error)) return null;
      throw error;
    });
    if (stored === null || !stored.subject.startsWith(names.parkedOfCluster(clusterId))) continue;
    found.push({
      messageId: decoded(stored.header.get(MESSAGE)),
      bucketId: decoded(stored.header.get(BUCKET)),
      reason: decoded(stored.header.get(REASON)),
      parkedAtMs: stored.time.getTime(),
      bytes: new Uint8Array(stored.data),
    });
  }
  return found;
}

/** How many messages are parked, by subject. */
export async function parkedCounts(
  { manager }: NatsLink,
  names: NatsNames,
  clusterId: string,
): Promise<ReadonlyMap<string, number>> {
  const filter = `${names.parkedOfCluster(clusterId)}>`;
  const { state } = await manager.streams.info(names.parked, { subjects_filter: filter });
  return new Map(Object.entries(state.subjects ?? {}));
}
