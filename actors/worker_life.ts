/**
 * How a worker joins the cluster and how it leaves.
 *
 * @module
 */

import { type Bucket, BUCKET_COLORS } from "../core/bucket.ts";
import type { ClusterSettings } from "../core/cluster.ts";
import { codeOf, invariant } from "../core/errors.ts";
import { failure } from "../core/failure.ts";
import { shortId } from "../core/ids.ts";
import { PRIORITIES } from "../core/job.ts";
import { pick } from "../core/random.ts";
import { type Worker, WORKER_DUTIES } from "../core/worker.ts";
import type { NewBucket } from "../storage/port.ts";
import type { AgentHoldings } from "./bucket_agent_protocol.ts";
import { rescueMessages } from "./agent_rescue.ts";
import { repeat } from "./repeat.ts";
import type { MasterStores } from "./storage_actor.ts";
import { transportAt } from "./transport_actor.ts";
import type { WorkerArgs, WorkerContext, WorkerState } from "./worker_protocol.ts";

/** A new life of a worker. */
export interface RegisteredWorker {
  /** As the master stored it. */
  readonly worker: Worker;
  /** Its buckets; `null` when its agent connection takes none. */
  readonly buckets: readonly Bucket[] | null;
  /** The cluster's settings. */
  readonly settings: ClusterSettings;
  /** When the registration was sent, on the monotonic clock. */
  readonly sentAtMono: number;
}

/** Registers a new life with its buckets; waits for the master as long as it takes. */
export function registerWorker(
  context: WorkerContext,
  store: MasterStores,
  args: WorkerArgs,
): Promise<RegisteredWorker> {
  return repeat(context, {
    what: `register worker "${args.workerId}"`,
    call: () => registerOnce(context, store, args),
    worthwhile: (error) => codeOf(error) !== "invariant_violated",
  });
}

async function registerOnce(
  context: WorkerContext,
  store: MasterStores,
  args: WorkerArgs,
): Promise<RegisteredWorker> {
  const { clusterId, workerId, name, mode, lane, agentConnectionId, parallelism } = args;
  const sentAtMono = context.clock.monotonic();
  const worker = await store.workers.register({
    worker: {
      id: workerId,
      clusterId,
      name,
      mode,
      lane,
      agentConnectionId,
      parallelism,
      host: args.host,
      processId: args.processId,
      createdAtMs: context.clock.now(),
    },
    leaseMs: args.lease.leaseMs,
  });
  const buckets = await makeBuckets(context, store, { args, worker });
  const cluster = await store.clusters.find({ clusterId });
  invariant(cluster !== null, `Cluster "${clusterId}" does not exist`);
  return { worker, buckets, settings: cluster.settings, sentAtMono };
}

/** Makes buckets for a life of a worker; `null` when its agent connection drains or was removed. */
export async function makeBuckets(
  context: WorkerContext,
  store: MasterStores,
  { args, worker }: { readonly args: WorkerArgs; readonly worker: Worker },
): Promise<readonly Bucket[] | null> {
  const { clusterId, mode, transport } = args;
  const wanted = WORKER_DUTIES[mode].ownsBuckets ? newBuckets(context, args, worker) : [];
  if (wanted.length === 0) return [];
  if (transport !== null && !(await takesJobs(context, store, args))) return null;
  const buckets = await store.buckets.create({ clusterId, buckets: wanted });
  if (buckets === "agent_draining") return null;
  invariant(buckets !== "not_owner", `Worker "${worker.id}" was replaced while it made buckets`);
  return buckets;
}

/** Whether the agent connection of a worker is known, stands for the store it is connected to, and does not drain. */
export async function takesJobs(
  context: WorkerContext,
  store: MasterStores,
  { clusterId, agentConnectionId, transport }: WorkerArgs,
): Promise<boolean> {
  const known = await store.agents.list({ clusterId, limit: 1_000 });
  const agent = known.find(({ name }) => name === agentConnectionId);
  if (agent === undefined || agent.drainingAtMs !== null) return false;
  const { fingerprint } = await transportAt(context, transport!).describe({});
  return agent.fingerprint === fingerprint;
}

function newBuckets(context: WorkerContext, args: WorkerArgs, worker: Worker): NewBucket[] {
  return PRIORITIES.flatMap((priority) =>
    Array.from({ length: args.buckets[priority] }, () => ({
      id: `${args.workerId}.${priority}-${shortId(context.random, 5)}`,
      clusterId: args.clusterId,
      priority,
      lane: args.lane,
      agentConnectionId: args.agentConnectionId,
      workerId: args.workerId,
      incarnation: worker.incarnation,
      color: pick(Object.values(BUCKET_COLORS), context.random)!,
      createdAtMs: context.clock.now(),
    }))
  );
}

/** Takes no more jobs: the buckets complete, the others are told. */
export async function startRetiring(context: WorkerContext, state: WorkerState): Promise<void> {
  const { args: { clusterId }, worker, store } = state;
  await takeNoMore(context, state);
  await attempt(context, "say that it stops", async () => {
    await store.workers.stopping({
      clusterId,
      workerId: worker.id,
      incarnation: worker.incarnation,
    });
    for (const bucket of await ownBuckets(state)) {
      if (bucket.status !== "Active") continue;
      const nowMs = context.clock.now();
      await store.buckets.step({ ...proofOf(bucket), from: "Active", to: "Completing", nowMs });
    }
  });
}

