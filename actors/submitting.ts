/**
 * Asking the scheduler to take jobs: to store them, or to make them ready for a caller who stores them.
 *
 * @module
 */

import type { JobRequest } from "../core/request.ts";
import type { StoreJobs, SubmittedJob } from "./client.ts";
import { refusal } from "./placing.ts";
import type { ActorRef } from "./runtime/ref.ts";
import type { SchedulerMessage } from "./scheduler_protocol.ts";

const TIMEOUT_MS = 30_000;

/** See `ClusterClient.submit`. */
export function submitJobs(
  scheduler: ActorRef<SchedulerMessage>,
  requests: readonly JobRequest[],
): Promise<readonly SubmittedJob[]> {
  return scheduler.ask({ type: "submit", requests }, { timeoutMs: TIMEOUT_MS });
}

/** See `ClusterClient.submitBy`. */
export async function submitJobsBy(
  scheduler: ActorRef<SchedulerMessage>,
  requests: readonly JobRequest[],
  store: StoreJobs,
): Promise<readonly SubmittedJob[]> {
  const ready = await scheduler.ask({ type: "prepare", requests }, { timeoutMs: TIMEOUT_MS });
  const result = await store(ready);
  if (result.outcome !== "accepted") throw refusal(result.outcome, ready.clusterId);
  return result.jobs.map(({ created, job }) => ({ created, job, acceptance: "durable" }));
}
