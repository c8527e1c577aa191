/**
 * Turns the occurrences of recurring schedules into jobs, in batches, while its leader's term lasts.
 *
 * Whatever several planners do, an occurrence is stored once: each plan is applied under the term, under the revision
 * it was decided on, and under the unique (schedule, occurrence).
 *
 * @module
 */

import { BucketIndex } from "../core/assignment.ts";
import { codeOf } from "../core/errors.ts";
import { uuidGenerator } from "../core/ids.ts";
import { IDLE_AFTER_MS } from "../core/planning.ts";
import type { DueSchedule, SchedulePlanWrite } from "../storage/port.ts";
import { planDue } from "./planner_decisions.ts";
import type {
  PlannerArgs,
  PlannerContext,
  PlannerMessage,
  PlannerState,
  PlanningScene,
} from "./planner_protocol.ts";
import { restSchedules } from "./planner_rests.ts";
import { RecurrenceReader } from "./recurrences.ts";
import { type Actor, defineActor } from "./runtime/definition.ts";
import { ScheduleDefinitions } from "./schedule_definitions.ts";
import { type MasterChanged, storageAt } from "./storage_actor.ts";

const LOOK_EVERY_MS = 250;
/** How soon after a change in the master to look, in milliseconds: changes come in bursts. */
const SOON_MS = 50;
/**
 * Most schedules in one batch: a few milliseconds of this thread and of the master's, so that whoever else wants
 * either waits no longer than that.
 */
const BATCH = 25;
/** How long to rest after a batch, as a multiple of the time it took. */
const REST_FACTOR = 2;
/** Longest rest after a batch, in milliseconds. */
const MAX_REST_MS = 20;
/** How long a look at the cluster holds while batches follow each other, in milliseconds. */
const SCENE_HOLDS_MS = 250;
/** Jobs due later than this need nobody to be woken: bucket agents look twice a second themselves. */
const WAKE_WITHIN_MS = 1_000;

/** Declares the planner. Only one with a living term plans. */
export const planner: Actor<PlannerMessage, PlannerArgs> = defineActor<
  PlannerMessage,
  PlannerState,
  PlannerArgs
>({
  name: "planner",
  module: import.meta.url,
  mailbox: { capacity: 64, overflow: "drop_oldest" },

  start(context, args) {
    const store = storageAt(context, args.storage);
    context.sendInterval(LOOK_EVERY_MS, { type: "plan" });
    return {
      args,
      store,
      workers: args.workers.map((address) => context.ref<MasterChanged>(address)),
      recurrences: new RecurrenceReader(args.recurrences),
      definitions: new ScheduleDefinitions(store, args.clusterId),
      newId: uuidGenerator(context.clock, context.random),
      reported: new Map(),
      soon: null,
    };
  },

  handlers: {
    async plan(context, _message, state) {
      state.soon?.[Symbol.dispose]();
      state.soon = null;
      try {
        await planAll(context, state);
      } catch (error) {
        context.log("debug", `Cannot plan now: ${codeOf(error)}`); // the next look repeats it
      }
    },

    master_changed(context, _message, state) {
      state.soon ??= context.sendAfter(SOON_MS, { type: "plan" });
    },
  },
});

/** Plans batch by batch until nothing is due. */
async function planAll(context: PlannerContext, state: PlannerState): Promise<void> {
  let scene: PlanningScene | null = null;
  let lookedAtMono = -Infinity;
  for (let more = true; more && !context.signal.aborted;) {
    const nowMs = context.clock.now();
    const due = await listDue(state, nowMs);
    if (due.length === 0) return;
    const nowMono = context.clock.monotonic();
    if (nowMono - lookedAtMono >= SCENE_HOLDS_MS) {
      scene = await look(state, nowMs);
      lookedAtMono = nowMono;
    }
    if (scene === null) return;
    more = await planBatch(context, state, { due, scene: { ...scene, nowMs } });
    if (more) await rest(context, context.clock.monotonic() - nowMono);
  }
}

/** Leaves the master to others for longer than it was taken: a herd of schedules must not slow other lanes down. */
function rest({ clock }: PlannerContext, tookMs: number): Promise<void> {
  const restMs = Math.min(MAX_REST_MS, REST_FACTOR * tookMs);
  return new Promise((resolve) => void clock.schedule(restMs, resolve));
}

function listDue({ args: { clusterId }, store }: PlannerState, nowMs: number) {
  const ensuredSinceMs = nowMs - IDLE_AFTER_MS;
  return store.schedules.listDue({ clusterId, nowMs, ensuredSinceMs, limit: BATCH });
}

/** Plans one batch; answers whether there may be more to do at once. */
async function planBatch(
  context: PlannerContext,
  state: PlannerState,
  { due, scene }: { readonly due: readonly DueSchedule[]; readonly scene: PlanningScene },
): Promise<boolean> {
  const { plans, rests } = await planDue(context, state, { due, scene });
  const rested = await restSchedules(context, state, rests);
  const planned = await apply(state, plans, scene.nowMs);
  return planned + rested > 0 && mayHaveMore(due, plans, scene.nowMs);
}

async function look(
  { args: { clusterId }, store }: PlannerState,
  nowMs: number,
): Promise<PlanningScene | null> {
  const [cluster, active] = await Promise.all([
    store.clusters.find({ clusterId }),
    store.buckets.list({ clusterId, filter: { statuses: ["Active"] }, limit: 10_000 }),
  ]);
  if (cluster?.settings.mode !== "Active") return null;
  return { settings: cluster.settings, buckets: new BucketIndex(active), nowMs };
}

/** Stores the plans; answers how many held. */
async function apply(
  { args: { clusterId, lease }, store, workers }: PlannerState,
  plans: readonly SchedulePlanWrite[],
  nowMs: number,
): Promise<number> {
  if (plans.length === 0) return 0;
  const result = await store.schedules.plan({ clusterId, lease, nowMs, plans });
  if (result === "lease_lost") return 0;
  const soon = plans.some(({ jobs }) =>
    jobs.some(({ scheduledAtMs }) => scheduledAtMs <= nowMs + WAKE_WITHIN_MS)
  );
  if (result.jobs.length > 0 && soon) {
    for (const worker of workers) worker.tell({ type: "master_changed" });
  }
  return result.planned.length;
}

function mayHaveMore(
  due: readonly DueSchedule[],
  plans: readonly SchedulePlanWrite[],
  nowMs: number,
): boolean {
  if (due.length === BATCH) return true;
  return plans.some(({ planAtMs, jobs }) =>
    planAtMs !== null && planAtMs <= nowMs && jobs.length > 0
  );
}
