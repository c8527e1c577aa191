/**
 * Hands back what will not run here, and looks for what was asked or got lost meanwhile.
 *
 * @module
 */

import type { ClaimedJob } from "../storage/port.ts";
import { batchesOf } from "./batches.ts";
import type { BucketAgentContext, BucketAgentState } from "./bucket_agent_protocol.ts";
import { proofOf, runDuty } from "./bucket_duty.ts";
import { giveUp } from "./bucket_inbox.ts";

/** More than a bucket holds at once. */
const MAX_LISTED = 1_000;

/** Hands the buffer back to the master, and to the agent connection what only that one has. */
function emptyBuffer(context: BucketAgentContext, state: BucketAgentState): void {
  const buffered = state.shelf.takeBuffer().map(({ id }) => id);
  const early = state.early.takeWaiting(buffered);
  giveUp(context, state, early.map(({ receipt }) => receipt));
  const onlyHere = new Set(early.map(({ job }) => job.id));
  const jobIds = buffered.filter((id) => !onlyHere.has(id));
  state.stale = true;
  if (jobIds.length === 0) return;
  runDuty(context, state, {
    kind: "release",
    work: async () => {
      for (const batch of batchesOf(jobIds)) {
        await state.store.jobs.release({ ...proofOf(state), jobIds: batch });
      }
      return { kind: "release" };
    },
  });
}

/** Nothing may start here now: what has not started goes back to the master. */
export function handBack(context: BucketAgentContext, state: BucketAgentState): void {
  state.executor.tell({ type: "recall" });
  emptyBuffer(context, state);
}

/** Looks for requests to cancel what is claimed. */
export function watchCancellations(context: BucketAgentContext, state: BucketAgentState): void {
  if (!state.shelf.hasClaimed || state.busy.has("cancellations")) return;
  runDuty(context, state, {
    kind: "cancellations",
    work: async () => {
      const jobs = await listClaimed(state, true);
      return { kind: "cancellations", jobs };
    },
  });
}

/** Looks for claimed rows that nobody here holds: an answer that got lost on its way. */
export function reconcile(context: BucketAgentContext, state: BucketAgentState): void {
  if (state.busy.has("reconcile")) return;
  runDuty(context, state, {
    kind: "reconcile",
    work: async () => {
      const jobs = await listClaimed(state, false);
      return { kind: "reconcile", jobs };
    },
  });
}

function listClaimed(
  state: BucketAgentState,
  cancelRequestedOnly: boolean,
): Promise<readonly ClaimedJob[]> {
  const { clusterId, bucketId } = state.args;
  return state.store.queries.listClaimed({
    clusterId,
    bucketId,
    cancelRequestedOnly,
    limit: MAX_LISTED,
  });
}
