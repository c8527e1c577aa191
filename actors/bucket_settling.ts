/**
 * Sends ended attempts to the settler, with what becomes of their jobs.
 *
 * @module
 */

import type { BucketAgentContext, BucketAgentState } from "./bucket_agent_protocol.ts";
import { SETTLE_TIMEOUT_MS, settlementsOf } from "./bucket_endings.ts";
import { recordEarly } from "./bucket_recording.ts";
import type { EndedAttempt } from "./executor_protocol.ts";

/** Sends endings to the settler, which repeats them until the master has them. */
export function settle(
  context: BucketAgentContext,
  state: BucketAgentState,
  ended: readonly EndedAttempt[],
): void {
  state.shelf.settling(ended);
  const { early, stored, useless } = state.early.end(ended);
  state.shelf.settled(useless);
  recordEarly(context, state, early);
  settleStored(context, state, stored);
}

/** Sends endings of jobs the master has. */
export function settleStored(
  context: BucketAgentContext,
  state: BucketAgentState,
  ended: readonly EndedAttempt[],
): void {
  if (ended.length === 0) return;
  const settlements = settlementsOf(context, state, ended);
  const logs = ended.flatMap((each) => each.logs);
  context.pipeToSelf(
    state.settler.ask({ type: "settle", settlements, logs }, { timeoutMs: SETTLE_TIMEOUT_MS }),
    () => ({ type: "duty_done", done: { kind: "settle", ended } }),
  );
}
