import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { DEFAULT_CLUSTER_SETTINGS } from "../../core/cluster.ts";
import {
  toBucketResource,
  toClusterHealthResource,
  toClusterResource,
  toExecutionResource,
  toJobResource,
  toListedLogResource,
  toLogResource,
  toStatisticsResource,
  toWhyResource,
  toWorkerResource,
} from "../../http/resources.ts";
import {
  bucketSchema,
  clusterSchema,
  healthSchema,
  logSchema,
  statisticsSchema,
  workerSchema,
} from "../../http/schemas/cluster.ts";
import { executionSchema, jobSchema, whySchema } from "../../http/schemas/job.ts";
import { aFailure, aJob, aLogEntry, AT_MS, jobId, logId } from "../support/factories.ts";
import {
  aCluster,
  anExecution,
  aStoredBucket,
  aStoredWorker,
  recordingClient,
} from "./support/recording_client.ts";

const AT = "2027-01-15T08:00:00.000Z";

const FULL_JOB = aJob({
  status: "Failed",
  lane: "mail",
  data: '{"name":"Ada","__proto__":1}',
  metadata: { team: "growth", tries: 2, urgent: true },
  result: "null",
  error: aFailure(),
  progress: { percent: 50, note: "half way" },
  triggerSource: "DynamicRecurring",
  scheduleId: "s-1",
  occurrenceAtMs: AT_MS - 500,
  uniqueKey: "ada",
  scheduledAtMs: AT_MS + 1_500,
  originalScheduledAtMs: AT_MS,
  startedAtMs: AT_MS + 2_000,
  finishedAtMs: AT_MS + 3_000,
  attempts: 4,
  crashes: 1,
  retry: { baseMs: 500, factor: 3, maxMs: 90_000, jitter: "none" },
  timeoutMs: 90_061_001,
  bucketId: "b-1",
  agentConnectionId: "nats-1",
  workerId: "w-1",
  cancelRequestedAtMs: AT_MS,
});

const FULL_RESOURCE = {
  id: jobId(1),
  clusterId: "c-1",
  definitionId: "mail.send",
  status: "Failed",
  priority: "Medium",
  lane: "mail",
  data: JSON.parse('{"name":"Ada","__proto__":1}'),
  metadata: { team: "growth", tries: 2, urgent: true },
  result: null,
  error: {
    code: "handler_error",
    name: "TypeError",
    message: "The mailbox is full",
    stack: "TypeError: The mailbox is full\n    at send (mail.ts:1:1)",
    cause: { code: "handler_error", name: "Error", message: "452", stack: null, cause: null },
  },
  progress: { percent: 50, note: "half way" },
  triggerSource: "DynamicRecurring",
  scheduleId: "s-1",
  occurrenceAt: "2027-01-15T07:59:59.500Z",
  uniqueKey: "ada",
  originalScheduledAt: AT,
  scheduledAt: "2027-01-15T08:00:01.500Z",
  createdAt: "2027-01-15T07:59:59.000Z",
  startedAt: "2027-01-15T08:00:02.000Z",
  finishedAt: "2027-01-15T08:00:03.000Z",
  attempts: 4,
  crashes: 1,
  maxRetries: 3,
  timeout: "PT25H1M1.001S",
  retry: { base: "PT0.5S", factor: 3, max: "PT1M30S", jitter: "none" },
  bucketId: "b-1",
  agentConnectionId: "nats-1",
  workerId: "w-1",
  cancelRequestedAt: AT,
};

Deno.test("toJobResource shows every field of a job when it has run", () => {
  const resource = toJobResource(FULL_JOB);

  deepStrictEqual(resource, FULL_RESOURCE);
  strictEqual(jobSchema.safeParse(resource).success, true);
});

Deno.test("toJobResource shows null where a new job has nothing", () => {
  const { id: _, ...resource } = toJobResource(aJob());

  const empty = Object.entries(resource).filter(([, value]) => value === null);
  deepStrictEqual(empty.map(([name]) => name), [
    "lane",
    "data",
    "result",
    "error",
    "progress",
    "scheduleId",
    "occurrenceAt",
    "uniqueKey",
    "startedAt",
    "finishedAt",
    "retry",
    "bucketId",
    "agentConnectionId",
    "workerId",
    "cancelRequestedAt",
  ]);
});

Deno.test("toJobResource hides what only the engine needs", () => {
  const names = Object.keys(toJobResource(aJob()));

  deepStrictEqual(names.filter((name) => /revision|lastAttempt|Ms$/.test(name)), []);
});

Deno.test("toExecutionResource shows an attempt that runs and one that failed", () => {
  deepStrictEqual(toExecutionResource(anExecution()), {
    jobId: jobId(1),
    attempt: 1,
    outcome: null,
    startedAt: AT,
    finishedAt: null,
    workerId: "w-1",
    error: null,
  });
  const failed = anExecution({ outcome: "failed", finishedAtMs: AT_MS + 1, error: aFailure() });
  const resource = toExecutionResource(failed);
  strictEqual(resource.finishedAt, "2027-01-15T08:00:00.001Z");
  strictEqual(resource.error?.cause?.message, "452");
  strictEqual(executionSchema.safeParse(resource).success, true);
});

