/**
 * Sends ended attempts to the settler, with what becomes of their jobs.
 *
 * @module
 */

import { nextStep } from "../core/settlement.ts";
import type { BucketAgentContext, BucketAgentState } from "./bucket_agent_protocol.ts";
import type { EndedAttempt } from "./executor_protocol.ts";

/** The settler gives up only when it stops: until then an ending waits, in milliseconds. */
const SETTLE_TIMEOUT_MS = 24 * 3_600_000;

/** Sends endings to the settler, which repeats them until the master has them. */
export function settle(
  context: BucketAgentContext,
  state: BucketAgentState,
  ended: readonly EndedAttempt[],
): void {
  const { args, shelf } = state;
  const nowMs = context.clock.now();
  shelf.settling(ended);
  const decision = { policy: state.retry, nowMs, random: context.random };
  const settlements = ended.map(({ run: { job, attempt }, ending, ...times }) => ({
    bucketId: args.bucketId,
    epoch: state.epoch,
    jobId: job.id,
    attempt,
    outcome: ending.outcome,
    startedAtMs: times.startedAtMs,
    finishedAtMs: times.finishedAtMs,
    workerId: args.workerId,
    result: ending.result,
    error: ending.error,
    progress: times.progress,
    next: nextStep({ job, attempt, ending }, decision),
  }));
  const logs = ended.flatMap((each) => each.logs);
  context.pipeToSelf(
    state.settler.ask({ type: "settle", settlements, logs }, { timeoutMs: SETTLE_TIMEOUT_MS }),
    () => ({ type: "duty_done", done: { kind: "settle", ended } }),
  );
}
