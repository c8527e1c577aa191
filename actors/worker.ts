/**
 * A worker: registered with a lease, owner of buckets, supervisor of those who serve them.
 *
 * It watches its own lease and lets go before the others may take over. When trust is lost it aborts what runs,
 * crashes on purpose, and is started again as a new life with new buckets.
 *
 * @module
 */

import { invariant } from "../core/errors.ts";
import { trustedUntil } from "../core/lease.ts";
import { type Actor, defineActor } from "./runtime/definition.ts";
import type { SchedulerMessage } from "./scheduler_protocol.ts";
import { storageAt } from "./storage_actor.ts";
import { spawnChildren } from "./worker_children.ts";
import {
  countClaimed,
  registerWorker,
  retireStep,
  startRetiring,
  tellScheduler,
} from "./worker_life.ts";
import type { WorkerArgs, WorkerContext, WorkerMessage, WorkerState } from "./worker_protocol.ts";
import { changeServing, closeStep, servingAsked } from "./worker_serving.ts";

const LOOK_EVERY_MS = 1_000;

/** Declares the worker. Restarted for ever: an outage of the master must not end it. */
export const workerActor: Actor<WorkerMessage, WorkerArgs> = defineActor<
  WorkerMessage,
  WorkerState,
  WorkerArgs
>({
  name: "worker",
  module: import.meta.url,
  mailbox: { capacity: 1_024, overflow: "reject" },
  supervision: { strategy: "one_for_one", maxRestarts: 20, withinMs: 60_000, backoffMs: 100 },

  async start(context, args) {
    const store = storageAt(context, args.storage);
    const life = await registerWorker(context, store, args);
    const children = await spawnChildren(context, args, life);
    const state: WorkerState = {
      args,
      store,
      worker: life.worker,
      scheduler: context.ref<SchedulerMessage>(args.scheduler),
      ...children,
      settings: life.settings,
      trustedUntilMono: trustedUntil(life.sentAtMono, args.lease),
      phase: "working",
      serving: life.buckets === null ? "closed" : "open",
      lapsed: false,
      pulsing: false,
      looking: false,
    };
    await announce(context, state);
    context.sendInterval(LOOK_EVERY_MS, { type: "look" });
    return state;
  },

  handlers: {
    master_changed(_context, _message, { agents }) {
      for (const agent of agents.values()) agent.tell({ type: "wake" });
    },

    job_changed(_context, _message, { agents }) {
      for (const agent of agents.values()) agent.tell({ type: "tick" });
    },

    look(context, _message, state) {
      if (state.phase === "retired") return;
      if (!state.pulsing) feelPulse(context, state);
      if (!state.looking) look(context, state);
    },

    felt(context, { pulse, askedAtMono }, state) {
      state.pulsing = false;
      if (state.phase === "retired" || state.lapsed) return;
      // The renewal was sent at least `ageMs` before the answer, so no later than this:
      if (pulse !== null) {
        state.trustedUntilMono = trustedUntil(askedAtMono - pulse.ageMs, state.args.lease);
      }
      if (pulse?.lost) lapse(context, state, "the master gave its buckets away");
      else if (context.clock.monotonic() >= state.trustedUntilMono) {
        lapse(context, state, "its lease could not be renewed in time");
      }
      spreadNews(state);
    },

    async seen(context, { settings, asked }, state) {
      state.looking = false;
      state.settings = settings ?? state.settings;
      const { serving } = state;
      await changeServing(context, state, asked);
      if (serving === "closed" && state.serving === "open") await announce(context, state);
      else spreadNews(state);
    },

    async close_step(context, _message, state) {
      await closeStep(context, state);
    },

    async retire(context, _message, state) {
      if (state.phase !== "working") return;
      state.phase = "retiring";
      await startRetiring(context, state);
      context.self.tell({ type: "retire_step" });
    },

    async retire_step(context, _message, state) {
      await retireStep(context, state);
    },

    interrupt(_context, _message, { agents }) {
      for (const agent of agents.values()) agent.tell({ type: "interrupt", code: "interrupted" });
    },

    die(_context, { why }) {
      invariant(false, why); // the supervisor starts a new life
    },

    async condition(context, _message, state) {
      const { phase, trustedUntilMono } = state;
      const trusted = context.clock.monotonic() < trustedUntilMono;
      return { phase, trusted, claimed: phase === "retired" ? 0 : await countClaimed(state) };
    },
  },

  async childExited(context, { restarting }, state) {
    if (restarting) await announce(context, state); // a bucket may come back under a new epoch
  },
});

/** Tells the scheduler which buckets are served here, and by whom. */
async function announce(context: WorkerContext, state: WorkerState): Promise<void> {
  spreadNews(state);
  const agents = [...state.agents].map(([bucketId, { address }]) => ({ bucketId, address }));
  await tellScheduler(context, state, agents);
}

/** Asks nobody but the heartbeat, so that an unreachable master cannot hide the end of trust. */
function feelPulse(context: WorkerContext, state: WorkerState): void {
  state.pulsing = true;
  const askedAtMono = context.clock.monotonic();
  const pulse = state.heartbeat.ask({ type: "pulse" }, { timeoutMs: LOOK_EVERY_MS });
  context.pipeToSelf(pulse, (settled) => ({
    type: "felt",
    pulse: settled.status === "fulfilled" ? settled.value : null,
    askedAtMono,
  }));
}

function look(context: WorkerContext, state: WorkerState): void {
  state.looking = true;
  const settings = state.store.clusters.find({ clusterId: state.args.clusterId })
    .then((cluster) => cluster?.settings ?? null, () => null);
  const asked = servingAsked(context, state).catch(() => null);
  context.pipeToSelf(Promise.all([settings, asked]), (settled) => {
    const seen = settled.status === "fulfilled" ? settled.value : [null, null] as const;
    return { type: "seen", settings: seen[0], asked: seen[1] };
  });
}

/** Lets go before others take over: what runs is aborted, and this life ends when that had its time. */
function lapse(context: WorkerContext, state: WorkerState, why: string): void {
  context.log("error", `Worker "${state.worker.id}" lost its lease: ${why}`, {
    subjectType: "Worker",
    subjectId: state.worker.id,
  });
  state.lapsed = true;
  state.trustedUntilMono = -Infinity;
  for (const agent of state.agents.values()) agent.tell({ type: "interrupt", code: "lease_lost" });
  context.sendAfter(state.args.graceMs, { type: "die", why: `The lease is lost: ${why}` });
}

function spreadNews(state: WorkerState): void {
  const { trustedUntilMono, settings: { mode, retry } } = state;
  const running = mode === "Active";
  for (const agent of state.agents.values()) {
    agent.tell({ type: "news", trustedUntilMono, running, retry });
  }
}
