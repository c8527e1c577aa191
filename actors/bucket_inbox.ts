/**
 * How a bucket agent receives jobs over an agent connection.
 *
 * The master has every job that a message brings. So a message is acknowledged as soon as its job is in the buffer, and
 * a job whose message is lost is found when the master is read, once a minute, or soon when the connection fails.
 *
 * @module
 */

import { readMessages } from "./agent_messages.ts";
import { MAX_BATCH } from "./batches.ts";
import type {
  BucketAgentArgs,
  BucketAgentContext,
  BucketAgentState,
  Done,
} from "./bucket_agent_protocol.ts";
import { runDuty } from "./bucket_duty.ts";
import type { TransportCalls } from "./transport_actor.ts";

/** How often the master is read beside the agent connection, in milliseconds. */
export const SWEEP_EVERY_MS = 60_000;

/** How soon it is read when the agent connection fails, in milliseconds. */
const SWEEP_SOON_MS = 1_000;

/** How long a received message is kept from others, in milliseconds: it is acknowledged at once. */
const LEASE_MS = 30_000;

/** A message that came more often is one whose receivers die: it is set aside. */
const MAX_DELIVERIES = 20;

/** Makes the queue. While the connection is down the owner goes on from the master's rows. */
export async function openQueue(
  context: BucketAgentContext,
  { clusterId, bucketId }: BucketAgentArgs,
  transport: TransportCalls | null,
): Promise<void> {
  try {
    await transport?.open({ clusterId, bucketIds: [bucketId] });
  } catch (error) {
    context.log(
      "warning",
      `Cannot open the queue of bucket "${bucketId}": ${(error as Error)?.message}`,
    );
  }
}

/** Receives messages and reads what they bring. */
export function receive(
  context: BucketAgentContext,
  state: BucketAgentState,
  transport: TransportCalls,
): void {
  const { args: { clusterId, bucketId, leadTimeMs }, shelf } = state;
  const limit = Math.min(shelf.free, MAX_BATCH); // what comes is acknowledged, so it has to stay in the buffer
  const dueBeforeMs = context.clock.now() + leadTimeMs;
  state.stale = false;
  runDuty(context, state, {
    kind: "receive",
    work: async () => {
      const queue = { clusterId, bucketId };
      const deliveries = await transport.receive({
        ...queue,
        limit,
        dueBeforeMs,
        leaseMs: LEASE_MS,
      });
      const { read, unreadable } = readMessages(deliveries, queue);
      const tooOften = new Set(
        deliveries.filter((each) => each.deliveries > MAX_DELIVERIES).map(({ receipt }) => receipt),
      );
      const reason = `it was received more than ${MAX_DELIVERIES} times`;
      const parked = [...unreadable, ...[...tooOften].map((receipt) => ({ receipt, reason }))];
      if (parked.length > 0) {
        await transport.park({ ...queue, parked });
        context.log(
          "warning",
          `${parked.length} message(s) of bucket "${bucketId}" were parked: ${parked[0]!.reason}`,
        );
      }
      const messages = read.filter(({ receipt }) => !tooOften.has(receipt));
      return { kind: "receive", messages, full: deliveries.length === limit };
    },
  });
}

/** Takes up what was received. The buffer has room for it; what it knows already is acknowledged like the rest. */
export function shelveReceived(
  context: BucketAgentContext,
  state: BucketAgentState,
  { messages }: Extract<Done, { kind: "receive" }>,
): void {
  const { args: { clusterId, bucketId }, transport, shelf } = state;
  shelf.shelve(messages.map(({ job }) => job), context.clock.now());
  const receipts = messages.map(({ receipt }) => receipt);
  if (receipts.length === 0) return;
  // A message that cannot be acknowledged now is received again when its lease ends, and acknowledged then.
  transport!.ack({ clusterId, bucketId, receipts }).catch((error) => {
    context.log(
      "debug",
      `Cannot acknowledge messages of bucket "${bucketId}": ${(error as Error)?.message}`,
    );
  });
}

/** The agent connection failed: what it cannot bring is read from the master. */
export function sweepSoon(context: BucketAgentContext, state: BucketAgentState): void {
  state.sweepAtMono = Math.min(
    state.sweepAtMono,
    context.clock.monotonic() + SWEEP_SOON_MS,
  );
}
