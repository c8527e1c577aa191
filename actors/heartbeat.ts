/**
 * Renews a worker's lease from a thread of its own, over a connection of its own: neither a handler that blocks the
 * main thread nor a full pool can make a healthy worker look dead.
 *
 * @module
 */

import { codeOf } from "../core/errors.ts";
import type { Master, MasterSpec, WorkerLife } from "../storage/port.ts";
import { type Actor, type ActorContext, defineActor } from "./runtime/definition.ts";
import type { Ask, Tell } from "./runtime/protocol.ts";
import { openMaster } from "./storage_actor.ts";

/** What a heartbeat can be told or asked. */
export type HeartbeatMessage =
  /** How old the trust in the lease is. */
  | Ask<"pulse", unknown, Pulse>
  /** Renews the lease. */
  | Tell<"beat">;

/** State of a lease. */
export interface Pulse {
  /** Milliseconds since the last renewal that succeeded was sent. */
  readonly ageMs: number;
  /** Whether the master said that this life is over. */
  readonly lost: boolean;
}

/** What a heartbeat needs to start. */
export interface HeartbeatArgs {
  /** The adapter and its options. */
  readonly spec: MasterSpec;
  /** Whose lease it renews. */
  readonly life: WorkerLife;
  /** How long the lease is granted, in milliseconds. */
  readonly leaseMs: number;
  /** How often it is renewed, in milliseconds. */
  readonly renewMs: number;
}

interface State {
  readonly args: HeartbeatArgs;
  readonly master: Master;
  sentAtMono: number;
  lost: boolean;
  failing: boolean;
  renewing: boolean;
}

/** Declares the heartbeat. One per worker, in a thread. */
export const heartbeat: Actor<HeartbeatMessage, HeartbeatArgs> = defineActor<
  HeartbeatMessage,
  State,
  HeartbeatArgs
>({
  name: "heartbeat",
  module: import.meta.url,
  mailbox: { capacity: 64, overflow: "reject", concurrency: 8 }, // it answers while a renewal is under way

  async start(context, args) {
    const master = await openMaster(args.spec);
    const state: State = {
      args,
      master,
      sentAtMono: -Infinity,
      lost: false,
      failing: false,
      renewing: false,
    };
    await beat(context, state);
    context.sendInterval(args.renewMs, { type: "beat" });
    return state;
  },

  handlers: {
    pulse: (context, _message, { sentAtMono, lost }) => ({
      ageMs: context.clock.monotonic() - sentAtMono,
      lost,
    }),

    async beat(context, _message, state) {
      if (state.renewing) return;
      state.renewing = true;
      try {
        await beat(context, state);
      } finally {
        state.renewing = false;
      }
    },
  },

  async stop(_context, { master }) {
    await master[Symbol.asyncDispose]();
  },
});

async function beat(context: ActorContext<HeartbeatMessage>, state: State): Promise<void> {
  const sentAtMono = context.clock.monotonic();
  const { life, leaseMs } = state.args;
  try {
    const outcome = await state.master.workers.renew({ ...life, leaseMs });
    state.lost = outcome === "lost";
    if (!state.lost) state.sentAtMono = sentAtMono;
    if (state.failing) context.log("info", "The lease is renewed again", { ...life });
    state.failing = false;
  } catch (error) {
    if (!state.failing) {
      context.log("warning", `Cannot renew the lease: ${codeOf(error)}`, { ...life });
    }
    state.failing = true;
    context.sendAfter(Math.min(1_000, state.args.renewMs), { type: "beat" });
  }
}
