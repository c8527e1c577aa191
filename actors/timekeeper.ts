/**
 * Sets a node's clock by the database's, and says when the machine's own is wrong.
 *
 * @module
 */

import { codeOf, invariant } from "../core/errors.ts";
import { formatDuration } from "../core/time.ts";
import { ClusterClock } from "./cluster_clock.ts";
import { type Actor, type ActorContext, defineActor } from "./runtime/definition.ts";
import type { Tell } from "./runtime/protocol.ts";
import { type MasterStores, storageAt } from "./storage_actor.ts";

/** What a timekeeper can be told. */
export type TimekeeperMessage =
  /** Asks the database for the time. */
  Tell<"set">;

/** What a timekeeper needs to start. */
export interface TimekeeperArgs {
  /** Address of the storage actor. */
  readonly storage: string;
}

interface State {
  readonly store: MasterStores;
  readonly clock: ClusterClock;
  /** The difference that was last reported, in milliseconds. */
  saidMs: number;
}

/** How often the clock is set, in milliseconds: quartz drifts by some milliseconds in that time. */
const SET_EVERY_MS = 30_000;

/** How soon it is tried again when the database does not answer, in milliseconds. */
const TRY_AGAIN_MS = 2_000;

/** From which difference on the machine's clock is worth a word, in milliseconds. */
const WORTH_SAYING_MS = 1_000;

/** Declares the timekeeper. One per node, in the thread of the system, whose clock must be a {@linkcode ClusterClock}. */
export const timekeeper: Actor<TimekeeperMessage, TimekeeperArgs> = defineActor<
  TimekeeperMessage,
  State,
  TimekeeperArgs
>({
  name: "timekeeper",
  module: import.meta.url,
  mailbox: { capacity: 4, overflow: "drop_oldest" },

  async start(context, { storage }) {
    const { clock } = context;
    invariant(clock instanceof ClusterClock, "A timekeeper needs a clock it can set");
    const state: State = { store: storageAt(context, storage), clock, saidMs: 0 };
    await set(context, state); // nothing may be done by a clock that was never set
    context.sendAfter(SET_EVERY_MS, { type: "set" });
    return state;
  },

  handlers: {
    async set(context, _message, state) {
      try {
        await set(context, state);
        context.sendAfter(SET_EVERY_MS, { type: "set" });
      } catch (error) {
        context.log("debug", `Cannot ask the master for the time: ${codeOf(error)}`);
        context.sendAfter(TRY_AGAIN_MS, { type: "set" });
      }
    },
  },
});

async function set(context: ActorContext<TimekeeperMessage>, state: State): Promise<void> {
  const { store, clock } = state;
  const askedAtMono = clock.monotonic();
  const { clockMs } = await store.clusters.health();
  clock.set({ clockMs, askedAtMono, answeredAtMono: clock.monotonic() });
  report(context, state);
}

function report(context: ActorContext<TimekeeperMessage>, state: State): void {
  const skewMs = Math.round(state.clock.skewMs);
  if (Math.abs(skewMs - state.saidMs) < WORTH_SAYING_MS) return;
  state.saidMs = skewMs;
  const away = Math.abs(skewMs);
  if (away < WORTH_SAYING_MS) {
    return context.log("info", "This machine's clock agrees with the master's again", { skewMs });
  }
  context.log(
    "warning",
    `This machine's clock is ${formatDuration(away)} ${
      skewMs > 0 ? "ahead of" : "behind"
    } the master's (clock_skew); ` +
      `jobs follow the master's`,
    { code: "clock_skew", skewMs },
  );
}
