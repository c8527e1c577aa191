/**
 * The bucket agent owns one bucket: it is the only actor that takes jobs out of it, and the only one that reports
 * how they ended.
 *
 * Onboards due jobs into a bounded buffer, claims attempts in batches as its executor has room, and settles what
 * ended. It holds no truth: after a crash it fences its former self out with a new epoch and starts from the rows.
 *
 * @module
 */

import { bucketCapacity } from "../core/capacity.ts";
import { invariant } from "../core/errors.ts";
import { failure } from "../core/failure.ts";
import { Batcher } from "./batcher.ts";
import { MAX_BATCH } from "./batches.ts";
import { BucketShelf } from "./bucket_shelf.ts";
import type {
  BucketAgentArgs,
  BucketAgentContext,
  BucketAgentMessage,
  BucketAgentState,
} from "./bucket_agent_protocol.ts";
import { handBack, reconcile, watchCancellations } from "./bucket_care.ts";
import { markBuffered, markRunning, recordStart } from "./bucket_marks.ts";
import { openQueue } from "./bucket_inbox.ts";
import { saveSlow } from "./bucket_early.ts";
import { EarlyJobs } from "./early_jobs.ts";
import { handOver, mayStart, pull } from "./bucket_pull.ts";
import { done } from "./bucket_results.ts";
import { settle } from "./bucket_settling.ts";
import { executor } from "./executor.ts";
import type { JobRun } from "./handler_run.ts";
import { type Actor, defineActor } from "./runtime/definition.ts";
import type { SettlerMessage } from "./settler.ts";
import { type MasterStores, storageAt } from "./storage_actor.ts";
import { transportAt, type TransportCalls } from "./transport_actor.ts";

const TICK_MS = 500;
const RECONCILE_MS = 10_000;

/** Declares the bucket agent. One per bucket, restarted on a crash. */
export const bucketAgent: Actor<BucketAgentMessage, BucketAgentArgs> = defineActor<
  BucketAgentMessage,
  BucketAgentState,
  BucketAgentArgs
>({
  name: "bucket_agent",
  module: import.meta.url,
  mailbox: { capacity: 16_384, overflow: "reject" },
  supervision: { maxRestarts: 0 }, // a new executor would not know the attempts of the old one

  async start(context, args) {
    const store = storageAt(context, args.storage);
    const epoch = await ownBucket(store, args, context.clock.now());
    const transport = args.transport === null ? null : transportAt(context, args.transport);
    const isQueueOpen = await openQueue(context, args, transport);
    const capacity = bucketCapacity(args.priority, args.parallelism, args.bufferSize);
    const runner = await context.spawn({
      key: "executor",
      actor: executor,
      args: {
        bucketAgent: context.self.address,
        runSlots: capacity.runSlots,
        handlers: args.handlers,
        isolation: args.isolation,
        host: args.host,
        graceMs: args.graceMs,
      },
    });
    context.sendInterval(TICK_MS, { type: "tick" });
    context.sendInterval(RECONCILE_MS, { type: "reconcile" });
    return newState(context, args, {
      epoch,
      store,
      transport,
      isQueueOpen,
      executor: runner,
      settler: context.ref<SettlerMessage>(args.settler),
      shelf: new BucketShelf(capacity),
    });
  },

  handlers: {
    reserve(context, { count }, state) {
      const behind = state.stale || state.more || state.busy.has("fetch") ||
        state.busy.has("receive"); // who came earlier starts earlier
      if (behind || !mayStart(context, state)) return { granted: 0 };
      return { granted: state.shelf.reserve(count, context.clock.now()) };
    },

    accept(context, { jobs, unused }, state) {
      state.shelf.giveBack(jobs.length + unused);
      const runs = jobs.map((job): JobRun => ({ job, attempt: job.attempts, epoch: state.epoch }));
      handOver(context, state, runs);
    },

    wake(context, _message, state) {
      state.stale = true;
      pull(context, state);
    },

    due(context, _message, state) {
      pull(context, state);
    },

    news(context, { trustedUntilMono, running, retry }, state) {
      Object.assign(state, { trustedUntilMono, running, retry });
      state.executor.tell({ type: "trust", untilMono: trustedUntilMono });
      if (running) pull(context, state);
      else handBack(context, state);
    },

    ended(context, { attempts }, state) {
      settle(context, state, attempts);
      pull(context, state);
    },

    running(context, { attempts }, state) {
      const logs = attempts.flatMap((each) => each.logs);
      if (logs.length > 0) state.settler.tell({ type: "logs", entries: logs });
      markRunning(context, state, state.early.note(attempts));
      saveSlow(context, state);
    },

    starting(context, { jobId, attempt }, state) {
      recordStart(context, state, { jobId, attempt });
    },

    complete(context, _message, state) {
      state.completing = true;
      handBack(context, state);
    },

    interrupt(_context, { code }, state) {
      state.completing = true;
      state.executor.tell({ type: "abort", jobIds: null, code });
    },

    holdings: (_context, _message, { shelf, busy, answering }) => ({
      ...shelf.holdings(),
      messages: answering + Number(busy.has("receive")) + Number(busy.has("save")),
    }),

    answered(_context, _message, state) {
      state.answering--;
    },

    tick(context, _message, state) {
      state.stale = true; // polling alone is sufficient
      pull(context, state);
      saveSlow(context, state);
      markBuffered(context, state);
      watchCancellations(context, state);
    },

    reconcile(context, _message, state) {
      reconcile(context, state);
    },

    duty_done(context, message, state) {
      done(context, state, message);
    },
  },

  stop(_context, { timer }) {
    timer?.[Symbol.dispose]();
  },
});

