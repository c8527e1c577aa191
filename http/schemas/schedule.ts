/**
 * Schemas of what the API shows of recurring schedules.
 *
 * @module
 */

import { z } from "@hono/zod-openapi";
import type { NextRunsResource, ScheduleResource } from "../resources/schedule.ts";
import { errorSchema, retrySchema } from "./job.ts";
import {
  anyJson,
  duration,
  instant,
  metadata,
  orNull,
  overlapPolicy,
  priority,
  scheduleStatus,
  scheduleType,
} from "./value.ts";

/** A recurring schedule. */
export const scheduleSchema: z.ZodType<ScheduleResource> = z.strictObject({
  id: z.string(),
  clusterId: z.string(),
  type: scheduleType,
  status: scheduleStatus,
  definitionId: z.string(),
  expression: z.string(),
  expressionType: z.string(),
  description: orNull(z.string()),
  timeZone: orNull(z.string()),
  data: anyJson,
  metadata,
  priority: orNull(priority),
  lane: orNull(z.string()),
  timeout: orNull(duration),
  maxRetries: orNull(z.int()),
  retry: orNull(retrySchema),
  startAfter: orNull(instant),
  endBefore: orNull(instant),
  misfire: z.string().openapi({ pattern: "^(skip|latest|all\\(\\d+\\))$", example: "all(100)" }),
  overlap: overlapPolicy,
  jitter: duration,
  profileId: orNull(z.string()),
  idle: z.boolean(),
  nextRunAt: orNull(instant),
  plannedUntil: instant,
  skippedCount: z.int(),
  error: orNull(errorSchema),
  createdAt: instant,
  updatedAt: instant,
  terminatedAt: orNull(instant),
  ensuredAt: orNull(instant),
}).openapi("RecurringSchedule");

/** The next runs of a schedule. */
export const nextRunsSchema: z.ZodType<NextRunsResource> = z.strictObject({
  items: z.array(instant),
  local: z.array(z.string().openapi({ example: "2026-11-24T09:00:00+00:00[Europe/Lisbon]" })),
  timeZone: z.string(),
  nextCursor: z.null(),
}).openapi("NextRuns");
