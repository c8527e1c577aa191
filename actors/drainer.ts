/**
 * Empties the lost buckets that its worker was given back into the master.
 *
 * @module
 */

import type { Bucket } from "../core/bucket.ts";
import { codeOf } from "../core/errors.ts";
import { failure } from "../core/failure.ts";
import type { WorkerId } from "../core/ids.ts";
import { STANDALONE_AGENT } from "../core/names.ts";
import { rescueMessages } from "./agent_rescue.ts";
import { type Actor, type ActorContext, defineActor } from "./runtime/definition.ts";
import type { Tell } from "./runtime/protocol.ts";
import { type MasterStores, storageAt } from "./storage_actor.ts";
import { transportAt, type TransportCalls } from "./transport_actor.ts";

/** What a drainer can be told. */
export type DrainerMessage = /** Looks for buckets to empty. */
  Tell<"drain">;

/** What a drainer needs to start. */
export interface DrainerArgs {
  /** The cluster. */
  readonly clusterId: string;
  /** Its worker. */
  readonly workerId: WorkerId;
  /** Address of the storage actor. */
  readonly storage: string;
  /** Address of the transport actor of its worker's agent connection; `null` in a standalone cluster. */
  readonly transport: string | null;
}

interface State {
  readonly args: DrainerArgs;
  readonly store: MasterStores;
  readonly transport: TransportCalls | null;
}

type Context = ActorContext<DrainerMessage>;

const LOOK_EVERY_MS = 1_000;
const BATCH = 1_000;

/** Declares the drainer. One per worker of mode `Full` or `Drain`. */
export const drainer: Actor<DrainerMessage, DrainerArgs> = defineActor<
  DrainerMessage,
  State,
  DrainerArgs
>({
  name: "drainer",
  module: import.meta.url,
  mailbox: { capacity: 16, overflow: "drop_oldest" },

  start(context, args) {
    context.sendInterval(LOOK_EVERY_MS, { type: "drain" });
    return {
      args,
      store: storageAt(context, args.storage),
      transport: args.transport === null ? null : transportAt(context, args.transport),
    };
  },

  handlers: {
    async drain(context, _message, state) {
      try {
        for (const bucket of await ownLostBuckets(state)) await empty(context, state, bucket);
      } catch (error) {
        context.log("warning", `Cannot drain now: ${codeOf(error)}`); // the next look repeats it
      }
    },
  },
});

function ownLostBuckets({ args, store }: State): Promise<readonly Bucket[]> {
  return store.buckets.list({
    clusterId: args.clusterId,
    filter: { workerId: args.workerId, statuses: ["ReadyToDrain", "Draining"] },
    limit: 100,
  });
}

async function empty(context: Context, state: State, bucket: Bucket): Promise<void> {
  const { args: { clusterId }, store, transport } = state;
  const proof = { clusterId, bucketId: bucket.id, epoch: bucket.epoch };
  if (bucket.status === "ReadyToDrain") {
    const nowMs = context.clock.now();
    const step = await store.buckets.step({
      ...proof,
      from: "ReadyToDrain",
      to: "Draining",
      nowMs,
    });
    if (typeof step === "string") return; // taken over meanwhile
  }
  const total = await reclaimAll(context, store, proof);
  if (total === undefined) return;
  if (transport !== null && bucket.agentConnectionId !== STANDALONE_AGENT) {
    const queue = { clusterId, bucketId: bucket.id };
    const { isEmpty } = await rescueMessages({ ...queue, store, transport });
    if (!isEmpty) return; // the next look goes on
    await transport.close(queue);
  }
  const nowMs = context.clock.now();
  await store.buckets.step({ ...proof, from: "Draining", to: "ReadyToDelete", nowMs });
  context.log(
    "info",
    `Bucket "${bucket.id}" is drained: ${total.moved} job(s) back on the master`,
    {
      subjectType: "Bucket",
      subjectId: bucket.id,
      crashed: total.crashed,
    },
  );
}

async function reclaimAll(
  context: Context,
  store: MasterStores,
  proof: { readonly clusterId: string; readonly bucketId: string; readonly epoch: number },
): Promise<{ readonly moved: number; readonly crashed: number } | undefined> {
  const error = failure("crashed", "The worker that held the attempt died");
  const total = { moved: 0, crashed: 0 };
  for (let moved = BATCH; moved === BATCH;) {
    const nowMs = context.clock.now();
    const result = await store.jobs.reclaim({ ...proof, nowMs, limit: BATCH, error });
    if (result === "not_owner") return undefined;
    moved = result.moved;
    total.moved += result.moved;
    total.crashed += result.crashed;
  }
  return total;
}
