/**
 * What an embedder, the HTTP façade and the program may ask of a cluster.
 *
 * @module
 */

import type { AgentConnection, ParkedMessage } from "../core/agent.ts";
import type { Bucket } from "../core/bucket.ts";
import type { Cluster } from "../core/cluster.ts";
import type { JobFilter, JobSort, LogFilter } from "../core/filter.ts";
import type { Execution, Job } from "../core/job.ts";
import type { LogEntry } from "../core/log.ts";
import type { JobRequest } from "../core/request.ts";
import type { Schedule, ScheduleFilter } from "../core/schedule.ts";
import type { ScheduleChangeRequest, ScheduleRequest } from "../core/schedule_request.ts";
import type { WhyReport } from "../core/why.ts";
import type { Worker } from "../core/worker.ts";
import type {
  BucketFilter,
  EnlistedJobs,
  InsertResult,
  JobStatistics,
  MasterHealth,
  Page,
} from "../storage/port.ts";
import type { ActorMetrics } from "./runtime/metrics.ts";

/** A job and whether this call made it. */
export interface SubmittedJob {
  /** `false`: a job with this id or unique key was there already, and `job` is that one. */
  readonly created: boolean;
  /** The job as stored; `SavePending` when only an agent connection has it yet. */
  readonly job: Job;
  /** What was promised: `"durable"`, or `"acknowledged"` by an agent connection that may lose it with its server. */
  readonly acceptance: "durable" | "acknowledged";
}

/** Stores jobs that are read, checked and complete. */
export type StoreJobs = (jobs: EnlistedJobs) => Promise<InsertResult>;

/** A change of one job, as callers ask for it. */
export type JobCommand =
  | { readonly type: "cancel" }
  | { readonly type: "reschedule"; readonly scheduledAtMs: number }
  | { readonly type: "reschedule"; readonly afterMs: number }
  | { readonly type: "retry" }
  | { readonly type: "run_now" }
  | { readonly type: "remove" };

/** What became of a {@linkcode JobCommand}. */
export interface CommandResult {
  /** `requested`: the attempt is running and its owner has been asked to abort it. */
  readonly outcome: "changed" | "requested";
  /** The job as it is now; as it was, for `remove`. */
  readonly job: Job;
}

/** A schedule, and what its recurrence says. */
export interface ScheduleReport {
  /** The schedule as stored. */
  readonly schedule: Schedule;
  /** What its recurrence means, in plain English; `null` when this node cannot read it. */
  readonly description: string | null;
  /** Its next occurrence, in epoch milliseconds; `null` when there is none, it is not `Active`, or it cannot be read. */
  readonly nextRunAtMs: number | null;
}

/** A schedule and whether this call made it. */
export interface SubmittedSchedule extends ScheduleReport {
  /** `false`: a schedule with this id was there already. */
  readonly created: boolean;
}

/** A change of one schedule, as callers ask for it. */
export type ScheduleCommand =
  | { readonly type: "pause" }
  | { readonly type: "resume" }
  | { readonly type: "cancel" }
  | { readonly type: "edit"; readonly change: ScheduleChangeRequest }
  | { readonly type: "run_now" }
  | { readonly type: "remove" };

/** What became of a {@linkcode ScheduleCommand}. */
export interface ScheduleCommandResult extends ScheduleReport {
  /** The job of `run_now`. */
  readonly job: Job | null;
}

/** The next runs of a schedule. */
export interface SchedulePreview {
  /** When, in epoch milliseconds, earliest first. */
  readonly runsAtMs: readonly number[];
  /** The zone its local times are read in. */
  readonly timeZone: string;
}

/** State of this node's connection to a cluster. */
export interface NodeHealth {
  /** Whether the master answers and this node's workers are trusted. */
  readonly ready: boolean;
  /** What is wrong, one line each; empty when ready. */
  readonly problems: readonly string[];
  /** State of the master; `null` when it does not answer. */
  readonly master: MasterHealth | null;
  /** Milliseconds the master took to answer. */
  readonly masterLatencyMs: number | null;
  /** The actors of this node. */
  readonly actors: readonly ActorMetrics[];
}

