/**
 * What becomes of the jobs whose attempts ended.
 *
 * @module
 */

import { nextStep } from "../core/settlement.ts";
import type { Settlement } from "../storage/port.ts";
import type { BucketAgentContext, BucketAgentState } from "./bucket_agent_protocol.ts";
import type { EndedAttempt } from "./executor_protocol.ts";

/** The settler gives up only when it stops: until then an ending waits, in milliseconds. */
export const SETTLE_TIMEOUT_MS = 24 * 3_600_000;

/** What the master is told of attempts, in their order. */
export function settlementsOf(
  context: BucketAgentContext,
  state: BucketAgentState,
  ended: readonly EndedAttempt[],
): readonly Settlement[] {
  const { args, epoch } = state;
  const decision = { policy: state.retry, nowMs: context.clock.now(), random: context.random };
  return ended.map(({ run: { job, attempt }, ending, ...times }) => ({
    bucketId: args.bucketId,
    epoch,
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
}
