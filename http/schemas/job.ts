/**
 * Schemas of what the API shows of jobs.
 *
 * @module
 */

import { z } from "@hono/zod-openapi";
import { OUTCOMES } from "../../core/job.ts";
import type { ErrorResource, ExecutionResource, JobResource } from "../resources/job.ts";
import type { WhyResource } from "../resources/why.ts";
import {
  anyJson,
  duration,
  instant,
  jobStatus,
  metadata,
  orNull,
  priority,
  triggerSource,
  uuid,
} from "./value.ts";

/** Why an attempt failed. */
export const errorSchema: z.ZodType<ErrorResource> = z.strictObject({
  code: z.string(),
  name: z.string(),
  message: z.string(),
  stack: orNull(z.string()),
  get cause(): z.ZodType<ErrorResource | null> {
    return orNull(errorSchema);
  },
}).openapi("Error");

/** How long to wait between attempts. */
export const retrySchema = z.strictObject({
  base: duration,
  factor: z.number(),
  max: duration,
  jitter: z.enum(["full", "none"]),
}).openapi("Retry");

const progress = z.strictObject({
  percent: z.number().openapi({ minimum: 0, maximum: 100 }),
  note: orNull(z.string()),
}).openapi("Progress");

const jobFields = {
  id: uuid,
  clusterId: z.string(),
  definitionId: z.string(),
  status: jobStatus,
  priority,
  lane: orNull(z.string()),
  data: anyJson,
  metadata,
  result: anyJson,
  error: orNull(errorSchema),
  progress: orNull(progress),
  triggerSource,
  scheduleId: orNull(z.string()),
  occurrenceAt: orNull(instant),
  uniqueKey: orNull(z.string()),
  originalScheduledAt: instant,
  scheduledAt: instant,
  createdAt: instant,
  startedAt: orNull(instant),
  finishedAt: orNull(instant),
  attempts: z.int(),
  crashes: z.int(),
  maxRetries: z.int(),
  timeout: duration,
  retry: orNull(retrySchema),
  bucketId: orNull(z.string()),
  agentConnectionId: orNull(z.string()),
  workerId: orNull(z.string()),
  cancelRequestedAt: orNull(instant),
};

/** A job. */
export const jobSchema: z.ZodType<JobResource> = z.strictObject(jobFields).openapi("Job");

const scheduledJob = z.strictObject({
  ...jobFields,
  acceptance: z.enum(["durable", "acknowledged"]).openapi({
    description:
      '"durable": the master has the job. "acknowledged": an agent connection has it, which may lose it with its server',
  }),
}).openapi("ScheduledJob");

/** The answer to one job, or to an array of them. */
export const oneOrMoreJobs = z.union([scheduledJob, z.array(scheduledJob)]);

/** One attempt of a job. */
export const executionSchema: z.ZodType<ExecutionResource> = z.strictObject({
  jobId: uuid,
  attempt: z.int(),
  outcome: orNull(z.enum(OUTCOMES)),
  startedAt: instant,
  finishedAt: orNull(instant),
  workerId: orNull(z.string()),
  error: orNull(errorSchema),
}).openapi("Execution");

/** Why a job is where it is. */
export const whySchema: z.ZodType<WhyResource> = z.strictObject({
  jobId: uuid,
  status: jobStatus,
  stuck: z.boolean(),
  reasons: z.array(z.strictObject({ code: z.string(), message: z.string() })),
}).openapi("Why");
