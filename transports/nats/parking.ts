/**
 * Messages that are set aside: copied with their bytes into a stream of their own.
 *
 * @module
 */

import type { StoredMsg } from "@nats-io/jetstream";
import { headers } from "@nats-io/transport-node";
import { badParkedCursor } from "../parked_cursor.ts";
import type { ParkedMessage, ParkedNames, QueueName, Transport } from "../port.ts";
import { type NatsLink, REQUEST_TIMEOUT_MS } from "./link.ts";
import type { NatsNames } from "./names.ts";
import { readAckAddress } from "./receipts.ts";
import { BUCKET, decoded, MESSAGE, messageIdOf } from "./headers.ts";
import { isMissing } from "./streams.ts";

const REASON = "Jm-Reason";

/** Most messages that are looked at to find the latest of one cluster. */
const MAX_LOOKS = 10_000;

/** Messages that are asked for at the same time. */
const LOOKS_AT_ONCE = 32;

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
  const stored = await unlessMissing(
    manager.streams.getMessage(names.stream, { seq: sequence }),
  );
  if (stored === null || stored.subject !== names.subject(queue)) return false;
  const id = messageIdOf(stored.header, { clusterId: queue.clusterId, sequence });
  const given = headers();
  given.set(REASON, encodeURIComponent(reason));
  given.set(MESSAGE, encodeURIComponent(id));
  given.set(BUCKET, encodeURIComponent(queue.bucketId));
  await client.publish(names.parkedSubject(queue), stored.data, {
    msgID: `${names.stream}-${sequence}-${stored.time.getTime()}`, // numbers begin anew with a stream
    headers: given,
    timeout: REQUEST_TIMEOUT_MS,
  });
  return true;
}

/** The latest parked messages of a cluster, after the one whose number in the stream is the cursor. */
export async function listParked(
  link: NatsLink,
  names: NatsNames,
  { clusterId, limit, after }: Parameters<Transport["listParked"]>[0],
): Promise<readonly ParkedMessage[]> {
  const found: ParkedMessage[] = [];
  const beforeSeq = after === undefined || after === null ? Infinity : readCursor(after);
  for await (const stored of latestFirst(link, names, { clusterId, beforeSeq })) {
    if (found.length >= limit) break;
    found.push(parkedIn(stored));
  }
  return found;
}

/**
 * Copies parked messages back into their queues, then deletes them here. A call that is cut short leaves a message in
 * both places; calling again within two minutes makes no second copy.
 */
export async function requeueParked(
  link: NatsLink,
  names: NatsNames,
  chosen: ParkedNames,
): Promise<readonly string[]> {
  const { clusterId } = chosen;
  const putBack = async (stored: StoredMsg) => {
    const { messageId, bucketId } = parkedIn(stored);
    const given = headers();
    given.set(MESSAGE, encodeURIComponent(messageId));
    given.set(BUCKET, encodeURIComponent(bucketId));
    await link.client.publish(names.subject({ clusterId, bucketId }), stored.data, {
      msgID: `${names.parked}-${stored.seq}-${stored.time.getTime()}`,
      headers: given,
      timeout: REQUEST_TIMEOUT_MS,
    });
  };
  return await eachChosen(link, names, { ...chosen, before: putBack });
}

/** Deletes parked messages. */
export async function discardParked(
  link: NatsLink,
  names: NatsNames,
  chosen: ParkedNames,
): Promise<readonly string[]> {
  return await eachChosen(link, names, { ...chosen, before: () => Promise.resolve() });
}

/** Deletes the latest parked message of each id once `before` is done with it; answers the ids that were found. */
async function eachChosen(
  link: NatsLink,
  names: NatsNames,
  { clusterId, messageIds, before }: ParkedNames & {
    readonly before: (stored: StoredMsg) => Promise<void>;
  },
): Promise<readonly string[]> {
  const wanted = new Set(messageIds);
  const done: string[] = [];
  if (wanted.size === 0) return done;
  for await (const stored of latestFirst(link, names, { clusterId, beforeSeq: Infinity })) {
    const { messageId } = parkedIn(stored);
    if (!wanted.delete(messageId)) continue;
    await before(stored);
    await remove(link, names, stored);
    done.push(messageId);
    if (wanted.size === 0) break;
  }
  return done;
}

/** Deletes a parked message. What servers say of one that is gone differs, so after a failure it is looked for. */
async function remove({ manager }: NatsLink, names: NatsNames, { seq }: StoredMsg): Promise<void> {
  try {
    await manager.streams.deleteMessage(names.parked, seq, false);
  } catch (error) {
    if (await unlessMissing(manager.streams.getMessage(names.parked, { seq })) !== null) {
      throw error;
    }
  }
}

/** The parked messages of a cluster; several are asked for at the same time. */
async function* latestFirst(
  { manager }: NatsLink,
  names: NatsNames,
  { clusterId, beforeSeq }: { readonly clusterId: string; readonly beforeSeq: number },
): AsyncGenerator<StoredMsg> {
  const { state } = await manager.streams.info(names.parked);
  const last = Math.min(state.last_seq, beforeSeq - 1);
  const first = Math.max(state.first_seq, last - MAX_LOOKS + 1, 1);
  for (let high = last; high >= first; high -= LOOKS_AT_ONCE) {
    const size = Math.min(LOOKS_AT_ONCE, high - first + 1);
    const part = await Promise.all(
      Array.from(
        { length: size },
        (_, index) =>
          unlessMissing(manager.streams.getMessage(names.parked, { seq: high - index })),
      ),
    );
    for (const stored of part) {
      if (stored?.subject.startsWith(names.parkedOfCluster(clusterId))) yield stored;
    }
  }
}

function parkedIn(stored: StoredMsg): ParkedMessage {
  return {
    messageId: decoded(stored.header.get(MESSAGE)),
    bucketId: decoded(stored.header.get(BUCKET)),
    reason: decoded(stored.header.get(REASON)),
    parkedAtMs: stored.time.getTime(),
    bytes: new Uint8Array(stored.data),
    cursor: String(stored.seq),
  };
}

function readCursor(cursor: string): number {
  if (/^\d{1,16}$/.test(cursor)) return Number(cursor);
  throw badParkedCursor(cursor);
}

/** What was asked for; `null` when it is not there. */
async function unlessMissing<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
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
