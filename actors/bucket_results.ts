/**
 * Takes up what a bucket agent's duties bring back from the master.
 *
 * @module
 */

import type { ClaimedJob } from "../storage/port.ts";
import type {
  BucketAgentContext,
  BucketAgentState,
  Done,
  DutyDone,
  DutyKind,
} from "./bucket_agent_protocol.ts";
import { savedEarly, takeUp } from "./bucket_early.ts";
import { returnReceived, saveOffered, shelveReceived, sweepSoon } from "./bucket_inbox.ts";
import { handOver, mayStart, pull } from "./bucket_pull.ts";
import { recordedEarly } from "./bucket_recording.ts";
import type { JobRun } from "./handler_run.ts";

/** How long after a failure to look again, in milliseconds. */
const RETRY_MS = 250;

/** Takes up what a duty brought back. */
export function done(
  context: BucketAgentContext,
  state: BucketAgentState,
  { done: result }: DutyDone,
): void {
  state.busy.delete(dutyOf(result));
  switch (result.kind) {
    case "fetch":
      return fetched(context, state, result);
    case "receive":
      return received(context, state, result);
    case "save":
      return saved(context, state, result);
    case "save_early":
      savedEarly(context, state, result);
      return pull(context, state);
    case "record_early":
      recordedEarly(context, state, result);
      return pull(context, state);
    case "claim":
      return claimed(context, state, result);
    case "settle":
      state.shelf.settled(result.ended);
      return pull(context, state);
    case "record":
      return recorded(state, result);
    case "mark":
      return result.outcome === "not_owner" ? lost(context, state) : undefined;
    case "cancellations":
      return cancel(state, result.jobs);
    case "reconcile":
      return reconciled(context, state, result.jobs);
    case "release":
      return;
    case "failed":
      if (result.duty === "receive") {
        state.isQueueOpen = false; // it may be what is missing
        sweepSoon(context, state);
      }
      state.shelf.claimAnswered(result.claiming);
      state.stale = true;
      context.sendAfter(RETRY_MS, { type: "wake" });
  }
}

function dutyOf(result: Done): DutyKind {
  switch (result.kind) {
    case "failed":
      return result.duty;
    case "save_early":
      return "save";
    case "record_early":
      return "settle";
    default:
      return result.kind;
  }
}

function recorded(
  state: BucketAgentState,
  { jobId, recorded }: Extract<Done, { kind: "record" }>,
): void {
  if (recorded) state.executor.tell({ type: "begin", jobId });
  else state.executor.tell({ type: "abort", jobIds: [jobId], code: "interrupted" });
}

function fetched(
  context: BucketAgentContext,
  state: BucketAgentState,
  { jobs, full }: Extract<Done, { kind: "fetch" }>,
): void {
  if (jobs === "not_owner") return lost(context, state);
  if (!mayStart(context, state)) return;
  const left = state.shelf.shelve(jobs, context.clock.now());
  if (left > 0 && state.transport !== null) sweepSoon(context, state); // it may have been a message's job
  state.more = full || left > 0;
  state.behind = full;
  pull(context, state);
}

/** Nothing may start here any more: the messages come to whoever owns the bucket next. */
function received(
  context: BucketAgentContext,
  state: BucketAgentState,
  result: Extract<Done, { kind: "receive" }>,
): void {
  state.isQueueOpen = true;
  if (!mayStart(context, state)) return returnReceived(context, state, result);
  shelveReceived(context, state, result);
  takeUp(context, state, result.fresh);
  saveOffered(context, state, result.offered);
  // The master had more, and no message is left that brings it.
  if (!result.full && state.behind) state.sweepAtMono = context.clock.monotonic();
  state.more = result.full || state.behind;
  pull(context, state);
}

/** Takes up the jobs that the master has now: those that are claimed run, those that wait go into the buffer. */
function saved(
  context: BucketAgentContext,
  state: BucketAgentState,
  { inserted, promised }: Extract<Done, { kind: "save" }>,
): void {
  state.shelf.giveBack(promised);
  const { epoch, args: { bucketId } } = state;
  const own = inserted.filter(({ created, job }) => created && job.bucketId === bucketId)
    .map(({ job }) => job);
  const runs = own.filter(({ status }) => status === "Queued")
    .map((job): JobRun => ({ job, attempt: job.attempts, epoch }));
  handOver(context, state, runs);
  const waiting = own.filter(({ status }) => status === "AssignedToBucket");
  if (state.shelf.shelve(waiting, context.clock.now()) > 0) sweepSoon(context, state);
  pull(context, state);
}

function claimed(
  context: BucketAgentContext,
  state: BucketAgentState,
  { jobs, granted }: Extract<Done, { kind: "claim" }>,
): void {
  state.shelf.claimAnswered(jobs.map(({ id }) => id));
  if (granted === "not_owner") return lost(context, state);
  if (granted === "cluster_not_active") {
    state.running = false; // until the next news says otherwise
    state.stale = true;
    return;
  }
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const runs = granted.map(({ jobId, attempt }): JobRun => ({
    job: { ...byId.get(jobId)!, attempts: attempt },
    attempt,
    epoch: state.epoch,
  }));
  handOver(context, state, runs);
  // A job that was moved and came back meanwhile: its newer message was taken for the one that was being claimed.
  if (runs.length < jobs.length && state.transport !== null) sweepSoon(context, state);
  pull(context, state);
}

function cancel(state: BucketAgentState, jobs: readonly ClaimedJob[]): void {
  const jobIds = jobs.map(({ jobId }) => jobId);
  if (jobIds.length > 0) state.executor.tell({ type: "abort", jobIds, code: "job_cancelled" });
}

function reconciled(
  context: BucketAgentContext,
  state: BucketAgentState,
  jobs: readonly ClaimedJob[],
): void {
  const unknown = jobs.filter(({ jobId }) => !state.shelf.has(jobId));
  const strangers = unknown.filter(({ jobId }) => state.strangers.has(jobId));
  state.strangers = new Set(unknown.map(({ jobId }) => jobId));
  if (strangers.length === 0) return;
  const nowMs = context.clock.now();
  state.settler.tell({
    type: "give_back",
    settlements: strangers.map(({ jobId, attempt }) => ({
      bucketId: state.args.bucketId,
      epoch: state.epoch,
      jobId,
      attempt,
      outcome: "interrupted",
      startedAtMs: nowMs,
      finishedAtMs: nowMs,
      workerId: state.args.workerId,
      result: null,
      error: null,
      progress: null,
      next: { status: "HeldOnMaster", scheduledAtMs: nowMs },
    })),
  });
}

/** Another owner took over: whatever is held here is theirs now. */
function lost(context: BucketAgentContext, state: BucketAgentState): void {
  if (state.completing) return;
  state.completing = true;
  state.early.takeWaiting(state.shelf.takeBuffer().map(({ id }) => id));
  state.executor.tell({ type: "abort", jobIds: null, code: "lease_lost" });
  context.log("warning", "The bucket was taken over; its attempts are aborted", {
    bucketId: state.args.bucketId,
    epoch: state.epoch,
  });
}