/** How an agent connection is removed. */
export interface RemoveAgentOptions {
  /** Deletes what is parked there; otherwise a parked message keeps the agent connection. */
  readonly discardParked: boolean;
}

/** Options of a list. */
export interface ListOptions {
  /** Where to go on; `null` is the start. */
  readonly cursor: string | null;
  /** Most items, 1 to 200. */
  readonly limit: number;
}

/**
 * A cluster as seen from one node. Every call has a deadline and fails with a `JobMasterError`:
 * `master_busy` or `mailbox_full` (retryable, the work was not taken), `master_unavailable`, `ask_timeout`.
 */
export interface ClusterClient {
  /** The cluster. */
  readonly clusterId: string;
  /**
   * Schedules jobs, all or none. Unknown definition, bad field or payload: nothing is stored.
   *
   * @throws {JobMasterError} `job_definition_not_found`, `invalid_request`, `invalid_payload`,
   * `payload_too_large`, `cluster_archived`.
   */
  submit(requests: readonly JobRequest[]): Promise<readonly SubmittedJob[]>;
  /**
   * As {@linkcode ClusterClient.submit}, without storing anything: the jobs are handed to `store`, which stores them in a transaction of
   * the caller's.
   *
   * @throws {JobMasterError} As {@linkcode ClusterClient.submit}, and what `store` throws.
   */
  submitBy(
    store: StoreJobs,
    requests: readonly JobRequest[],
  ): Promise<readonly SubmittedJob[]>;
  /** The job. @throws {JobMasterError} `job_not_found` */
  findJob(jobId: string): Promise<Job>;
  /** One page of jobs. */
  listJobs(
    options: ListOptions & { readonly filter: JobFilter; readonly sort: JobSort },
  ): Promise<Page<Job>>;
  /** How many jobs match. */
  countJobs(filter: JobFilter): Promise<number>;
  /** Changes one job. @throws {JobMasterError} `job_not_found`, `job_state_conflict`, `cluster_archived` */
  changeJob(jobId: string, command: JobCommand): Promise<CommandResult>;
  /**
   * Waits until the job is final.
   *
   * @throws {JobMasterError} `job_not_found`, `wait_timeout`.
   */
  waitForJob(
    jobId: string,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<Job>;
  /** The executions of a job, the running attempt included. @throws {JobMasterError} `job_not_found` */
  listExecutions(jobId: string): Promise<readonly Execution[]>;
  /** Why a job is where it is. @throws {JobMasterError} `job_not_found` */
  explainJob(jobId: string): Promise<WhyReport>;
  /**
   * Stores a recurring schedule.
   *
   * @throws {JobMasterError} `invalid_recurrence`, `job_definition_not_found`, `invalid_request`, `invalid_payload`,
   * `payload_too_large`, `cluster_archived`.
   */
  createSchedule(request: ScheduleRequest): Promise<SubmittedSchedule>;
  /** The schedule. @throws {JobMasterError} `schedule_not_found` */
  findSchedule(scheduleId: string): Promise<ScheduleReport>;
  /** One page of schedules, newest first. */
  listSchedules(
    options: ListOptions & { readonly filter: ScheduleFilter },
  ): Promise<Page<ScheduleReport>>;
  /** How many schedules match. */
  countSchedules(filter: ScheduleFilter): Promise<number>;
  /**
   * Changes one schedule. `remove` also cancels what waits and answers the schedule as it was.
   *
   * @throws {JobMasterError} `schedule_not_found`, `schedule_state_conflict`, `cluster_archived`, and for an edit what
   * {@linkcode ClusterClient.createSchedule} throws.
   */
  changeSchedule(scheduleId: string, command: ScheduleCommand): Promise<ScheduleCommandResult>;
  /**
   * The next `count` (1 to 100) runs of a schedule after `fromMs` (now when `null`), as if it were active.
   *
   * @throws {JobMasterError} `schedule_not_found`, `invalid_recurrence`.
   */
  previewSchedule(
    scheduleId: string,
    options: { readonly count: number; readonly fromMs: number | null },
  ): Promise<SchedulePreview>;
  /** One page of log entries, newest first unless `oldestFirst`. */
  listLogs(
    options: ListOptions & { readonly filter: LogFilter; readonly oldestFirst?: boolean },
  ): Promise<Page<LogEntry>>;
  /** How many log entries match. */
  countLogs(filter: LogFilter): Promise<number>;
  /** The log entry. @throws {JobMasterError} `log_not_found` */
  findLog(logId: string): Promise<LogEntry>;
  /** Buckets, by id; at most 1,000. */
  listBuckets(filter: BucketFilter): Promise<readonly Bucket[]>;
  /** The bucket. @throws {JobMasterError} `bucket_not_found` */
  findBucket(bucketId: string): Promise<Bucket>;
  /** Agent connections, by name; at most 1,000. */
  listAgents(): Promise<readonly AgentConnection[]>;
  /** The agent connection. @throws {JobMasterError} `agent_connection_not_found` */
  findAgent(name: string): Promise<AgentConnection>;
  /**
   * Begins to drain an agent connection: nobody places jobs in its buckets any more, and the workers on it give them up
   * once what they run has ended. Their jobs go on elsewhere. Doing it again changes nothing.
   *
   * @throws {JobMasterError} `agent_connection_not_found`
   */
  drainAgent(name: string): Promise<AgentConnection>;
  /** Takes an agent connection back: the workers on it have buckets again. @throws {JobMasterError} `agent_connection_not_found` */
  resumeAgent(name: string): Promise<AgentConnection>;
  /**
   * Forgets an agent connection that was drained.
   *
   * @throws {JobMasterError} `agent_connection_conflict` with what is still there; `agent_connection_not_found`,
   * `transport_unavailable`.
   */
  removeAgent(name: string, options: RemoveAgentOptions): Promise<void>;
  /** How many of its messages are parked; `null` when this node is not connected to it or it does not answer. */
  countParked(name: string): Promise<number | null>;
  /**
   * One page of the messages of an agent connection that nobody could use, the latest first.
   *
   * @throws {JobMasterError} `agent_connection_not_found`, `transport_unavailable`.
   */
  listParked(name: string, options: ListOptions): Promise<Page<ParkedMessage>>;
  /**
   * Puts up to 1,000 parked messages back into their queues, to be received anew; answers the ids of those that are
   * there now. None is lost on the way.
   *
   * @throws {JobMasterError} As {@linkcode ClusterClient.listParked}.
   */
  requeueParked(name: string, messageIds: readonly string[]): Promise<readonly string[]>;
  /**
   * Deletes up to 1,000 parked messages; answers the ids of those that were there.
   *
   * @throws {JobMasterError} As {@linkcode ClusterClient.listParked}.
   */
  discardParked(name: string, messageIds: readonly string[]): Promise<readonly string[]>;
  /** Workers, by id; at most 1,000. */
  listWorkers(): Promise<readonly Worker[]>;
  /** The worker. @throws {JobMasterError} `worker_not_found` */
  findWorker(workerId: string): Promise<Worker>;
  /** What happened in the last `windowMs`, and what there is now. */
  statistics(windowMs: number): Promise<JobStatistics>;
  /** The cluster and its settings. @throws {JobMasterError} `cluster_not_found` */
  cluster(): Promise<Cluster>;
  /** Changes settings; every node follows within seconds. @throws {JobMasterError} `invalid_request` */
  changeSettings(change: Readonly<Record<string, unknown>>): Promise<Cluster>;
  /** State of this node. */
  health(): Promise<NodeHealth>;
}
