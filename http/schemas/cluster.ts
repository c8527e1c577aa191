/**
 * Schemas of what the API shows of clusters, buckets, workers, logs and health.
 *
 * @module
 */

import { z } from "@hono/zod-openapi";
import { FINAL_STATUSES, JOB_STATUSES } from "../../core/job.ts";
import type {
  ClusterResource,
  HealthResource,
  PercentilesResource,
  StatisticsResource,
} from "../resources/cluster.ts";
import type { AgentResource, BucketResource, WorkerResource } from "../resources/fleet.ts";
import type { LogResource } from "../resources/log.ts";
import { retrySchema } from "./job.ts";
import {
  anyJson,
  bucketStatus,
  clusterMode,
  duration,
  instant,
  logLevel,
  logSubject,
  orNull,
  priority,
  uuid,
  workerMode,
  workerStatus,
} from "./value.ts";

/** A cluster and its settings. */
export const clusterSchema: z.ZodType<ClusterResource> = z.strictObject({
  clusterId: z.string(),
  mode: clusterMode,
  defaultTimeout: duration,
  defaultMaxRetries: z.int(),
  transientThreshold: duration,
  maxPayloadBytes: z.int(),
  timeZone: z.string(),
  retention: orNull(duration),
  retry: retrySchema,
  version: z.int(),
  createdAt: instant,
  updatedAt: instant,
}).openapi("Cluster");

const percentiles: z.ZodType<PercentilesResource> = z.strictObject({
  p50: orNull(duration),
  p95: orNull(duration),
  p99: orNull(duration),
}).openapi("Percentiles");

/** What happened in a window, and what there is now. */
export const statisticsSchema: z.ZodType<StatisticsResource> = z.strictObject({
  clusterId: z.string(),
  window: duration,
  counts: z.record(z.enum(JOB_STATUSES), z.int()),
  due: z.int(),
  oldestDueAt: orNull(instant),
  finished: z.record(z.enum(FINAL_STATUSES), z.int()),
  finishedPerSecond: z.number(),
  wait: percentiles,
  run: percentiles,
}).openapi("Statistics");

/** A bucket. */
export const bucketSchema: z.ZodType<BucketResource> = z.strictObject({
  id: z.string(),
  clusterId: z.string(),
  status: bucketStatus,
  priority,
  lane: orNull(z.string()),
  agentConnectionId: z.string(),
  workerId: orNull(z.string()),
  epoch: z.int(),
  color: z.string(),
  createdAt: instant,
  statusChangedAt: instant,
}).openapi("Bucket");

/** An agent connection. */
export const agentSchema: z.ZodType<AgentResource> = z.strictObject({
  id: z.string(),
  clusterId: z.string(),
  product: z.string(),
  address: z.string(),
  fingerprint: z.string(),
  createdAt: instant,
  seenAt: instant,
  drainingSince: orNull(instant),
  parked: orNull(z.int()),
}).openapi("AgentConnection");

/** A worker. */
export const workerSchema: z.ZodType<WorkerResource> = z.strictObject({
  id: z.string(),
  clusterId: z.string(),
  name: z.string(),
  mode: workerMode,
  lane: orNull(z.string()),
  agentConnectionId: z.string(),
  parallelism: z.number(),
  incarnation: z.int(),
  status: workerStatus,
  host: z.string(),
  processId: z.int(),
  createdAt: instant,
  heartbeatAt: instant,
  leaseUntil: instant,
}).openapi("Worker");

/** One line of the log. */
export const logSchema: z.ZodType<LogResource> = z.strictObject({
  id: uuid,
  level: logLevel,
  message: z.string(),
  subjectType: logSubject,
  subjectId: z.string(),
  attempt: orNull(z.int()),
  fields: anyJson,
  host: z.string(),
  writtenAt: instant,
}).openapi("Log");

/** Whether a node can do its work. */
export const healthSchema: z.ZodType<HealthResource> = z.strictObject({
  ready: z.boolean(),
  problems: z.array(z.string()),
  clusters: z.array(z.strictObject({
    clusterId: z.string(),
    ready: z.boolean(),
    problems: z.array(z.string()),
    master: orNull(z.string()),
    masterLatency: orNull(duration),
  })),
}).openapi("Health");
