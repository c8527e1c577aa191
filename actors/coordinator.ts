/**
 * Moves due jobs from the master into buckets, in batches, while its leader's term lasts.
 *
 * @module
 */

import { BucketIndex } from "../core/assignment.ts";
import { codeOf } from "../core/errors.ts";
import type { JobId } from "../core/ids.ts";
import type { Assignment, LeaseProof } from "../storage/port.ts";
import { AgentPosts, type TransportAddresses } from "./agent_posts.ts";
import { batchesOf } from "./batches.ts";
import { type Actor, type ActorContext, defineActor } from "./runtime/definition.ts";
import type { Tell } from "./runtime/protocol.ts";
import type { ActorRef } from "./runtime/ref.ts";
import { type MasterChanged, type MasterStores, storageAt } from "./storage_actor.ts";

/** What a coordinator can be told. */
export type CoordinatorMessage =
  /** Looks for due jobs. */
  | Tell<"assign">
  /** Sends again what could not be sent. */
  | Tell<"resend">
  /** The master may have changed: look soon. */
  | Tell<"master_changed">;

/** What a coordinator needs to start. */
export interface CoordinatorArgs {
  /** The cluster. */
  readonly clusterId: string;
  /** Address of the storage actor. */
  readonly storage: string;
  /** The agent connections of this node. */
  readonly transports: TransportAddresses;
  /** Addresses of this node's workers, which are woken when jobs were assigned. */
  readonly workers: readonly string[];
  /** The term it acts under. */
  readonly lease: LeaseProof;
}

interface State {
  readonly args: CoordinatorArgs;
  readonly store: MasterStores;
  readonly posts: AgentPosts;
  readonly workers: readonly ActorRef<MasterChanged>[];
  soon: Disposable | null;
}

type Context = ActorContext<CoordinatorMessage>;

const LOOK_EVERY_MS = 500;
const RESEND_EVERY_MS = 1_000;
/** How soon after a change in the master to look, in milliseconds: changes come in bursts. */
const SOON_MS = 50;
/** Most jobs of one lane and priority in one pass. */
const BATCH_PER_ROUTE = 1_000;
/** Most jobs in one pass. */
const BATCH = 5_000;

/** Declares the coordinator. Only one with a living term assigns. */
export const coordinator: Actor<CoordinatorMessage, CoordinatorArgs> = defineActor<
  CoordinatorMessage,
  State,
  CoordinatorArgs
>({
  name: "coordinator",
  module: import.meta.url,
  mailbox: { capacity: 64, overflow: "drop_oldest" },

  start(context, args) {
    context.sendInterval(LOOK_EVERY_MS, { type: "assign" });
    context.sendInterval(RESEND_EVERY_MS, { type: "resend" });
    return {
      args,
      store: storageAt(context, args.storage),
      posts: new AgentPosts(context, args.clusterId, args.transports),
      workers: args.workers.map((address) => context.ref<MasterChanged>(address)),
      soon: null,
    };
  },

  handlers: {
    async assign(context, _message, state) {
      state.soon?.[Symbol.dispose]();
      state.soon = null;
      try {
        while (await assignBatch(context, state)) if (context.signal.aborted) return;
      } catch (error) {
        context.log("debug", `Cannot assign now: ${codeOf(error)}`); // the next look repeats it
      }
    },

    resend(_context, _message, state) {
      state.posts.resend();
    },

    master_changed(context, _message, state) {
      state.soon ??= context.sendAfter(SOON_MS, { type: "assign" });
    },
  },
});

/** Assigns one batch; answers whether there may be more. */
async function assignBatch(context: Context, state: State): Promise<boolean> {
  const { args, store, posts } = state;
  const { clusterId, lease } = args;
  const cluster = await store.clusters.find({ clusterId });
  if (cluster?.settings.mode !== "Active") return false;
  const active = await store.buckets.list({
    clusterId,
    filter: { statuses: ["Active"] },
    limit: 10_000,
  });
  const index = new BucketIndex(active.filter((bucket) => posts.reaches(bucket)));
  const routes = index.routes();
  if (routes.length === 0) return false;
  const limit = Math.min(BATCH_PER_ROUTE, Math.ceil(BATCH / routes.length));
  const due = await store.jobs.listDue({
    clusterId,
    dueBeforeMs: context.clock.now() + cluster.settings.transientThresholdMs,
    routes: routes.map((route) => ({ ...route, limit })),
  });
  if (due.length === 0) return false;
  const assignments = due.flatMap((job): Assignment[] => {
    const bucket = index.choose(job.lane, job.priority, context.random);
    return bucket === undefined
      ? []
      : [{ jobId: job.id, revision: job.revision, bucketId: bucket.id, epoch: bucket.epoch }];
  });
  const assigned = await store.jobs.assign({ clusterId, lease, assignments });
  if (assigned === "lease_lost" || assigned.length === 0) return false;
  wakeWorkers(state);
  if (!posts.isEmpty) await post(state, assigned);
  return due.length >= limit;
}

/** Sends what was assigned to buckets of agent connections. */
async function post(state: State, assigned: readonly JobId[]): Promise<void> {
  const { args: { clusterId }, store, posts } = state;
  for (const jobIds of batchesOf(assigned)) {
    posts.post(await store.queries.findMany({ clusterId, jobIds }), () => wakeWorkers(state));
  }
}

function wakeWorkers({ workers }: State): void {
  for (const worker of workers) worker.tell({ type: "master_changed" });
}
