/**
 * Runs jobs that only the agent connection has, and saves those that take long while they wait or run.
 *
 * @module
 */

import { codeOf } from "../core/errors.ts";
import type { Job } from "../core/job.ts";
import type { NewJob } from "../storage/port.ts";
import { type Offered, pendingJob } from "./agent_messages.ts";
import { MAX_BATCH } from "./batches.ts";
import type { BucketAgentContext, BucketAgentState, Done } from "./bucket_agent_protocol.ts";
import { handBack } from "./bucket_care.ts";
import { proofOf, runDuty } from "./bucket_duty.ts";
import { acknowledge } from "./bucket_inbox.ts";
import { markRunning } from "./bucket_marks.ts";
import { mayStart } from "./bucket_pull.ts";
import { isOpenHere, recordEarly } from "./bucket_recording.ts";
import { settleStored } from "./bucket_settling.ts";
import type { EarlyJob, SavedEarly } from "./early_jobs.ts";

/** How long a job may wait here before others can see it in the master, in milliseconds. */
const SAVE_AFTER_MS = 250;

/** Takes up jobs that the master was just seen not to have. */
export function takeUp(
  context: BucketAgentContext,
  state: BucketAgentState,
  fresh: readonly Offered[],
): void {
  const { shelf, early, args: { bucketId } } = state;
  const nowMs = context.clock.now();
  const known = fresh.filter(({ job }) => shelf.has(job.id));
  acknowledge(context, state, known.map(({ receipt }) => receipt)); // it came from the master meanwhile
  const jobs = fresh.filter(({ job }) => !shelf.has(job.id));
  for (const { job, receipt } of jobs) early.add(job, receipt, nowMs);
  shelf.shelve(
    jobs.map(({ job }) => pendingJob(job, { id: bucketId, agentConnectionId: null })),
    nowMs,
  );
}

/** Saves those that wait for long, or run and have something to tell. */
export function saveSlow(context: BucketAgentContext, state: BucketAgentState): void {
  if (state.busy.has("save") || !mayStart(context, state)) return;
  const slow = state.early.takeSlow(context.clock.now() - SAVE_AFTER_MS, MAX_BATCH);
  if (slow.length === 0) return;
  state.shelf.takeOut(slow.filter(({ started }) => !started).map(({ job }) => job.id));
  runDuty(context, state, {
    kind: "save",
    work: async () => {
      const saved = await save(state, slow).catch((error) => {
        context.log("debug", `Cannot save ${slow.length} job(s) now: ${codeOf(error)}`);
        return null;
      });
      return { kind: "save_early", slow, saved };
    },
  });
}

/** Stores them, those that run as claimed; `null` when the master takes none now. */
async function save(
  state: BucketAgentState,
  slow: readonly EarlyJob[],
): Promise<readonly SavedEarly[] | null> {
  const { args: { clusterId, bucketId }, epoch, store } = state;
  const jobs = slow.map(({ job, started }): NewJob => (
    { ...job, placement: { bucketId, epoch, claim: started } }
  ));
  const result = await store.jobs.insert({ clusterId, jobs });
  if (result.outcome !== "accepted") return null;
  const claimed = new Set(await claimOpen(state, slow, result.jobs.map(({ job }) => job)));
  return slow.map((early, index) => {
    const { created, job } = result.jobs[index]!;
    if (early.started) {
      const isOurs = created && job.status === "Queued" || claimed.has(early.job.id);
      return { early, job, state: isOurs ? "claimed" : "elsewhere" };
    }
    return { early, job, state: isOpenHere(job, state) ? "waiting" : "elsewhere" };
  });
}

/** Claims those that run here and that somebody stored in this bucket meanwhile. */
async function claimOpen(
  state: BucketAgentState,
  slow: readonly EarlyJob[],
  stored: readonly Job[],
): Promise<readonly string[]> {
  const open = stored.filter((job, index) => slow[index]!.started && isOpenHere(job, state));
  if (open.length === 0) return [];
  const items = open.map(({ id, revision }) => ({ jobId: id, revision }));
  const granted = await state.store.jobs.claim({ ...proofOf(state), items });
  return typeof granted === "string" ? [] : granted.map(({ jobId }) => jobId);
}

/** Takes up what was saved, or leaves it as it was when it could not be. */
export function savedEarly(
  context: BucketAgentContext,
  state: BucketAgentState,
  { slow, saved }: Extract<Done, { kind: "save_early" }>,
): void {
  if (saved === null) stillUnsaved(context, state, slow);
  else {
    acknowledge(context, state, slow.map(({ receipt }) => receipt));
    for (const each of saved) {
      state.early.forget(each.early.job.id);
      if (each.state === "claimed") claimedLate(context, state, each.early);
      else if (each.state === "elsewhere") disown(state, each.early);
    }
    const waiting = saved.filter((each) => each.state === "waiting").map(({ job }) => job);
    state.shelf.shelve(waiting, context.clock.now());
  }
  if (!mayStart(context, state)) handBack(context, state);
}

function claimedLate(
  context: BucketAgentContext,
  state: BucketAgentState,
  { news, ended }: EarlyJob,
): void {
  if (ended !== null) settleStored(context, state, [ended]);
  else if (news !== null) markRunning(context, state, [{ ...news, logs: [] }]);
}

/** Somebody else has it: its attempt here is aborted, and what comes of it is dropped. */
function disown(state: BucketAgentState, { job, started, ended }: EarlyJob): void {
  if (!started) return;
  if (ended !== null) return state.shelf.settled([ended]);
  state.early.disown(job.id);
  state.executor.tell({ type: "abort", jobIds: [job.id], code: "lease_lost" });
}

function stillUnsaved(
  context: BucketAgentContext,
  state: BucketAgentState,
  slow: readonly EarlyJob[],
): void {
  for (const each of slow) each.saving = false;
  const waiting = slow.filter(({ started }) => !started).map(({ job }) => job);
  const place = { id: state.args.bucketId, agentConnectionId: null };
  state.shelf.shelve(waiting.map((job) => pendingJob(job, place)), context.clock.now());
  recordEarly(
    context,
    state,
    slow.flatMap((early) => early.ended === null ? [] : [{ early, ended: early.ended }]),
  );
}
