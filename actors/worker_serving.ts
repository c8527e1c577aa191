/**
 * A worker whose agent connection drains gives its buckets up, and has some again once the connection takes jobs.
 *
 * The master has moved the buckets to `Completing`: their owner sees that, whatever became of the mark meanwhile. It
 * stays registered, so that whoever gave up can still drain the lost buckets of others.
 *
 * @module
 */

import { codeOf } from "../core/errors.ts";
import { agentKey, spawnAgents } from "./worker_children.ts";
import {
  giveUpBuckets,
  holdsAnything,
  makeBuckets,
  ownBuckets,
  takeNoMore,
  takesJobs,
} from "./worker_life.ts";
import type { ServingChange, WorkerContext, WorkerState } from "./worker_protocol.ts";

/** How soon to look again whether everything has ended, in milliseconds. */
const STEP_MS = 50;

/** How long to wait before what failed is tried again, in milliseconds. */
const RETRY_MS = 1_000;

/** What is asked of a worker now. Costs one read a second, and none without an agent connection. */
export async function servingAsked(
  context: WorkerContext,
  state: WorkerState,
): Promise<ServingChange | null> {
  const { args, phase, serving, store, worker } = state;
  const { clusterId, transport } = args;
  if (transport === null || phase !== "working" || serving === "closing") return null;
  if (serving === "closed") return await takesJobs(context, store, args) ? "reopen" : null;
  const filter = { workerId: worker.id, statuses: ["Completing"] as const };
  const completing = await store.buckets.list({ clusterId, filter, limit: 1 });
  return completing.length > 0 ? "close" : null;
}

/** Does what is asked. */
export async function changeServing(
  context: WorkerContext,
  state: WorkerState,
  asked: ServingChange | null,
): Promise<void> {
  if (asked === "close" && state.phase === "working" && state.serving === "open") {
    await beginClosing(context, state);
  }
  if (asked === "reopen" && state.phase === "working" && state.serving === "closed") {
    await reopen(context, state);
  }
}

async function beginClosing(context: WorkerContext, state: WorkerState): Promise<void> {
  state.serving = "closing";
  say(context, state, "gives its buckets up: it is being drained");
  await takeNoMore(context, state);
  context.self.tell({ type: "close_step" });
}

/** Gives the buckets up when nothing is held any more, else looks again soon. */
export async function closeStep(context: WorkerContext, state: WorkerState): Promise<void> {
  if (state.phase !== "working" || state.serving !== "closing") return; // leaving does the same
  if (await holdsAnything(state)) {
    context.sendAfter(STEP_MS, { type: "close_step" });
    return;
  }
  for (const bucketId of state.agents.keys()) await context.stopChild(agentKey(bucketId), "stop");
  state.agents = new Map();
  try {
    await giveUpBuckets(context, state);
    if ((await ownBuckets(state)).length === 0) {
      state.serving = "closed";
      return say(context, state, "has given its buckets up");
    }
  } catch (error) {
    context.log("debug", `Cannot give buckets up now: ${codeOf(error)}`); // the next step repeats it
  }
  context.sendAfter(RETRY_MS, { type: "close_step" });
}

/** Has buckets again. When that fails half way a new life begins: nobody would serve what was made. */
async function reopen(context: WorkerContext, state: WorkerState): Promise<void> {
  const { args, settler, store, worker } = state;
  const buckets = await makeBuckets(context, store, { args, worker });
  if (buckets === null) return;
  const owner = { ...args, settler, incarnation: worker.incarnation };
  state.agents = await spawnAgents(context, owner, buckets);
  state.serving = "open";
  say(context, state, "has buckets again");
}

function say(context: WorkerContext, { args, worker }: WorkerState, what: string): void {
  const on = `agent connection "${args.agentConnectionId}"`;
  context.log("info", `Worker "${worker.id}" on ${on} ${what}`, {
    subjectType: "Worker",
    subjectId: worker.id,
  });
}
