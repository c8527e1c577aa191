/**
 * Schemas of what callers send about recurring schedules. The engine's own reader reads the whole body: some of its
 * rules are about two fields.
 *
 * @module
 */

import { z } from "@hono/zod-openapi";
import { PRIORITIES } from "../../core/job.ts";
import { MAX_RETRIES } from "../../core/retry.ts";
import { OVERLAP_POLICIES } from "../../core/schedule.ts";
import { checkScheduleChange, checkScheduleRequest } from "../../core/schedule_input.ts";
import {
  MAX_EXPRESSION_LENGTH,
  type ScheduleChangeRequest,
  type ScheduleRequest,
} from "../../core/schedule_request.ts";
import type { BodyPart } from "../endpoint.ts";
import { described, type FieldShape } from "./field.ts";
import { DURATION_SHAPE } from "./job_request.ts";
import { anyJson } from "./value.ts";

const EXPRESSION: FieldShape = {
  type: "string",
  maxLength: MAX_EXPRESSION_LENGTH,
  description: "When it fires: a natural, cron or interval expression",
  example: "every week on [mon, fri] at 09:00",
};

const INSTANT: FieldShape = {
  type: ["string", "null"],
  format: "date-time",
  example: "2027-01-31T09:00:00Z",
};

/** Fields that a new schedule and a change have both. */
const rules = {
  expressionType: described({
    type: "string",
    maxLength: 250,
    description: "The language of expression; left out, it is told from the text",
    example: "cron",
  }),
  timeZone: described({
    type: ["string", "null"],
    description: "IANA zone of local times, unless expression names its own; null is the cluster's",
    example: "Europe/Lisbon",
  }),
  data: anyJson.optional(),
  metadata: described({
    type: "object",
    description: "Tags of its jobs: text, numbers and booleans; at most 50, 8,192 bytes",
  }),
  priority: described({
    type: ["string", "null"],
    enum: [...PRIORITIES, null],
    description: "null is the definition's",
  }),
  lane: described({
    type: ["string", "null"],
    maxLength: 25,
    description: "Empty is the default lane, null the definition's",
  }),
  timeout: described({
    ...DURATION_SHAPE,
    type: ["string", "integer", "null"],
    description: `${DURATION_SHAPE.description}; null is the definition's, else the cluster's`,
  }),
  maxRetries: described({
    type: ["integer", "null"],
    minimum: 0,
    maximum: MAX_RETRIES,
    description: "null is the definition's, else the cluster's",
  }),
  retry: described({
    type: ["object", "null"],
    description: "base, factor, max and jitter; null is the definition's, else the cluster's",
  }),
  startAfter: described({
    ...INSTANT,
    description: "Occurrences come after this instant, with an offset; a past one is now",
  }),
  endBefore: described({
    ...INSTANT,
    description: "No occurrence comes after this instant, with an offset; null is no end",
  }),
  misfire: described({
    type: ["string", "object"],
    description: '"skip", "latest", "all" or "all(20)"; or {"policy","max"}',
    default: "all(100)",
  }),
  overlap: described({ type: "string", enum: [...OVERLAP_POLICIES], default: "queue" }),
  jitter: described({ ...DURATION_SHAPE, description: "At most 24 h", default: "PT0S" }),
};

/** A recurring schedule to make. */
export const scheduleRequestSchema = z.strictObject({
  definitionId: z.string().openapi({ maxLength: 250, example: "hello" }),
  expression: z.string().openapi(EXPRESSION),
  ...rules,
  id: described({
    type: "string",
    format: "uuid",
    description: "Makes the request safe to repeat",
  }),
}).openapi("RecurringScheduleRequest");

/** A change of a recurring schedule: what it leaves out stays. */
export const scheduleChangeSchema = z.strictObject({ expression: described(EXPRESSION), ...rules })
  .openapi("RecurringScheduleChange");

/** The body that asks for a new schedule. It goes on as it was sent: the cluster completes it. */
export const scheduleRequestBody: BodyPart<ScheduleRequest> = {
  schema: scheduleRequestSchema,
  read(body) {
    checkScheduleRequest(body);
    return body as ScheduleRequest;
  },
};

/** The body that changes a schedule. It goes on as it was sent. */
export const scheduleChangeBody: BodyPart<ScheduleChangeRequest> = {
  schema: scheduleChangeSchema,
  read(body) {
    checkScheduleChange(body);
    return body as ScheduleChangeRequest;
  },
};
