/**
 * What the API shows of a cluster, of its health and of what happens in it.
 *
 * @module
 */

import type { ClusterClient, NodeHealth } from "../../actors/client.ts";
import type { Cluster, ClusterMode } from "../../core/cluster.ts";
import type { FinalStatus, JobStatus } from "../../core/job.ts";
import { formatDuration, formatInstant } from "../../core/time.ts";
import { type RetryResource, toRetryResource } from "./job.ts";
import { durationOrNull, instantOrNull } from "./nullable.ts";

/** A cluster and its settings. */
export interface ClusterResource {
  /** Its name. */
  readonly clusterId: string;
  /** Whether jobs are accepted and run. */
  readonly mode: ClusterMode;
  /** How long one attempt may take when nothing else says, ISO-8601. */
  readonly defaultTimeout: string;
  /** Retries when nothing else says. */
  readonly defaultMaxRetries: number;
  /** Jobs due later than this wait on the master, ISO-8601. */
  readonly transientThreshold: string;
  /** Largest payload in bytes of JSON; -1 is no limit. */
  readonly maxPayloadBytes: number;
  /** Zone in which schedules without one are read. */
  readonly timeZone: string;
  /** How long final jobs and logs are kept, ISO-8601; `null` keeps them. */
  readonly retention: string | null;
  /** How long to wait between attempts. */
  readonly retry: RetryResource;
  /** Counts changes of the settings. */
  readonly version: number;
  /** When it was first started. */
  readonly createdAt: string;
  /** When its settings last changed. */
  readonly updatedAt: string;
}

/** What happened in a window, and what there is now. */
export interface StatisticsResource {
  /** The cluster. */
  readonly clusterId: string;
  /** Length of the window, ISO-8601. */
  readonly window: string;
  /** Jobs per status, now. */
  readonly counts: Readonly<Record<JobStatus, number>>;
  /** Jobs that are due and not yet granted to a worker, now. */
  readonly due: number;
  /** Since when the oldest of them is due. */
  readonly oldestDueAt: string | null;
  /** Jobs that finished in the window, per final status. */
  readonly finished: Readonly<Record<FinalStatus, number>>;
  /** Jobs that finished per second, over the window. */
  readonly finishedPerSecond: number;
  /** From due to start. */
  readonly wait: PercentilesResource;
  /** From start to finish. */
  readonly run: PercentilesResource;
}

/** Percentiles of durations, ISO-8601; `null` when nothing finished. */
export interface PercentilesResource {
  /** Median. */
  readonly p50: string | null;
  /** 95th percentile. */
  readonly p95: string | null;
  /** 99th percentile. */
  readonly p99: string | null;
}

/** Whether a node can do its work. */
export interface HealthResource {
  /** Whether every cluster is ready. */
  readonly ready: boolean;
  /** What is wrong, one line each; empty when ready. */
  readonly problems: readonly string[];
  /** Each cluster of the node. */
  readonly clusters: readonly ClusterHealthResource[];
}

/** Whether a node can do its work in one cluster. */
export interface ClusterHealthResource {
  /** The cluster. */
  readonly clusterId: string;
  /** Whether the master answers and the node's workers are trusted. */
  readonly ready: boolean;
  /** What is wrong, one line each; empty when ready. */
  readonly problems: readonly string[];
  /** What serves the master, for people; `null` when it does not answer. */
  readonly master: string | null;
  /** How long the master took to answer, ISO-8601; `null` when it does not. */
  readonly masterLatency: string | null;
}

/** What the API shows of a cluster. */
export function toClusterResource(cluster: Cluster): ClusterResource {
  const { settings } = cluster;
  return {
    clusterId: cluster.id,
    mode: settings.mode,
    defaultTimeout: formatDuration(settings.defaultTimeoutMs),
    defaultMaxRetries: settings.defaultMaxRetries,
    transientThreshold: formatDuration(settings.transientThresholdMs),
    maxPayloadBytes: settings.maxPayloadBytes,
    timeZone: settings.timeZone,
    retention: durationOrNull(settings.retentionMs),
    retry: toRetryResource(settings.retry),
    version: cluster.version,
    createdAt: formatInstant(cluster.createdAtMs),
    updatedAt: formatInstant(cluster.updatedAtMs),
  };
}

/** What the API shows of what happened in the last `windowMs`. */
export function toStatisticsResource(
  clusterId: string,
  windowMs: number,
  statistics: Awaited<ReturnType<ClusterClient["statistics"]>>,
): StatisticsResource {
  const { counts, due, oldestDueAtMs, finished } = statistics;
  const total = finished.Succeeded + finished.Failed + finished.Cancelled;
  return {
    clusterId,
    window: formatDuration(windowMs),
    counts,
    due,
    oldestDueAt: instantOrNull(oldestDueAtMs),
    finished,
    finishedPerSecond: total / (windowMs / 1_000),
    wait: toPercentilesResource(statistics.waitMs),
    run: toPercentilesResource(statistics.runMs),
  };
}

function toPercentilesResource(
  { p50, p95, p99 }: Readonly<Record<keyof PercentilesResource, number | null>>,
): PercentilesResource {
  return { p50: durationOrNull(p50), p95: durationOrNull(p95), p99: durationOrNull(p99) };
}

/** What the API shows of a node's health in one cluster. */
export function toClusterHealthResource(
  clusterId: string,
  health: NodeHealth,
): ClusterHealthResource {
  return {
    clusterId,
    ready: health.ready,
    problems: health.problems,
    master: health.master?.product ?? null,
    masterLatency: durationOrNull(health.masterLatencyMs),
  };
}
