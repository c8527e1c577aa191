/**
 * How a bucket agent receives jobs over an agent connection.
 *
 * The master has every job that a message of the first kind brings. So it is acknowledged as soon as its job is in the buffer,
 * and a job whose message is lost is found when the master is read, once a minute, or soon when the connection fails.
 * A message of the second kind brings a job that only the agent connection has: it is acknowledged once the master has the job.
 *
 * @module
 */

import type { InsertedJob, NewJob } from "../storage/port.ts";
import { type Offered, readMessages } from "./agent_messages.ts";
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

/**
 * Makes the queue; answers whether it is there. While the connection is down the owner goes on from the master's rows,
 * and makes it before it reads from it: others send to it meanwhile.
 */
export async function openQueue(
  context: BucketAgentContext,
  { clusterId, bucketId }: BucketAgentArgs,
  transport: TransportCalls | null,
): Promise<boolean> {
  try {
    await transport?.open({ clusterId, bucketIds: [bucketId] });
    return true;
  } catch (error) {
    context.log(
      "warning",
      `Cannot open the queue of bucket "${bucketId}": ${(error as Error)?.message}`,
    );
    return false;
  }
}

/** Receives messages and reads what they bring. */
export function receive(
  context: BucketAgentContext,
  state: BucketAgentState,
  transport: TransportCalls,
): void {
  const { args: { clusterId, bucketId, leadTimeMs }, shelf, isQueueOpen } = state;
  const limit = Math.min(shelf.free, MAX_BATCH); // what comes is acknowledged, so it has to stay in the buffer
  const dueBeforeMs = context.clock.now() + leadTimeMs;
  state.stale = false;
  runDuty(context, state, {
    kind: "receive",
    work: async () => {
      const queue = { clusterId, bucketId };
      if (!isQueueOpen) await transport.open({ clusterId, bucketIds: [bucketId] });
      const deliveries = await transport.receive({
        ...queue,
        limit,
        dueBeforeMs,
        leaseMs: LEASE_MS,
      });
      const { read: messages, offered, unreadable } = readMessages(deliveries, queue);
      const fresh = await freshOf(context, state, offered);
      if (unreadable.length > 0) {
        await transport.park({ ...queue, parked: unreadable });
        context.log(
          "warning",
          `${unreadable.length} message(s) of bucket "${bucketId}" were parked: ${
            unreadable[0]!.reason
          }`,
        );
      }
      const isFresh = new Set(fresh);
      const others = offered.filter((each) => !isFresh.has(each));
      return {
        kind: "receive",
        messages,
        fresh,
        offered: others,
        full: deliveries.length === limit,
      };
    },
  });
}

/** Those that may run before they are saved: due, offered to this very owner, by nobody else, and not in the master. */
async function freshOf(
  context: BucketAgentContext,
  { args: { clusterId }, epoch, store }: BucketAgentState,
  offered: readonly Offered[],
): Promise<readonly Offered[]> {
  const nowMs = context.clock.now();
  const able = offered.filter((each) => each.epoch === epoch && each.job.scheduledAtMs <= nowMs);
  if (able.length === 0) return [];
  const jobIds = able.map(({ job }) => job.id);
  const known = new Set((await store.queries.findMany({ clusterId, jobIds })).map(({ id }) => id));
  return able.filter(({ job }) => !known.has(job.id));
}

/** Takes up what was received. The buffer has room for it; what it knows already is acknowledged like the rest. */
export function shelveReceived(
  context: BucketAgentContext,
  state: BucketAgentState,
  { messages }: Extract<Done, { kind: "receive" }>,
): void {
  state.shelf.shelve(messages.map(({ job }) => job), context.clock.now());
  acknowledge(context, state, messages.map(({ receipt }) => receipt));
}

/** The messages are done with. Those of several calls leave together. */
export function acknowledge(
  context: BucketAgentContext,
  state: BucketAgentState,
  receipts: readonly string[],
): void {
  if (receipts.length > 0) answer(context, state, state.acks!.add(receipts));
}

/** Gives back what was received: whoever empties the queue next need not wait for leases to end. */
export function returnReceived(
  context: BucketAgentContext,
  state: BucketAgentState,
  { messages, fresh, offered }: Extract<Done, { kind: "receive" }>,
): void {
  giveUp(context, state, [...messages, ...fresh, ...offered].map(({ receipt }) => receipt));
}

/** Whoever receives these messages next deals with them. */
export function giveUp(
  context: BucketAgentContext,
  state: BucketAgentState,
  receipts: readonly string[],
): void {
  const { args: { clusterId, bucketId }, transport } = state;
  if (receipts.length === 0) return;
  answer(context, state, transport!.release({ clusterId, bucketId, receipts, delayMs: 0 }));
}

/** The agent connection is told what became of messages. Nobody waits for it but a worker that leaves. */
function answer(
  context: BucketAgentContext,
  state: BucketAgentState,
  told: Promise<unknown>,
): void {
  state.answering++;
  const settled = told.catch(noted(context, state.args.bucketId));
  context.pipeToSelf(settled, () => ({ type: "answered" }));
}

/**
 * Saves jobs that only the agent connection has, those that may start at once as claimed. Their messages are
 * acknowledged once the master has them; until then they come again.
 */
export function saveOffered(
  context: BucketAgentContext,
  state: BucketAgentState,
  received: readonly Offered[],
): void {
  const offered = received.filter(({ job, receipt }) => !state.early.redelivered(job.id, receipt));
  if (offered.length === 0) return;
  const { args: { clusterId, bucketId }, transport, shelf, store, epoch } = state;
  const nowMs = context.clock.now();
  const isDue = ({ job }: Offered) => job.scheduledAtMs <= nowMs;
  const promised = shelf.reserve(offered.filter(isDue).length, nowMs);
  let left = promised;
  const jobs = offered.map((each): NewJob => {
    const claim = isDue(each) && left-- > 0;
    return { ...each.job, placement: { bucketId, epoch, claim } };
  });
  const save = async (): Promise<readonly InsertedJob[]> => {
    const result = await store.jobs.insert({ clusterId, jobs });
    if (result.outcome !== "accepted") return [];
    const receipts = offered.map(({ receipt }) => receipt);
    await transport!.ack({ clusterId, bucketId, receipts }).catch(noted(context, bucketId));
    return result.jobs;
  };
  runDuty(context, state, {
    kind: "save",
    work: async () => {
      const inserted = await save().catch(noted(context, bucketId));
      return { kind: "save", inserted: inserted ?? [], promised };
    },
  });
}

/** A message that cannot be dealt with now is received again when its lease ends. */
function noted(context: BucketAgentContext, bucketId: string): (error: unknown) => undefined {
  return (error) => {
    const why = (error as Error)?.message ?? error;
    context.log("debug", `Cannot deal with messages of bucket "${bucketId}" now: ${why}`);
    return undefined;
  };
}

/** The agent connection failed: what it cannot bring is read from the master. */
export function sweepSoon(context: BucketAgentContext, state: BucketAgentState): void {
  state.sweepAtMono = Math.min(
    state.sweepAtMono,
    context.clock.monotonic() + SWEEP_SOON_MS,
  );
}
