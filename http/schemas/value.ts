/**
 * Schemas of the small values that every resource is made of.
 *
 * @module
 */

import { z } from "@hono/zod-openapi";
import { BUCKET_STATUSES } from "../../core/bucket.ts";
import { CLUSTER_MODES } from "../../core/cluster.ts";
import { JOB_STATUSES, PRIORITIES, TRIGGER_SOURCES } from "../../core/job.ts";
import { LOG_LEVELS, LOG_SUBJECTS } from "../../core/log.ts";
import { OVERLAP_POLICIES, SCHEDULE_STATUSES, SCHEDULE_TYPES } from "../../core/schedule.ts";
import { WORKER_MODES, WORKER_STATUSES } from "../../core/worker.ts";

/** A job status. */
export const jobStatus = z.enum(JOB_STATUSES).openapi("JobStatus");
/** A priority. */
export const priority = z.enum(PRIORITIES).openapi("Priority");
/** What made a job. */
export const triggerSource = z.enum(TRIGGER_SOURCES).openapi("TriggerSource");
/** A cluster mode. */
export const clusterMode = z.enum(CLUSTER_MODES).openapi("ClusterMode");
/** A bucket status. */
export const bucketStatus = z.enum(BUCKET_STATUSES).openapi("BucketStatus");
/** A worker mode. */
export const workerMode = z.enum(WORKER_MODES).openapi("WorkerMode");
/** A worker status. */
export const workerStatus = z.enum(WORKER_STATUSES).openapi("WorkerStatus");
/** A status of a recurring schedule. */
export const scheduleStatus = z.enum(SCHEDULE_STATUSES).openapi("RecurringScheduleStatus");
/** Whether a recurring schedule comes from code. */
export const scheduleType = z.enum(SCHEDULE_TYPES).openapi("RecurringScheduleType");
/** What happens to an occurrence while a job of its schedule has not ended. */
export const overlapPolicy = z.enum(OVERLAP_POLICIES).openapi("OverlapPolicy");
/** A log level. */
export const logLevel = z.enum(LOG_LEVELS).openapi("LogLevel");
/** What a log entry is about. */
export const logSubject = z.enum(LOG_SUBJECTS).openapi("LogSubject");

/** A UUID. */
export const uuid = z.string().openapi({ format: "uuid" });
/** An instant, ISO-8601 in UTC. */
export const instant = z.string().openapi({ format: "date-time" });
/** A duration, ISO-8601. */
export const duration = z.string().openapi({ format: "duration", example: "PT5M" });
/** Any JSON value. A union, because a value of type `unknown` would be shown as one that may be missing. */
export const anyJson = z.union([
  z.null(),
  z.boolean(),
  z.number(),
  z.string(),
  z.array(z.unknown()),
  z.looseObject({}),
]).openapi("JsonValue");
/** Tags of a job. */
export const metadata = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
  .openapi("Metadata");

/** How many there are: a number by itself. */
export const count = z.int().openapi({ minimum: 0 });

/** `schema`, or nothing. A union, because `nullable()` would change the named component itself. */
export function orNull<Schema extends z.ZodType>(
  schema: Schema,
): z.ZodUnion<[Schema, z.ZodNull]> {
  return z.union([schema, z.null()]);
}

/** One page of a list of `item`. */
export function pageOfSchema<Item extends z.ZodType>(
  item: Item,
): z.ZodObject<{ items: z.ZodArray<Item>; nextCursor: z.ZodUnion<[z.ZodString, z.ZodNull]> }> {
  return z.strictObject({ items: z.array(item), nextCursor: orNull(z.string()) });
}