function newState(
  { clock }: Pick<BucketAgentContext, "clock">,
  args: BucketAgentArgs,
  parts: Pick<
    BucketAgentState,
    "epoch" | "store" | "transport" | "isQueueOpen" | "executor" | "settler" | "shelf"
  >,
): BucketAgentState {
  return {
    args,
    ...parts,
    retry: { baseMs: 10_000, factor: 2, maxMs: 3_600_000, jitter: "full" }, // until the first news
    trustedUntilMono: 0,
    running: false,
    completing: false,
    stale: true,
    more: false,
    busy: new Set(),
    strangers: new Set(),
    early: new EarlyJobs(),
    acks: parts.transport === null ? null : acknowledging(args, parts.transport, clock),
    answering: 0,
    timer: null,
    behind: false,
    sweepAtMono: 0, // what was placed before this life began
  };
}

function acknowledging(
  { clusterId, bucketId }: BucketAgentArgs,
  transport: TransportCalls,
  clock: BucketAgentContext["clock"],
): Batcher<string, null> {
  return new Batcher({
    clock,
    maxItems: MAX_BATCH,
    send: async (receipts) => {
      await transport.ack({ clusterId, bucketId, receipts });
      return receipts.map(() => null);
    },
  });
}

/** Fences out whoever acted for this bucket before, takes back what they held, and answers the new epoch. */
async function ownBucket(
  store: MasterStores,
  args: BucketAgentArgs,
  nowMs: number,
): Promise<number> {
  const { clusterId, bucketId, workerId, incarnation } = args;
  const before = await store.buckets.find({ clusterId, bucketId });
  invariant(before !== null, `Cannot own bucket "${bucketId}": it does not exist`);
  const bucket = await store.buckets.renewEpoch({
    clusterId,
    bucketId,
    epoch: before.epoch,
    workerId,
    incarnation,
  });
  invariant(bucket !== "not_owner", `Cannot own bucket "${bucketId}": another worker does`);
  const error = failure("crashed", "The bucket agent that held the attempt crashed");
  const proof = { clusterId, bucketId, epoch: bucket.epoch };
  for (let moved = RECLAIM_LIMIT; moved === RECLAIM_LIMIT;) {
    const result = await store.jobs.reclaim({ ...proof, nowMs, limit: RECLAIM_LIMIT, error });
    invariant(result !== "not_owner", `Cannot own bucket "${bucketId}": it was taken over`);
    moved = result.moved;
  }
  return bucket.epoch;
}

const RECLAIM_LIMIT = 1_000;