Deno.test("toLogResource shows the whole text and the details of a log entry", () => {
  const message = "x".repeat(300);
  const resource = toLogResource(aLogEntry({ message, fields: '{"to":"Ada"}' }));

  deepStrictEqual(resource, {
    id: logId(1),
    level: "Info",
    message,
    subjectType: "Job",
    subjectId: jobId(1),
    attempt: 1,
    fields: { to: "Ada" },
    host: "host-1",
    writtenAt: AT,
  });
  strictEqual(logSchema.safeParse(resource).success, true);
});

Deno.test("toLogResource shows details as text when they were cut", () => {
  strictEqual(toLogResource(aLogEntry({ fields: '{"to":"Ad…' })).fields, '{"to":"Ad…');
});

Deno.test("toListedLogResource cuts a text when it is longer than 100 characters", () => {
  const listed = (message: string) => toListedLogResource(aLogEntry({ message })).message;

  strictEqual(listed("x".repeat(100)), "x".repeat(100));
  strictEqual(listed("x".repeat(101)), `${"x".repeat(100)}...`);
  strictEqual(listed(`${"x".repeat(99)}😀 and more`), `${"x".repeat(99)}...`);
});

Deno.test("toBucketResource and toWorkerResource show instants and the default lane", () => {
  const bucket = toBucketResource(aStoredBucket({ lane: "", workerId: null, status: "Lost" }));
  const worker = toWorkerResource(aStoredWorker({ lane: "mail" }));

  deepStrictEqual(bucket, {
    id: "b-1",
    clusterId: "c-1",
    status: "Lost",
    priority: "Medium",
    lane: null,
    agentConnectionId: "agent-1",
    workerId: null,
    epoch: 1,
    color: "#008080",
    createdAt: "2027-01-15T07:59:30.000Z",
    statusChangedAt: AT,
  });
  deepStrictEqual(worker, {
    id: "w-1",
    clusterId: "c-1",
    name: "w",
    mode: "Full",
    lane: "mail",
    agentConnectionId: "agent-1",
    parallelism: 1,
    incarnation: 1,
    status: "Active",
    host: "host-1",
    processId: 4_711,
    createdAt: "2027-01-15T07:59:00.000Z",
    heartbeatAt: AT,
    leaseUntil: "2027-01-15T08:00:30.000Z",
  });
  strictEqual(bucketSchema.safeParse(bucket).success, true);
  strictEqual(workerSchema.safeParse(worker).success, true);
});

Deno.test("toClusterResource shows the settings beside the cluster", () => {
  const cluster = aCluster({ settings: { ...DEFAULT_CLUSTER_SETTINGS, retentionMs: null } });
  const resource = toClusterResource(cluster);

  deepStrictEqual(resource, {
    clusterId: "local",
    mode: "Active",
    defaultTimeout: "PT1M",
    defaultMaxRetries: 3,
    transientThreshold: "PT10M",
    maxPayloadBytes: 131_072,
    timeZone: "UTC",
    retention: null,
    retry: { base: "PT10S", factor: 2, max: "PT1H", jitter: "full" },
    version: 1,
    createdAt: AT,
    updatedAt: AT,
  });
  strictEqual(clusterSchema.safeParse(resource).success, true);
});

Deno.test("toStatisticsResource shows throughput and durations of a window", async () => {
  const statistics = await recordingClient().statistics(60_000);
  const resource = toStatisticsResource("local", 60_000, statistics);

  strictEqual(resource.window, "PT1M");
  strictEqual(resource.finishedPerSecond, 0.5);
  strictEqual(resource.oldestDueAt, AT);
  deepStrictEqual(resource.wait, { p50: "PT0.004S", p95: "PT0.25S", p99: "PT1M1S" });
  deepStrictEqual(resource.run, { p50: null, p95: null, p99: null });
  deepStrictEqual(resource.counts, statistics.counts);
  strictEqual(statisticsSchema.safeParse(resource).success, true);
});

Deno.test("toWhyResource and toClusterHealthResource show what people read", async () => {
  const client = recordingClient();
  const why = toWhyResource(await client.explainJob(jobId(1)));
  const health = toClusterHealthResource("local", await client.health());

  strictEqual(whySchema.safeParse(why).success, true);
  deepStrictEqual(health, {
    clusterId: "local",
    ready: true,
    problems: [],
    master: "SQLite 3.53.0",
    masterLatency: "PT0.002S",
  });
  const node = { ready: true, problems: [], clusters: [health] };
  strictEqual(healthSchema.safeParse(node).success, true);
});
