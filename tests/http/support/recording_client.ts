/**
 * A cluster that writes down what it is asked and answers what it is told to: for what HTTP does by itself.
 *
 * @module
 */

import type { ClusterClient } from "../../../actors/client.ts";
import type { AgentConnection } from "../../../core/agent.ts";
import type { Bucket } from "../../../core/bucket.ts";
import { type Cluster, DEFAULT_CLUSTER_SETTINGS } from "../../../core/cluster.ts";
import type { Execution } from "../../../core/job.ts";
import type { Worker } from "../../../core/worker.ts";
import { aScheduleReport } from "../../support/schedule_factories.ts";
import { aBucket, aJob, aLogEntry, AT_MS, aWorker, jobId } from "../../support/factories.ts";

/** What a cluster can be asked. */
export type ClusterMethods = Omit<ClusterClient, "clusterId">;

/** One question. */
export interface RecordedCall {
  /** What was asked. */
  readonly method: keyof ClusterMethods;
  /** With which arguments. */
  readonly args: readonly unknown[];
}

/** A cluster with its record. */
export interface RecordingClient extends ClusterClient {
  /** Every question so far. */
  readonly calls: RecordedCall[];
}

/** A cluster as the master stores it. */
export function aCluster(given: Partial<Cluster> = {}): Cluster {
  return {
    id: "local",
    settings: DEFAULT_CLUSTER_SETTINGS,
    version: 1,
    createdAtMs: AT_MS,
    updatedAtMs: AT_MS,
    ...given,
  };
}

/** An agent connection as the master has it. */
export function anAgent(given: Partial<AgentConnection> = {}): AgentConnection {
  return {
    clusterId: "local",
    name: "nats-1",
    product: "NATS 2.9.10",
    address: "nats://127.0.0.1:4222/JOBMASTER",
    fingerprint: "f0".repeat(16),
    createdAtMs: 1_700_000_000_000,
    seenAtMs: 1_700_000_001_000,
    drainingAtMs: null,
    ...given,
  };
}

/** A bucket as the master stores it. */
export function aStoredBucket(given: Partial<Bucket> = {}): Bucket {
  const { incarnation: _, ...bucket } = aBucket();
  return { ...bucket, status: "Active", epoch: 1, statusChangedAtMs: AT_MS, ...given };
}

/** A worker as the master stores it. */
export function aStoredWorker(given: Partial<Worker> = {}): Worker {
  return {
    ...aWorker(),
    incarnation: 1,
    status: "Active",
    heartbeatAtMs: AT_MS,
    leaseUntilMs: AT_MS + 30_000,
    ...given,
  };
}

/** The first attempt of job 1, running. */
export function anExecution(given: Partial<Execution> = {}): Execution {
  return {
    jobId: jobId(1),
    attempt: 1,
    outcome: null,
    startedAtMs: AT_MS,
    finishedAtMs: null,
    workerId: "w-1",
    error: null,
    ...given,
  };
}

const EMPTY_PAGE = { items: [], nextCursor: null };
const NOTHING = { p50: null, p95: null, p99: null };

const ANSWERS: ClusterMethods = {
  submit: (requests) =>
    Promise.resolve(requests.map(() => ({ created: true, job: aJob(), acceptance: "durable" }))),
  submitBy: () => Promise.resolve([]),
  findJob: (id) => Promise.resolve(aJob({ id })),
  listJobs: () => Promise.resolve(EMPTY_PAGE),
  countJobs: () => Promise.resolve(0),
  changeJob: (id) => Promise.resolve({ outcome: "changed", job: aJob({ id }) }),
  waitForJob: (id) => Promise.resolve(aJob({ id })),
  listExecutions: () => Promise.resolve([]),
  explainJob: (id) =>
    Promise.resolve({
      jobId: id,
      status: "HeldOnMaster",
      stuck: false,
      reasons: [{ code: "waiting", message: "It waits." }],
    }),
  createSchedule: () => Promise.resolve({ ...aScheduleReport(), created: true }),
  findSchedule: (id) => Promise.resolve(aScheduleReport({ id })),
  listSchedules: () => Promise.resolve(EMPTY_PAGE),
  countSchedules: () => Promise.resolve(0),
  changeSchedule: (id, { type }) =>
    Promise.resolve({ ...aScheduleReport({ id }), job: type === "run_now" ? aJob() : null }),
  previewSchedule: () => Promise.resolve({ runsAtMs: [AT_MS], timeZone: "UTC" }),
  listLogs: () => Promise.resolve(EMPTY_PAGE),
  countLogs: () => Promise.resolve(0),
  findLog: (id) => Promise.resolve(aLogEntry({ id })),
  listAgents: () => Promise.resolve([]),
  findAgent: (name) => Promise.resolve(anAgent({ name })),
  drainAgent: (name) => Promise.resolve(anAgent({ name, drainingAtMs: AT_MS })),
  resumeAgent: (name) => Promise.resolve(anAgent({ name })),
  removeAgent: () => Promise.resolve(),
  countParked: () => Promise.resolve(2),
  listParked: () => Promise.resolve(EMPTY_PAGE),
  requeueParked: (_name, ids) => Promise.resolve(ids.slice(0, 1)),
  discardParked: (_name, ids) => Promise.resolve(ids.slice(0, 1)),
  listBuckets: () => Promise.resolve([]),
  findBucket: (id) => Promise.resolve(aStoredBucket({ id })),
  listWorkers: () => Promise.resolve([]),
  findWorker: (id) => Promise.resolve(aStoredWorker({ id })),
  statistics: () =>
    Promise.resolve({
      counts: {
        SavePending: 0,
        HeldOnMaster: 3,
        AssignedToBucket: 0,
        Onboarded: 0,
        Queued: 0,
        Processing: 1,
        Succeeded: 40,
        Failed: 2,
        Cancelled: 0,
      },
      due: 2,
      oldestDueAtMs: AT_MS,
      finished: { Succeeded: 28, Failed: 2, Cancelled: 0 },
      waitMs: { p50: 4, p95: 250, p99: 61_000 },
      runMs: NOTHING,
    }),
  cluster: () => Promise.resolve(aCluster()),
  changeSettings: () => Promise.resolve(aCluster({ version: 2 })),
  health: () =>
    Promise.resolve({
      ready: true,
      problems: [],
      master: { product: "SQLite 3.53.0", schemaVersion: 1, clockMs: AT_MS },
      masterLatencyMs: 2,
      actors: [],
    }),
};

/** A cluster that answers with `answers`, and plainly where it has none. */
export function recordingClient(
  answers: Partial<ClusterMethods> = {},
  clusterId = "local",
): RecordingClient {
  const calls: RecordedCall[] = [];
  const methods = Object.entries({ ...ANSWERS, ...answers }).map(([name, answer]) => {
    const method = name as keyof ClusterMethods;
    const recorded = (...args: unknown[]): unknown => {
      calls.push({ method, args });
      return (answer as (...args: unknown[]) => unknown)(...args);
    };
    return [method, recorded];
  });
  return { ...Object.fromEntries(methods) as ClusterMethods, clusterId, calls };
}
