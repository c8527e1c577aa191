/**
 * Keeps the cluster tidy while its leader's term lasts: declares workers dead, gives lost buckets to drainers,
 * deletes empty ones, and removes what is older than the retention.
 *
 * @module
 */

import type { Bucket } from "../core/bucket.ts";
import { codeOf } from "../core/errors.ts";
import { STANDALONE_AGENT } from "../core/names.ts";
import { pick } from "../core/random.ts";
import { type Worker, WORKER_DUTIES } from "../core/worker.ts";
import type { LeaseProof } from "../storage/port.ts";
import { type TransportAddresses, transportsAt } from "./agent_posts.ts";
import { orphansAmong, rescueMessages } from "./agent_rescue.ts";
import { seenAs } from "./node_transports.ts";
import { type Actor, type ActorContext, defineActor } from "./runtime/definition.ts";
import type { Tell } from "./runtime/protocol.ts";
import { type MasterStores, storageAt } from "./storage_actor.ts";
import type { TransportCalls } from "./transport_actor.ts";

/** What a custodian can be told. */
export type CustodianMessage =
  /** Looks for dead workers and lost buckets. */
  | Tell<"inspect">
  /** Removes what is too old. */
  | Tell<"purge">
  /** Saves messages whose buckets are gone. */
  | Tell<"rescue">;

/** What a custodian needs to start. */
export interface CustodianArgs {
  /** The cluster. */
  readonly clusterId: string;
  /** Address of the storage actor. */
  readonly storage: string;
  /** The agent connections of this node. */
  readonly transports: TransportAddresses;
  /** Addresses of this node's workers. */
  readonly workers: readonly string[];
  /** The term it acts under. */
  readonly lease: LeaseProof;
}

interface State {
  readonly args: CustodianArgs;
  readonly store: MasterStores;
  readonly transports: ReadonlyMap<string, TransportCalls>;
}

type Context = ActorContext<CustodianMessage>;

const INSPECT_EVERY_MS = 1_000;
const PURGE_EVERY_MS = 5_000;
/** How often queues without a bucket are looked for, in milliseconds. */
const RESCUE_EVERY_MS = 30_000;
const PURGE_BATCH = 1_000;
/** Longest a purge may keep the custodian from inspecting, in milliseconds. */
const PURGE_BUDGET_MS = 2_000;
/** How long a dead worker stays visible, in milliseconds. */
const FORGET_AFTER_MS = 30 * 60_000;
/** How often a drain worker is chosen when there is one. */
const PREFER_DRAIN = 0.75;

/** Declares the custodian. Only one with a living term acts. */
export const custodian: Actor<CustodianMessage, CustodianArgs> = defineActor<
  CustodianMessage,
  State,
  CustodianArgs
>({
  name: "custodian",
  module: import.meta.url,
  mailbox: { capacity: 16, overflow: "drop_oldest" },

  start(context, args) {
    context.sendInterval(INSPECT_EVERY_MS, { type: "inspect" });
    context.sendInterval(PURGE_EVERY_MS, { type: "purge" });
    context.sendInterval(RESCUE_EVERY_MS, { type: "rescue" });
    context.self.tell({ type: "rescue" });
    const transports = transportsAt(context, args.transports);
    return { args, store: storageAt(context, args.storage), transports };
  },

  handlers: {
    async inspect(context, _message, state) {
      try {
        await declareDead(context, state);
        await placeLostBuckets(context, state);
        await removeEmptyBuckets(state);
      } catch (error) {
        context.log("debug", `Cannot inspect now: ${codeOf(error)}`); // the next look repeats it
      }
    },

    async rescue(context, _message, state) {
      await rescueOrphans(context, state);
    },

    async purge(context, _message, state) {
      try {
        await purge(context, state);
      } catch (error) {
        context.log("debug", `Cannot purge now: ${codeOf(error)}`); // the next look repeats it
      }
    },
  },
});

async function declareDead(context: Context, { args, store }: State): Promise<void> {
  const { clusterId, lease } = args;
  const nowMs = context.clock.now();
  const found = await store.workers.expire({
    clusterId,
    lease,
    forgetAfterMs: FORGET_AFTER_MS,
    nowMs,
  });
  if (found === "lease_lost") return;
  for (const workerId of found.workers) {
    context.log("warning", `Worker "${workerId}" is dead: its lease ran out`, {
      subjectType: "Worker",
      subjectId: workerId,
    });
  }
  for (const bucketId of found.buckets) {
    context.log("warning", `Bucket "${bucketId}" is lost: it has no living owner`, {
      subjectType: "Bucket",
      subjectId: bucketId,
    });
  }
}

