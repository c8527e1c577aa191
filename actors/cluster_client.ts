/**
 * A {@linkcode ClusterClient} over the actors of this node.
 *
 * @module
 */

import type { Bucket } from "../core/bucket.ts";
import { changeSettings, type Cluster } from "../core/cluster.ts";
import { type ErrorCode, JobMasterError } from "../core/errors.ts";
import type { LogFilter } from "../core/filter.ts";
import { type JobId, parseJobId } from "../core/ids.ts";
import type { Execution, Job } from "../core/job.ts";
import type { JobRequest } from "../core/request.ts";
import type { ScheduleFilter } from "../core/schedule.ts";
import type { ScheduleRequest } from "../core/schedule_request.ts";
import { explain, type WhyReport } from "../core/why.ts";
import type { Worker } from "../core/worker.ts";
import type { BucketFilter, JobQueries } from "../storage/port.ts";
import { AgentDesk } from "./agent_desk.ts";
import type {
  ClusterClient,
  CommandResult,
  JobCommand,
  ListOptions,
  NodeHealth,
  ScheduleCommand,
  ScheduleCommandResult,
  SchedulePreview,
  SubmittedJob,
  SubmittedSchedule,
} from "./client.ts";
import { archived, runningExecution, stateConflict, toChange } from "./job_commands.ts";
import { RecurrenceReader } from "./recurrences.ts";
import { type PreviewOptions, ScheduleDesk } from "./schedule_desk.ts";
import type { ActorRef, AskRef } from "./runtime/ref.ts";
import { untilFinal, untilSaved } from "./job_looks.ts";
import { healthOf } from "./node_health.ts";
import { PendingJobs } from "./pending_jobs.ts";
import type { ActorSystem } from "./runtime/system.ts";
import type { SchedulerMessage } from "./scheduler_protocol.ts";
import {
  type MasterStores,
  type StorageCall,
  storageClient,
  type StorageMessage,
} from "./storage_actor.ts";
import { submitJobs, submitJobsBy } from "./submitting.ts";
import type { WorkerCondition, WorkerMessage } from "./worker_protocol.ts";

/** What a client is made from. */
export interface ClusterClientOptions {
  /** The node's actors. */
  readonly system: ActorSystem;
  /** The cluster. */
  readonly clusterId: string;
  /** Names of the node's agent connections. */
  readonly agents: readonly string[];
  /** Which languages of recurrences this node knows; see `recurrences.ts`. */
  readonly recurrences: string | null;
  /** The node's workers, told at once when something was asked of a running job. */
  readonly workers: readonly ActorRef<WorkerMessage>[];
  /** How far the workers are. */
  readonly conditions: () => Promise<readonly WorkerCondition[]>;
}

/** Makes a client. */
export function clusterClient(options: ClusterClientOptions): ClusterClient {
  return new LocalClusterClient(options);
}

const MAX_LISTED = 1_000;

class LocalClusterClient implements ClusterClient {
  readonly clusterId: string;
  readonly #options: ClusterClientOptions;
  readonly #store: MasterStores;
  readonly #scheduler: ActorRef<SchedulerMessage>;
  readonly #pending: PendingJobs;
  readonly #schedules: ScheduleDesk;
  readonly #agents: AgentDesk;

