/**
 * The master port as a whole.
 *
 * @module
 */

import type { AgentStore } from "./agents.ts";
import type { BucketStore } from "./buckets.ts";
import type { ClusterStore } from "./clusters.ts";
import type { HistoryStore } from "./history.ts";
import type { JobStore } from "./jobs.ts";
import type { JobQueries } from "./queries.ts";
import type { ScheduleStore } from "./schedules.ts";
import type { WorkerStore } from "./workers.ts";

/** What callers must adapt to. Differences of SQL stay inside the adapter. */
export interface MasterCapabilities {
  /** `"push"`: {@linkcode Master.watch} fires on changes by others. `"poll"`: it never does. */
  readonly wakeups: "push" | "poll";
  /** Most jobs, settlements, marks, assignments or schedules one call takes; of plans together with their jobs. */
  readonly maxBatch: number;
}

/** Whether the master can be reached. */
export interface MasterReach {
  /** Whether it can. */
  readonly available: boolean;
  /** Why it cannot, for people; without secrets. Empty when it can. */
  readonly reason: string;
}

/** The durable truth of one or more clusters. */
export interface Master extends AsyncDisposable {
  /** What callers must adapt to. */
  readonly capabilities: MasterCapabilities;
  /** The flow of jobs. */
  readonly jobs: JobStore;
  /** Reading jobs. */
  readonly queries: JobQueries;
  /** The recurring schedules. */
  readonly schedules: ScheduleStore;
  /** Executions, logs and their retention. */
  readonly history: HistoryStore;
  /** The buckets. */
  readonly buckets: BucketStore;
  /** The workers and the leases. */
  readonly workers: WorkerStore;
  /** Clusters, their settings and their job definitions. */
  readonly clusters: ClusterStore;
  /** The agent connections. */
  readonly agents: AgentStore;
  /** Calls `wake` when another connection may have changed something. See `wakeups`. */
  watch(wake: () => void): Disposable;
  /**
   * Calls `tell` when the master cannot be reached any more, and when it can be again: once each, however many calls
   * wait for it. Never for a master that is part of the process.
   */
  watchReach(tell: (reach: MasterReach) => void): Disposable;
}
