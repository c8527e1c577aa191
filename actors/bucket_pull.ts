/**
 * Moves jobs on: from the master into the buffer, from the buffer into the executor.
 *
 * @module
 */

import type { Job } from "../core/job.ts";
import type { BucketAgentContext, BucketAgentState, DutyKind } from "./bucket_agent_protocol.ts";
import { proofOf, runDuty } from "./bucket_duty.ts";
import { receive, SWEEP_EVERY_MS } from "./bucket_inbox.ts";
import { settle } from "./bucket_settling.ts";
import type { JobRun } from "./handler_run.ts";

/** Whether a job may be started now: trusted, running cluster, not on the way out. */
export function mayStart(context: BucketAgentContext, state: BucketAgentState): boolean {
  return state.running && !state.completing &&
    context.clock.monotonic() < state.trustedUntilMono;
}

/** Moves jobs on: from the master into the buffer, from the buffer into the executor. */
export function pull(context: BucketAgentContext, state: BucketAgentState): void {
  if (!mayStart(context, state)) return;
  const { shelf } = state;
  const nowMs = context.clock.now();
  if (!state.busy.has("claim")) {
    const { early = [], stored = [] } = Object.groupBy(
      shelf.takeDue(nowMs),
      ({ id }) => state.early.has(id) ? "early" : "stored",
    );
    if (early.length > 0) startEarly(context, state, early);
    if (stored.length > 0) claim(context, state, stored);
  }
  if (wantsMore(state, nowMs)) read(context, state, nowMs);
  armTimer(context, state, nowMs);
}

/** With due work in the buffer there is no hurry: what is in the master is read when the buffer runs low. */
function wantsMore({ shelf, stale, more }: BucketAgentState, nowMs: number): boolean {
  if (stale && !shelf.hasDue(nowMs)) return true;
  return (stale || more) && shelf.isLow;
}

/** Duties that bring jobs: one after the other. */
const READS: readonly DutyKind[] = ["fetch", "receive", "save"];

/** Reads what waits: from the agent connection if there is one, and now and then from the master all the same. */
function read(context: BucketAgentContext, state: BucketAgentState, nowMs: number): void {
  if (READS.some((kind) => state.busy.has(kind))) return;
  const nowMono = context.clock.monotonic();
  // A buffer full of later jobs would never hear of an earlier one: the master's rows come in their order.
  if (state.transport !== null && nowMono < state.sweepAtMono && state.shelf.free > 0) {
    return receive(context, state, state.transport);
  }
  state.sweepAtMono = nowMono + SWEEP_EVERY_MS;
  fetch(context, state, nowMs);
}

function fetch(context: BucketAgentContext, state: BucketAgentState, nowMs: number): void {
  const { args, store, shelf } = state;
  const limit = shelf.readLimit;
  state.stale = false;
  runDuty(context, state, {
    kind: "fetch",
    work: async () => {
      const dueBeforeMs = nowMs + args.leadTimeMs;
      const jobs = await store.jobs.fetch({ ...proofOf(state), dueBeforeMs, limit });
      return { kind: "fetch", jobs, full: jobs.length === limit };
    },
  });
}

/** Starts jobs that only the agent connection has. There is nothing to claim: this is the only owner they were offered to. */
function startEarly(
  context: BucketAgentContext,
  state: BucketAgentState,
  jobs: readonly Job[],
): void {
  const { workerId } = state.args;
  state.shelf.claimAnswered(jobs.map(({ id }) => id));
  for (const { id } of jobs) state.early.start(id);
  const granted = jobs.map((job): Job => ({ ...job, status: "Queued", attempts: 1, workerId }));
  handOver(context, state, granted.map((job) => ({ job, attempt: 1, epoch: state.epoch })));
}

function claim(context: BucketAgentContext, state: BucketAgentState, jobs: readonly Job[]): void {
  runDuty(context, state, {
    kind: "claim",
    claiming: jobs.map(({ id }) => id),
    work: async () => {
      const items = jobs.map(({ id, revision }) => ({ jobId: id, revision }));
      const granted = await state.store.jobs.claim({ ...proofOf(state), items });
      return { kind: "claim", jobs, granted };
    },
  });
}

/** Hands claimed attempts to the executor; gives them back when nothing may start here any more. */
export function handOver(
  context: BucketAgentContext,
  state: BucketAgentState,
  runs: readonly JobRun[],
): void {
  if (runs.length === 0) return;
  state.shelf.claim(runs);
  if (mayStart(context, state)) {
    if (state.executor.tell({ type: "run", runs }) === "accepted") return;
    context.log("warning", "The executor takes no more attempts; they are given back", {
      bucketId: state.args.bucketId,
    });
  }
  giveBack(context, state, runs);
}

function giveBack(
  context: BucketAgentContext,
  state: BucketAgentState,
  runs: readonly JobRun[],
): void {
  const nowMs = context.clock.now();
  const ending = { outcome: "interrupted", result: null, error: null } as const;
  settle(
    context,
    state,
    runs.map((each) => ({
      run: each,
      ending,
      startedAtMs: nowMs,
      finishedAtMs: nowMs,
      progress: null,
      logs: [],
    })),
  );
}

function armTimer(context: BucketAgentContext, state: BucketAgentState, nowMs: number): void {
  state.timer?.[Symbol.dispose]();
  const dueAtMs = state.shelf.nextDueAtMs;
  state.timer = dueAtMs === undefined || dueAtMs <= nowMs
    ? null
    : context.clock.schedule(dueAtMs - nowMs, () => void context.self.tell({ type: "due" }));
}