  constructor(options: ClusterClientOptions) {
    const { system, clusterId } = options;
    this.clusterId = clusterId;
    this.#options = options;
    const storage = system.ref<StorageMessage>(`${system.name}/storage`);
    this.#store = storageClient(storage as unknown as AskRef<StorageCall>);
    this.#scheduler = system.ref<SchedulerMessage>(`${system.name}/scheduler`);
    this.#pending = new PendingJobs(system.clock);
    this.#agents = new AgentDesk({ ...options, store: this.#store, scheduler: this.#scheduler });
    this.#schedules = new ScheduleDesk({
      clusterId,
      clock: system.clock,
      store: this.#store,
      scheduler: this.#scheduler,
      recurrences: new RecurrenceReader(options.recurrences),
    });
  }

  async submit(requests: readonly JobRequest[]): Promise<readonly SubmittedJob[]> {
    return this.#pending.note(await submitJobs(this.#scheduler, requests));
  }

  submitBy(...[store, requests]: Parameters<ClusterClient["submitBy"]>) {
    return submitJobsBy(this.#scheduler, requests, store);
  }

  async findJob(jobId: string): Promise<Job> {
    const id = parseJobId(jobId);
    const job = await this.#store.queries.find({ clusterId: this.clusterId, jobId: id });
    return this.#pending.either(id, job) ?? this.#missing("job_not_found", "job", id);
  }

  listJobs(options: Omit<Parameters<JobQueries["list"]>[0], "clusterId">) {
    return this.#store.queries.list({ clusterId: this.clusterId, ...options });
  }

  countJobs(filter: Parameters<JobQueries["count"]>[0]["filter"]): Promise<number> {
    return this.#store.queries.count({ clusterId: this.clusterId, filter });
  }

  async changeJob(jobId: string, command: JobCommand): Promise<CommandResult> {
    const id = parseJobId(jobId);
    const nowMs = this.#options.system.clock.now();
    const change = toChange(command, nowMs);
    const { clusterId } = this;
    const result = await this.#store.jobs.change({ clusterId, jobId: id, nowMs, change });
    switch (result.outcome) {
      case "changed":
      case "requested":
        for (const worker of this.#options.workers) worker.tell({ type: "job_changed" });
        return result;
      case "conflict":
        throw stateConflict(command, result.job);
      case "not_found":
        return await this.#changePending(id, command);
      case "cluster_archived":
        throw archived(command, id, clusterId);
    }
  }

  /** A job that only an agent connection has yet is changed as soon as its owner has saved it. */
  async #changePending(id: JobId, command: JobCommand): Promise<CommandResult> {
    if (this.#pending.either(id, null) === null) return this.#missing("job_not_found", "job", id);
    const job = await untilSaved(this.#options.system.clock, () => this.findJob(id));
    if (job.status === "SavePending") throw stateConflict(command, job);
    return await this.changeJob(id, command);
  }

  waitForJob(...[jobId, options]: Parameters<ClusterClient["waitForJob"]>): Promise<Job> {
    return untilFinal(this.#options.system.clock, () => this.findJob(jobId), options);
  }

  async listExecutions(jobId: string): Promise<readonly Execution[]> {
    const job = await this.findJob(jobId);
    const which = { clusterId: this.clusterId, jobId: job.id };
    const ended = await this.#store.history.listExecutions({ ...which, limit: MAX_LISTED });
    return job.status === "Processing" ? [...ended, runningExecution(job)] : ended;
  }

  async explainJob(jobId: string): Promise<WhyReport> {
    const [job, cluster, buckets, workers, definitions] = await Promise.all([
      this.findJob(jobId),
      this.cluster(),
      this.listBuckets({}),
      this.listWorkers(),
      this.#store.clusters.listDefinitions({ clusterId: this.clusterId, limit: 10_000 }),
    ]);
    return explain({
      job,
      settings: cluster.settings,
      buckets,
      workers,
      definitionIds: definitions.map(({ id }) => id),
      nowMs: this.#options.system.clock.now(),
    });
  }

  createSchedule(request: ScheduleRequest): Promise<SubmittedSchedule> {
    return this.#schedules.create(request);
  }

  findSchedule = (scheduleId: string) => this.#schedules.find(scheduleId);

  listSchedules(options: ListOptions & { readonly filter: ScheduleFilter }) {
    return this.#schedules.list(options);
  }

  countSchedules = (filter: ScheduleFilter) => this.#schedules.count(filter);

  changeSchedule(scheduleId: string, command: ScheduleCommand): Promise<ScheduleCommandResult> {
    return this.#schedules.change(scheduleId, command);
  }

  previewSchedule(scheduleId: string, options: PreviewOptions): Promise<SchedulePreview> {
    return this.#schedules.preview(scheduleId, options);
  }

  listLogs(options: ListOptions & { readonly filter: LogFilter; readonly oldestFirst?: boolean }) {
    const { oldestFirst = false, ...rest } = options;
    return this.#store.history.listLogs({ clusterId: this.clusterId, oldestFirst, ...rest });
  }

  countLogs(filter: LogFilter): Promise<number> {
    return this.#store.history.countLogs({ clusterId: this.clusterId, filter });
  }

  async findLog(logId: string) {
    const entry = await this.#store.history.findLog({ clusterId: this.clusterId, logId });
    return entry ?? this.#missing("log_not_found", "log entry", logId);
  }

  listBuckets(filter: BucketFilter): Promise<readonly Bucket[]> {
    return this.#store.buckets.list({ clusterId: this.clusterId, filter, limit: MAX_LISTED });
  }

  async findBucket(bucketId: string): Promise<Bucket> {
    const bucket = await this.#store.buckets.find({ clusterId: this.clusterId, bucketId });
    return bucket ?? this.#missing("bucket_not_found", "bucket", bucketId);
  }

  listAgents = () => this.#agents.list();
  findAgent = (name: string) => this.#agents.find(name);
  drainAgent = (name: string) => this.#agents.drain(name);
  resumeAgent = (name: string) => this.#agents.resume(name);
  removeAgent = (...args: Parameters<ClusterClient["removeAgent"]>) => this.#agents.remove(...args);
  countParked = (name: string) => this.#agents.countParked(name);
  listParked = (name: string, options: ListOptions) => this.#agents.listParked(name, options);
  requeueParked = (name: string, ids: readonly string[]) => this.#agents.requeueParked(name, ids);
  discardParked = (name: string, ids: readonly string[]) => this.#agents.discardParked(name, ids);

  listWorkers(): Promise<readonly Worker[]> {
    return this.#store.workers.list({ clusterId: this.clusterId, limit: MAX_LISTED });
  }

  async findWorker(workerId: string): Promise<Worker> {
    const worker = await this.#store.workers.find({ clusterId: this.clusterId, workerId });
    return worker ?? this.#missing("worker_not_found", "worker", workerId);
  }

  statistics(windowMs: number) {
    const nowMs = this.#options.system.clock.now();
    const { clusterId } = this;
    return this.#store.queries.statistics({ clusterId, sinceMs: nowMs - windowMs, nowMs });
  }

  async cluster(): Promise<Cluster> {
    const { clusterId } = this;
    return (await this.#store.clusters.find({ clusterId })) ??
      this.#missing("cluster_not_found", "cluster", clusterId);
  }

  async changeSettings(change: Readonly<Record<string, unknown>>): Promise<Cluster> {
    const { clusterId } = this;
    for (let tries = 0; tries < 10; tries++) {
      const { settings, version } = await this.cluster();
      const next = changeSettings(settings, change);
      const nowMs = this.#options.system.clock.now();
      const update = { clusterId, settings: next, version, nowMs };
      const updated = await this.#store.clusters.update(update);
      if (updated === "conflict") continue; // somebody else was faster: decide again on what they stored
      this.#scheduler.tell({ type: "refresh" });
      for (const worker of this.#options.workers) worker.tell({ type: "look" });
      return updated;
    }
    throw new JobMasterError(
      "master_busy",
      `Cannot change the settings of "${clusterId}": others keep changing them`,
      { retryable: true },
    );
  }

  async health(): Promise<NodeHealth> {
    const { system, conditions } = this.#options;
    const started = system.clock.monotonic();
    const [master, workers, actors] = await Promise.all([
      this.#store.clusters.health().catch((error: unknown) => error as Error),
      conditions(),
      system.metrics(),
    ]);
    return healthOf({ master, workers, actors, latencyMs: system.clock.monotonic() - started });
  }

  #missing(code: ErrorCode, what: string, id: string): never {
    throw new JobMasterError(code, `Cannot find ${what} "${id}" in cluster "${this.clusterId}"`);
  }
}
