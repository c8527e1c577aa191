/**
 * What becomes of a job when one of its attempts ends.
 *
 * @module
 */

import type { FailureRecord } from "./failure.ts";
import type { FinalStatus, Job, OutcomeKind } from "./job.ts";
import type { Random } from "./random.ts";
import { retryDelayMs, type RetryPolicy } from "./retry.ts";

/** How one attempt ended, as its executor saw it. */
export interface Ending {
  /** How it ended. */
  readonly outcome: OutcomeKind;
  /** What the handler returned, as JSON text. */
  readonly result: string | null;
  /** Why it failed. */
  readonly error: FailureRecord | null;
  /** For `failed`: no further attempt can do better. @default {false} */
  readonly final?: boolean;
  /** For `interrupted`: how long to leave the job alone, in milliseconds. @default {0} */
  readonly delayMs?: number;
}

/** What becomes of the job. */
export type NextStep =
  | { readonly status: FinalStatus }
  | { readonly status: "HeldOnMaster"; readonly scheduledAtMs: number };

/** What the decision is made from. */
export interface SettlementContext {
  /** The cluster's policy, for jobs without their own. */
  readonly policy: RetryPolicy;
  /** Now, in epoch milliseconds. */
  readonly nowMs: number;
  /** Spreads the retries. */
  readonly random: Random;
}

/** An attempt that ended. */
export interface EndedRun {
  /** Its job, as it was granted. */
  readonly job: Pick<Job, "lastAttempt" | "maxRetries" | "retry" | "scheduledAtMs">;
  /** Which attempt. */
  readonly attempt: number;
  /** How it ended. */
  readonly ending: Ending;
}

/**
 * Decides the next step of a job whose attempt number `attempt` ended.
 *
 * A failure is retried until `lastAttempt`, unless no further attempt can do better; an interrupted attempt is given
 * back and costs nothing.
 */
export function nextStep(
  { job, attempt, ending }: EndedRun,
  context: SettlementContext,
): NextStep {
  switch (ending.outcome) {
    case "succeeded":
      return { status: "Succeeded" };
    case "cancelled":
      return { status: "Cancelled" };
    case "interrupted":
      return held(Math.max(job.scheduledAtMs, context.nowMs + (ending.delayMs ?? 0)));
    case "crashed":
      return attempt >= job.lastAttempt ? { status: "Failed" } : held(context.nowMs);
    case "failed":
    case "timed_out":
      return ending.final === true || attempt >= job.lastAttempt
        ? { status: "Failed" }
        : held(retryAt(job, attempt, context));
  }
}

function held(scheduledAtMs: number): NextStep {
  return { status: "HeldOnMaster", scheduledAtMs };
}

function retryAt(
  job: Pick<Job, "lastAttempt" | "maxRetries" | "retry">,
  attempt: number,
  { policy, nowMs, random }: SettlementContext,
): number {
  const failures = job.maxRetries + 1 - (job.lastAttempt - attempt); // of this round of attempts
  return nowMs + retryDelayMs(job.retry ?? policy, failures, random);
}
