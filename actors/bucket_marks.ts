/**
 * Writes what is still true about jobs that take a while: `Onboarded`, `Processing`, progress, the start of a job that crashed before.
 *
 * @module
 */

import type { JobMark } from "../storage/port.ts";
import { batchesOf } from "./batches.ts";
import type { BucketAgentContext, BucketAgentState } from "./bucket_agent_protocol.ts";
import { proofOf, runDuty } from "./bucket_duty.ts";
import type { RunningAttempt } from "./executor_protocol.ts";

/** How long a job sits in the buffer before that is written, in milliseconds. */
const MARK_AFTER_MS = 250;

/** Writes `Processing` and progress of attempts that run for a while. */
export function markRunning(
  context: BucketAgentContext,
  state: BucketAgentState,
  attempts: readonly RunningAttempt[],
): void {
  const marks = attempts.map((each): JobMark => ({
    jobId: each.jobId,
    status: "Processing",
    fence: each.attempt,
    startedAtMs: each.startedAtMs,
    progress: each.progress,
  }));
  mark(context, state, marks);
}

/** Writes `Onboarded` for jobs that have been in the buffer for a while. */
export function markBuffered(context: BucketAgentContext, state: BucketAgentState): void {
  if (state.busy.has("mark")) return;
  const jobs = state.shelf.takeUnmarked(context.clock.now() - MARK_AFTER_MS)
    .filter(({ id }) => !state.early.has(id)); // the master does not have it
  mark(
    context,
    state,
    jobs.map(({ id, revision }): JobMark => ({
      jobId: id,
      status: "Onboarded",
      fence: revision,
      startedAtMs: null,
      progress: null,
    })),
  );
}

function mark(
  context: BucketAgentContext,
  state: BucketAgentState,
  marks: readonly JobMark[],
): void {
  if (marks.length === 0) return;
  runDuty(context, state, {
    kind: "mark",
    work: async () => {
      const batches = batchesOf(marks).map((batch) =>
        state.store.jobs.mark({ ...proofOf(state), marks: batch })
      );
      const outcomes = await Promise.all(batches);
      return { kind: "mark", outcome: outcomes.find((each) => each !== "marked") ?? "marked" };
    },
  });
}

/** Puts the start of a job that crashed before on record, then lets it begin. */
export function recordStart(
  context: BucketAgentContext,
  state: BucketAgentState,
  { jobId, attempt }: { readonly jobId: string; readonly attempt: number },
): void {
  const startedAtMs = context.clock.now();
  const marks: readonly JobMark[] = [
    { jobId, status: "Processing", fence: attempt, startedAtMs, progress: null },
  ];
  runDuty(context, state, {
    kind: "record",
    work: async () => {
      const recorded = await state.store.jobs.mark({ ...proofOf(state), marks })
        .then((outcome) => outcome === "marked", () => false);
      return { kind: "record", jobId, recorded };
    },
  });
}
