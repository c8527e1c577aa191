/**
 * Why a job is where it is, and what it waits for, in words.
 *
 * @module
 */

import type { Bucket } from "./bucket.ts";
import type { ClusterSettings } from "./cluster.ts";
import { isFinal, type Job } from "./job.ts";
import { formatDuration, formatInstant } from "./time.ts";
import { type Worker, WORKER_DUTIES } from "./worker.ts";

/** One reason, for programs and for people. */
export interface Reason {
  /** Stable word. */
  readonly code: string;
  /** One sentence. */
  readonly message: string;
}

/** Why a job is where it is. */
export interface WhyReport {
  /** The job. */
  readonly jobId: string;
  /** Its status. */
  readonly status: Job["status"];
  /** Whether nothing that exists now will move it on. */
  readonly stuck: boolean;
  /** What holds it, most important first; at least one. */
  readonly reasons: readonly Reason[];
}

/** What the explanation is made from. */
export interface WhyInput {
  /** The job. */
  readonly job: Job;
  /** The cluster's settings. */
  readonly settings: ClusterSettings;
  /** Its buckets. */
  readonly buckets: readonly Bucket[];
  /** Its workers. */
  readonly workers: readonly Worker[];
  /** Ids of the definitions some node can run. */
  readonly definitionIds: readonly string[];
  /** Now, in epoch milliseconds. */
  readonly nowMs: number;
}

/** Explains a job. */
export function explain(input: WhyInput): WhyReport {
  const { job } = input;
  if (isFinal(job.status)) return report(job, false, [finished(job)]);
  const blocked = [...modeReasons(input), ...definitionReasons(input), ...routeReasons(input)];
  return report(job, blocked.length > 0, [...blocked, ...placeReasons(input)]);
}

function report(job: Job, stuck: boolean, reasons: readonly Reason[]): WhyReport {
  return { jobId: job.id, status: job.status, stuck, reasons };
}

function finished(job: Job): Reason {
  const at = job.finishedAtMs === null ? "" : ` at ${formatInstant(job.finishedAtMs)}`;
  const because = job.error === null ? "" : `: ${job.error.message}`;
  return {
    code: "finished",
    message: `It ended as ${job.status}${at} after ${job.attempts} attempt(s)${because}.`,
  };
}

function modeReasons({ settings, job }: WhyInput): Reason[] {
  if (settings.mode === "Active" || job.status === "Processing") return [];
  return [{
    code: "cluster_not_active",
    message: `The cluster is ${settings.mode}: nothing is started until it is Active again.`,
  }];
}

function definitionReasons({ job, definitionIds }: WhyInput): Reason[] {
  if (job.status === "Processing" || definitionIds.includes(job.definitionId)) return [];
  return [{
    code: "definition_unknown",
    message: `No node has announced the definition "${job.definitionId}".`,
  }];
}

function routeReasons({ job, buckets, workers, nowMs }: WhyInput): Reason[] {
  if (job.status === "Queued" || job.status === "Processing") return [];
  const active = buckets.filter((bucket) => bucket.status === "Active");
  const lane = job.lane === "" ? "the default lane" : `lane "${job.lane}"`;
  if (active.some((bucket) => bucket.lane === job.lane && bucket.priority === job.priority)) {
    const coordinated = workers.some((worker) =>
      worker.status === "Active" && worker.leaseUntilMs > nowMs &&
      WORKER_DUTIES[worker.mode].coordinates
    );
    if (coordinated || job.status !== "HeldOnMaster") return [];
    return [{
      code: "no_coordinator",
      message: "No worker of mode Full or Coordinator is alive to move it into a bucket.",
    }];
  }
  return [{
    code: "no_bucket",
    message: `No active bucket serves priority ${job.priority} in ${lane}.`,
  }];
}

function placeReasons({ job, buckets, settings, nowMs }: WhyInput): Reason[] {
  const bucket = buckets.find((each) => each.id === job.bucketId);
  const reasons: Reason[] = [];
  if (job.cancelRequestedAtMs !== null) {
    reasons.push({
      code: "cancel_requested",
      message: `Its cancellation was requested at ${formatInstant(job.cancelRequestedAtMs)}.`,
    });
  }
  if (job.scheduledAtMs > nowMs) reasons.push(notDue(job, settings, nowMs));
  if (bucket !== undefined && bucket.status !== "Active") {
    reasons.push({
      code: "bucket_recovering",
      message: `Its bucket "${bucket.id}" is ${bucket.status}: its jobs return to the master.`,
    });
  }
  return [...reasons, where(job)];
}

function notDue(job: Job, settings: ClusterSettings, nowMs: number): Reason {
  const wait = formatDuration(job.scheduledAtMs - nowMs);
  const retry = job.attempts > 0 ? ` for attempt ${job.attempts + 1}` : "";
  const far = job.scheduledAtMs - nowMs > settings.transientThresholdMs
    ? `; it moves to a bucket ${formatDuration(settings.transientThresholdMs)} before`
    : "";
  return {
    code: "not_due",
    message: `It is due at ${formatInstant(job.scheduledAtMs)} (in ${wait})${retry}${far}.`,
  };
}

function where(job: Job): Reason {
  const bucket = job.bucketId === null ? "" : ` in bucket "${job.bucketId}"`;
  const worker = job.workerId === null ? "" : ` of worker "${job.workerId}"`;
  const messages: Readonly<Record<string, string>> = {
    SavePending: "It is accepted by an agent and not yet on the master.",
    HeldOnMaster: "It waits on the master for a coordinator to move it into a bucket.",
    AssignedToBucket: `It waits${bucket}${worker} for a place in its buffer.`,
    Onboarded: `It waits in the buffer${bucket}${worker}.`,
    Queued: `It waits for a run slot${bucket}${worker}.`,
    Processing: `Attempt ${job.attempts} runs${bucket}${worker}.`,
  };
  return {
    code: job.status === "Processing" ? "running" : "waiting",
    message: messages[job.status]!,
  };
}
