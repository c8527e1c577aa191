/**
 * Promises of the transport port as data, and what their cases share.
 *
 * @module
 */

import { deepStrictEqual as equal } from "node:assert/strict";
import type { Delivery, NewMessage, Transport } from "../../../transports/port.ts";
import type { ConformanceCase } from "../../conformance/conformance_case.ts";
import { eventually } from "../../support/eventually.ts";

/** A promise of the transport port. */
export type TransportCase = ConformanceCase<Transport>;

/** The queue of most cases. */
export const QUEUE = { clusterId: "c-1", bucketId: "w.Medium-1" } as const;

/** When the jobs of messages are due unless a case says otherwise, in epoch milliseconds: long ago. */
export const DUE_MS = 1_700_000_000_000;

/** Long enough that no lease ends while a case runs. */
export const LONG_MS = 600_000;

/** How long messages may take to arrive: less than any lease a transport falls back to by itself (NATS: 30 s). */
const ARRIVAL_MS = 15_000;

/** A message for {@linkcode QUEUE}. */
export function aMessage(id: string, given: Partial<NewMessage> = {}): NewMessage {
  return { id, bucketId: QUEUE.bucketId, dueAtMs: DUE_MS, body: `{"job":"${id}"}`, ...given };
}

/** A queue that was opened, with these messages in it. */
export async function filled(
  transport: Transport,
  messages: readonly NewMessage[],
): Promise<void> {
  await transport.open({ clusterId: QUEUE.clusterId, bucketIds: [QUEUE.bucketId] });
  const { oversize } = await transport.push({ clusterId: QUEUE.clusterId, messages });
  equal(oversize, []);
}

/** What may be asked for beside the queue. */
export interface Wanted {
  readonly limit?: number;
  readonly dueBeforeMs?: number;
  readonly leaseMs?: number;
  readonly bucketId?: string;
}

/** Receives once. */
export function receive(
  transport: Transport,
  { bucketId = QUEUE.bucketId, limit = 100, dueBeforeMs = DUE_MS, leaseMs = LONG_MS }: Wanted = {},
): Promise<readonly Delivery[]> {
  return transport.receive({ clusterId: QUEUE.clusterId, bucketId, limit, dueBeforeMs, leaseMs });
}

/** Receives until `count` messages came: a transport may answer before what was pushed has arrived. */
export async function receiveAll(
  transport: Transport,
  count: number,
  wanted: Wanted = {},
): Promise<readonly Delivery[]> {
  const deliveries: Delivery[] = [];
  await eventually(`${count} message(s)`, async () => {
    const limit = wanted.limit ?? Math.min(100, count - deliveries.length);
    deliveries.push(...await receive(transport, { ...wanted, limit }));
    return deliveries.length >= count;
  }, { timeoutMs: ARRIVAL_MS });
  return deliveries;
}

/** Fails when a message can be received. */
export async function receiveNone(transport: Transport, wanted: Wanted = {}): Promise<void> {
  equal(await receive(transport, wanted), []);
}

/** The ids of messages, sorted. */
export function idsOf(deliveries: readonly Delivery[]): readonly string[] {
  return deliveries.map(({ messageId }) => messageId).toSorted();
}

/** The receipts of deliveries. */
export function receiptsOf(deliveries: readonly Delivery[]): readonly string[] {
  return deliveries.map(({ receipt }) => receipt);
}
