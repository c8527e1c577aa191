/**
 * Holds the coordinator's lease; its children exist only while the lease is trusted.
 *
 * @module
 */

import { codeOf } from "../core/errors.ts";
import { type LeaseOptions, trustedUntil } from "../core/lease.ts";
import { STANDALONE_AGENT } from "../core/names.ts";
import { WORKER_DUTIES } from "../core/worker.ts";
import type { LeaseProof } from "../storage/port.ts";
import type { TransportAddresses } from "./agent_posts.ts";
import { coordinator } from "./coordinator.ts";
import { custodian } from "./custodian.ts";
import { planner } from "./planner.ts";
import { type Actor, type ActorContext, defineActor } from "./runtime/definition.ts";
import type { Ask, Tell } from "./runtime/protocol.ts";
import { type MasterChanged, type MasterStores, storageAt } from "./storage_actor.ts";

/** What a leader can be told or asked. */
export type LeaderMessage =
  /** Takes or renews the lease. */
  | Tell<"campaign">
  /** Another connection may have changed something. */
  | Tell<"master_changed">
  /** Whether it leads. */
  | Ask<"leading", unknown, boolean>;

/** What a leader needs to start. */
export interface LeaderArgs {
  /** The cluster. */
  readonly clusterId: string;
  /** Name of this candidate, unique among the living. */
  readonly holder: string;
  /** Address of the storage actor. */
  readonly storage: string;
  /** The agent connections of this node. */
  readonly transports: TransportAddresses;
  /** Agent connections of this node's workers that may lead. */
  readonly boundTo: readonly string[];
  /** Addresses of this node's workers, which are woken when jobs were assigned. */
  readonly workers: readonly string[];
  /** Which languages of recurrences this node knows; see `recurrences.ts`. */
  readonly recurrences: string | null;
  /** How the lease is kept. */
  readonly lease: LeaseOptions;
}

interface State {
  readonly args: LeaderArgs;
  readonly store: MasterStores;
  proof: LeaseProof | null;
  trustedUntilMono: number;
}

type Context = ActorContext<LeaderMessage>;

const LEASE_NAME = "coordinator";

/** Declares the leader. One per node that has a worker of mode `Full` or `Coordinator`. */
export const leader: Actor<LeaderMessage, LeaderArgs> = defineActor<
  LeaderMessage,
  State,
  LeaderArgs
>({
  name: "leader",
  module: import.meta.url,
  mailbox: { capacity: 256, overflow: "reject" },
  supervision: { strategy: "rest_for_one", maxRestarts: 10, withinMs: 60_000, backoffMs: 100 },

  async start(context, args) {
    const store = storageAt(context, args.storage);
    const state: State = { args, store, proof: null, trustedUntilMono: -Infinity };
    await campaign(context, state);
    context.sendInterval(Math.min(2_000, args.lease.renewMs), { type: "campaign" });
    return state;
  },

  handlers: {
    async campaign(context, _message, state) {
      await campaign(context, state);
    },

    master_changed(context, _message, { proof }) {
      if (proof === null) return;
      for (const key of ["coordinator", "planner"]) {
        context.ref<MasterChanged>(`${context.self.address}/${key}`)
          .tell({ type: "master_changed" });
      }
    },

    leading: (_context, _message, { proof }) => proof !== null,
  },

  async stop(_context, { args, store, proof }) {
    if (proof !== null) {
      await store.workers.releaseLease({ clusterId: args.clusterId, lease: proof });
    }
  },
});

async function campaign(context: Context, state: State): Promise<void> {
  const { args, store, proof } = state;
  const sentAtMono = context.clock.monotonic();
  const due = state.trustedUntilMono - args.lease.leaseMs + args.lease.marginMs +
    args.lease.renewMs;
  if (proof !== null && sentAtMono < due) return;
  try {
    const { clusterId, holder, lease: { leaseMs } } = args;
    if (await shouldYield(args, store)) return await yieldLead(context, state);
    const grant = await store.workers.acquireLease({
      clusterId,
      name: LEASE_NAME,
      holder,
      leaseMs,
    });
    if (grant === null) return await stepDown(context, state, "another node leads");
    state.trustedUntilMono = trustedUntil(sentAtMono, args.lease);
    if (proof?.term === grant.term) return;
    await stepDown(context, state, "the term is over");
    state.proof = { name: LEASE_NAME, holder, term: grant.term };
    await lead(context, state, state.proof);
  } catch (error) {
    context.log("debug", `Cannot renew the coordinator's lease: ${codeOf(error)}`);
    if (context.clock.monotonic() >= state.trustedUntilMono) {
      await stepDown(context, state, "its lease could not be renewed in time");
    }
  }
}

/**
 * A node whose workers all are on agent connections that drain may not reach the others: it leaves leading to a node
 * that has a worker elsewhere, if there is one.
 */
async function shouldYield(
  { clusterId, boundTo }: LeaderArgs,
  store: MasterStores,
): Promise<boolean> {
  if (boundTo.includes(STANDALONE_AGENT)) return false;
  const agents = await store.agents.list({ clusterId, limit: 1_000 });
  const isDraining = (name: string) =>
    agents.some((each) => each.name === name && each.drainingAtMs !== null);
  if (!boundTo.every(isDraining)) return false;
  const workers = await store.workers.list({ clusterId, limit: 1_000 });
  return workers.some(({ status, mode, agentConnectionId }) =>
    status === "Active" && WORKER_DUTIES[mode].coordinates && !isDraining(agentConnectionId)
  );
}

async function yieldLead(context: Context, state: State): Promise<void> {
  const { args: { clusterId }, store, proof: lease } = state;
  if (lease === null) return;
  await stepDown(context, state, "its agent connections are being drained");
  state.trustedUntilMono = -Infinity;
  await store.workers.releaseLease({ clusterId, lease });
}

async function lead(context: Context, { args }: State, proof: LeaseProof): Promise<void> {
  const { clusterId, storage, transports, workers, recurrences } = args;
  await context.spawn({
    key: "coordinator",
    actor: coordinator,
    args: { clusterId, storage, transports, workers, lease: proof },
  });
  await context.spawn({
    key: "planner",
    actor: planner,
    args: { clusterId, storage, workers, recurrences, lease: proof },
  });
  await context.spawn({
    key: "custodian",
    actor: custodian,
    args: { clusterId, storage, transports, workers, lease: proof },
  });
  context.log("info", `This node coordinates cluster "${clusterId}" (term ${proof.term})`);
}

async function stepDown(context: Context, state: State, why: string): Promise<void> {
  if (state.proof === null) return;
  state.proof = null;
  await context.stopChild("custodian", "stop");
  await context.stopChild("planner", "stop");
  await context.stopChild("coordinator", "stop");
  context.log("info", `This node no longer coordinates cluster "${state.args.clusterId}": ${why}`);
}
