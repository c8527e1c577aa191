/**
 * Puts jobs on record that ran before the master had them.
 *
 * @module
 */

import { codeOf } from "../core/errors.ts";
import type { JobId } from "../core/ids.ts";
import type { Job } from "../core/job.ts";
import type { RecordedJob, Settlement } from "../storage/port.ts";
import type { BucketAgentContext, BucketAgentState, Done } from "./bucket_agent_protocol.ts";
import { proofOf } from "./bucket_duty.ts";
import { SETTLE_TIMEOUT_MS, settlementsOf } from "./bucket_endings.ts";
import { acknowledge } from "./bucket_inbox.ts";
import type { EndedEarly } from "./early_jobs.ts";

/** Sends jobs with their endings to the settler, which repeats them until the master has them. */
export function recordEarly(
  context: BucketAgentContext,
  state: BucketAgentState,
  early: readonly EndedEarly[],
): void {
  if (early.length === 0) return;
  const settlements = settlementsOf(context, state, early.map(({ ended }) => ended));
  context.pipeToSelf(record(context, state, { early, settlements }), (settled) => {
    const results = settled.status === "fulfilled" ? settled.value : [];
    return { type: "duty_done", done: { kind: "record_early", early, results } };
  });
}

async function record(
  context: BucketAgentContext,
  state: BucketAgentState,
  { early, settlements }: {
    readonly early: readonly EndedEarly[];
    readonly settlements: readonly Settlement[];
  },
): Promise<readonly RecordedJob[]> {
  const jobs = early.map(({ early: { job } }, index) => ({ job, settlement: settlements[index]! }));
  const logs = early.flatMap(({ ended }) => ended.logs);
  const timeout = { timeoutMs: SETTLE_TIMEOUT_MS };
  const results = await state.settler.ask({ type: "record", jobs, logs }, timeout);
  const open = results.flatMap((each) =>
    each.outcome === "known" && isOpenHere(each.job, state) ? [each.job] : []
  );
  if (open.length > 0) await settleOpen(context, state, { open, settlements });
  return results;
}

/** Whether it waits here, unclaimed: whoever offered it did not hear that the agent connection has it, and stored it too. */
export function isOpenHere(job: Job, { args: { bucketId } }: BucketAgentState): boolean {
  return job.bucketId === bucketId && ["AssignedToBucket", "Onboarded"].includes(job.status);
}

/** Claims what was stored meanwhile, and settles it with what came of the attempt that was under way. */
async function settleOpen(
  context: BucketAgentContext,
  state: BucketAgentState,
  { open, settlements }: {
    readonly open: readonly Job[];
    readonly settlements: readonly Settlement[];
  },
): Promise<void> {
  const ofJob = new Map(settlements.map((each) => [each.jobId, each]));
  const items = open.map(({ id, revision }) => ({ jobId: id, revision }));
  try {
    const granted = await state.store.jobs.claim({ ...proofOf(state), items });
    if (typeof granted === "string") return;
    const mine = granted.map(({ jobId, attempt }) => ({ ...ofJob.get(jobId)!, attempt }));
    const message = { type: "settle", settlements: mine, logs: [] } as const;
    await state.settler.ask(message, { timeoutMs: SETTLE_TIMEOUT_MS });
  } catch (error) {
    context.log(
      "debug",
      `Cannot settle ${open.length} job(s) now, they run again: ${codeOf(error)}`,
    );
  }
}

/** The master has them: their messages go. Those of a bucket that was taken over are the new owner's. */
export function recordedEarly(
  context: BucketAgentContext,
  state: BucketAgentState,
  { early, results }: Extract<Done, { kind: "record_early" }>,
): void {
  state.shelf.settled(early.map(({ ended }) => ended));
  const outcomes = new Map(results.map(({ jobId, outcome }) => [jobId, outcome]));
  const isStored = ({ early: { job } }: EndedEarly) =>
    outcomes.has(job.id) && outcomes.get(job.id) !== "stale";
  acknowledge(context, state, early.filter(isStored).map((each) => each.early.receipt));
  for (const { early: { job } } of early) state.early.forget(job.id);
  reportUseless(context, state, results);
}

function reportUseless(
  context: BucketAgentContext,
  state: BucketAgentState,
  results: readonly RecordedJob[],
): void {
  const useless = results.flatMap((each): JobId[] =>
    each.outcome === "stale" || each.outcome === "known" && !isOpenHere(each.job, state)
      ? [each.jobId]
      : []
  );
  if (useless.length === 0) return;
  context.log("info", `${useless.length} attempt(s) ended too late: somebody else has the jobs`, {
    jobIds: useless.slice(0, 10),
  });
}