async function placeLostBuckets(context: Context, { args, store }: State): Promise<void> {
  const { clusterId } = args;
  const lost = await store.buckets.list({
    clusterId,
    filter: { statuses: ["Lost"] },
    limit: 1_000,
  });
  if (lost.length === 0) return;
  const workers = await store.workers.list({ clusterId, limit: 1_000 });
  for (const bucket of lost) {
    const worker = chooseDrainer(context, bucket, workers);
    if (worker === undefined) continue; // stays visible as Lost until somebody can drain it
    await store.buckets.step({
      clusterId,
      bucketId: bucket.id,
      epoch: bucket.epoch,
      from: "Lost",
      to: "ReadyToDrain",
      owner: { workerId: worker.id, incarnation: worker.incarnation },
      nowMs: context.clock.now(),
    });
  }
}

function chooseDrainer(
  context: Context,
  bucket: Bucket,
  workers: readonly Worker[],
): Worker | undefined {
  const { agentConnectionId: agent } = bucket;
  // Without an agent connection there are only rows, which every worker can move: also once the cluster has some.
  const able = workers.filter((worker) =>
    worker.status === "Active" && WORKER_DUTIES[worker.mode].drains &&
    (agent === STANDALONE_AGENT || worker.agentConnectionId === agent)
  );
  const dedicated = able.filter(({ mode }) => mode === "Drain");
  const preferred = dedicated.length > 0 && context.random.next() < PREFER_DRAIN;
  return pick(preferred ? dedicated : able, context.random);
}

async function removeEmptyBuckets({ args, store, transports }: State): Promise<void> {
  const { clusterId } = args;
  const empty = await store.buckets.list({
    clusterId,
    filter: { statuses: ["ReadyToDelete"] },
    limit: 1_000,
  });
  for (const { id: bucketId, agentConnectionId } of empty) {
    await transports.get(agentConnectionId)?.close({ clusterId, bucketId });
    await store.buckets.remove({ clusterId, bucketId });
  }
}

/** Looks after each agent connection; one that is away keeps the others from nothing. */
async function rescueOrphans(context: Context, state: State): Promise<void> {
  for (const [agent, transport] of state.transports) {
    try {
      await rescueOn(context, state, { agent, transport });
    } catch (error) {
      context.log("debug", `Cannot rescue messages on "${agent}" now: ${codeOf(error)}`); // the next look repeats it
    }
  }
}

/** A producer may have sent jobs to a bucket that was just going: nobody receives them. */
async function rescueOn(
  context: Context,
  { args: { clusterId }, store }: State,
  { agent, transport }: { readonly agent: string; readonly transport: TransportCalls },
): Promise<void> {
  const queues = await transport.queues({ clusterId, limit: 1_000 });
  const seen = seenAs(agent, await transport.describe({}));
  const nowMs = context.clock.now();
  await store.agents.seen({ clusterId, agent: seen, nowMs }); // one that was removed stays unknown
  for (const bucketId of await orphansAmong(queues, { clusterId, store })) {
    const { saved, isEmpty } = await rescueMessages({ clusterId, bucketId, store, transport });
    if (isEmpty) await transport.close({ clusterId, bucketId });
    if (saved === 0) continue;
    context.log(
      "info",
      `${saved} job(s) sent over "${agent}" to a bucket that is gone were saved`,
      {
        subjectType: "Bucket",
        subjectId: bucketId,
      },
    );
  }
}

/** Goes on batch by batch while there is something to delete, so that deletion keeps up with the jobs that finish. */
async function purge(context: Context, { args, store }: State): Promise<void> {
  const { clusterId } = args;
  const retentionMs = (await store.clusters.find({ clusterId }))?.settings.retentionMs ?? null;
  if (retentionMs === null) return;
  const cutMs = context.clock.now() - retentionMs;
  const untilMono = context.clock.monotonic() + PURGE_BUDGET_MS;
  const limit = PURGE_BATCH;
  const { history } = store;
  const kinds = [
    () => history.purgeJobs({ clusterId, finishedBeforeMs: cutMs, limit }),
    () => history.purgeLogs({ clusterId, writtenBeforeMs: cutMs, limit }),
    () => history.purgeSchedules({ clusterId, terminatedBeforeMs: cutMs, limit }),
  ];
  let left = kinds;
  while (left.length > 0 && context.clock.monotonic() < untilMono) {
    const unfinished = [];
    for (const purgeKind of left) if (await purgeKind() === limit) unfinished.push(purgeKind);
    left = unfinished;
  }
  if (left.length > 0) context.sendAfter(100, { type: "purge" });
}