/** The buckets take no more jobs and complete; the scheduler gives them none. */
export async function takeNoMore(context: WorkerContext, state: WorkerState): Promise<void> {
  for (const agent of state.agents.values()) agent.tell({ type: "complete" });
  await tellScheduler(context, state, []);
}

/** Tells the scheduler which buckets this worker serves; without an answer it learns of them a second later. */
export async function tellScheduler(
  context: WorkerContext,
  state: WorkerState,
  agents: readonly { readonly bucketId: string; readonly address: string }[],
): Promise<void> {
  const worker = context.self.address;
  await attempt(
    context,
    "announce its buckets",
    () =>
      state.scheduler.ask({ type: "local_buckets", worker, agents }, {
        timeoutMs: ANNOUNCE_TIMEOUT_MS,
      }),
  );
}

const ANNOUNCE_TIMEOUT_MS = 2_000;

/** Leaves when nothing is held any more, else looks again soon. */
export async function retireStep(context: WorkerContext, state: WorkerState): Promise<void> {
  if (await holdsAnything(state)) {
    context.sendAfter(20, { type: "retire_step" });
    return;
  }
  await attempt(context, "leave the cluster", () => leave(context, state));
  state.phase = "retired";
}

/** Whether its buckets have attempts, endings or messages in hand. */
export async function holdsAnything(state: WorkerState): Promise<boolean> {
  const held = await holdingsOf(state);
  return held.some(({ claimed, settling, messages }) => claimed + settling + messages > 0);
}

/** Attempts the worker has claimed and not yet settled; an agent that does not answer in time may hold one. */
export async function countClaimed(state: WorkerState): Promise<number> {
  const holdings = await holdingsOf(state);
  return holdings.reduce((sum, { claimed, settling }) => sum + claimed + settling, 0);
}

function holdingsOf({ agents }: WorkerState): Promise<readonly AgentHoldings[]> {
  return Promise.all(
    [...agents.values()].map((agent) =>
      agent.ask({ type: "holdings" }, { timeoutMs: 5_000 }).catch(() => UNKNOWN)
    ),
  );
}

/** What an agent holds that does not say: leaving now would make its running attempts look crashed. */
const UNKNOWN: AgentHoldings = { buffered: 0, claimed: 1, settling: 0, messages: 0 };

async function leave(context: WorkerContext, state: WorkerState): Promise<void> {
  const { args: { clusterId }, worker, store } = state;
  await giveUpBuckets(context, state);
  await store.workers.remove({
    clusterId,
    workerId: worker.id,
    incarnation: worker.incarnation,
    nowMs: context.clock.now(),
  });
}

/** Deletes the worker's buckets, whose jobs go back to the master. One whose queue cannot be emptied now stays. */
export async function giveUpBuckets(context: WorkerContext, state: WorkerState): Promise<void> {
  const { args: { clusterId, transport }, store } = state;
  for (const bucket of await ownBuckets(state)) {
    await returnJobs(context, store, bucket);
    if (transport !== null && !(await leaveQueue(context, state, bucket.id))) continue;
    const nowMs = context.clock.now();
    await store.buckets.step({
      ...proofOf(bucket),
      from: "Completing",
      to: "ReadyToDelete",
      nowMs,
    });
    await store.buckets.remove({ clusterId, bucketId: bucket.id });
  }
}

/** Saves what the queue holds and closes it; one that cannot be emptied now is left to others with its bucket. */
async function leaveQueue(
  context: WorkerContext,
  { args: { clusterId, transport: address }, store }: WorkerState,
  bucketId: string,
): Promise<boolean> {
  const transport = transportAt(context, address!);
  const { isEmpty } = await rescueMessages({ clusterId, bucketId, store, transport });
  if (isEmpty) await transport.close({ clusterId, bucketId });
  return isEmpty;
}

async function returnJobs(
  context: WorkerContext,
  store: MasterStores,
  bucket: Bucket,
): Promise<void> {
  const error = failure("crashed", "The worker left while it held the attempt");
  for (let moved = RETURN_LIMIT; moved === RETURN_LIMIT;) {
    const nowMs = context.clock.now();
    const proof = proofOf(bucket);
    const result = await store.jobs.reclaim({ ...proof, nowMs, limit: RETURN_LIMIT, error });
    if (result === "not_owner") return;
    moved = result.moved;
  }
}

const RETURN_LIMIT = 1_000;

/** The buckets of this worker that it serves or completes. */
export function ownBuckets(
  { args: { clusterId }, worker, store }: WorkerState,
): Promise<readonly Bucket[]> {
  const filter = { workerId: worker.id, statuses: ["Active", "Completing"] as const };
  return store.buckets.list({ clusterId, filter, limit: 1_000 });
}

function proofOf({ clusterId, id, epoch }: Bucket) {
  return { clusterId, bucketId: id, epoch };
}

/** Leaving must not hang on a master that is down: what is not tidied up is taken over when the lease ends. */
async function attempt(
  context: WorkerContext,
  what: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    context.log("warning", `The worker could not ${what}: ${(error as Error)?.message ?? error}`);
  }
}
