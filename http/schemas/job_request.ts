/**
 * Schemas of what callers send about jobs. Every field is read by the engine's own reader.
 *
 * @module
 */

import { z } from "@hono/zod-openapi";
import { oneOf, parseRetry, wholeNumber } from "../../core/cluster.ts";
import { JobMasterError } from "../../core/errors.ts";
import { parseJobId } from "../../core/ids.ts";
import { PRIORITIES } from "../../core/job.ts";
import { readMetadata } from "../../core/metadata.ts";
import { parseId, parseLane } from "../../core/names.ts";
import { ACCEPTANCES, type JobRequest, MAX_JOBS_PER_CALL } from "../../core/request.ts";
import { MAX_RETRIES } from "../../core/retry.ts";
import { parseDuration, parseInstant } from "../../core/time.ts";
import { described, field, type FieldShape, requiredField } from "./field.ts";
import { readBy } from "./read.ts";
import { anyJson } from "./value.ts";

/** How a duration looks that callers send. */
export const DURATION_SHAPE: FieldShape = {
  type: ["string", "integer"],
  description: 'Like "250ms", "30s", "5m", "2h", "1d", "PT5M", or milliseconds',
  example: "5m",
};

const AT: FieldShape = {
  type: "string",
  format: "date-time",
  description: "When to run, with an offset; a past instant is now. Not together with after",
  example: "2027-01-31T09:00:00Z",
};

const AFTER: FieldShape = {
  ...DURATION_SHAPE,
  description: "How long from now to run. Not together with at",
};

/** A job to schedule. */
export const jobRequestSchema = z.strictObject({
  definitionId: requiredField((value) => parseId(value, "definitionId"), {
    type: "string",
    maxLength: 250,
    example: "hello",
  }),
  data: anyJson.optional(),
  metadata: field((value) => readMetadata(value, {}), {
    type: "object",
    description: "Text, numbers and booleans; at most 50, 8,192 bytes",
  }),
  priority: field((value) => oneOf(value, PRIORITIES, "priority"), {
    type: "string",
    enum: [...PRIORITIES],
  }),
  lane: field(parseLane, { type: "string", maxLength: 25 }),
  timeout: field((value) => parseDuration(value, { what: "timeout", minMs: 1 }), DURATION_SHAPE),
  maxRetries: field((value) => wholeNumber(value, "maxRetries", { min: 0, max: MAX_RETRIES }), {
    type: "integer",
    minimum: 0,
    maximum: MAX_RETRIES,
  }),
  retry: field((value) => parseRetry(value), {
    type: "object",
    description: "base, factor, max and jitter; what is left out is the definition's",
  }),
  at: field((value) => parseInstant(value, "at"), AT),
  after: field((value) => parseDuration(value, { what: "after" }), AFTER),
  uniqueKey: described({
    type: "string",
    maxLength: 200,
    description: "One job per cluster, definition and key: a second request answers the first job",
  }),
  acceptance: field((value) => oneOf(value, ACCEPTANCES, "acceptance"), {
    type: "string",
    enum: [...ACCEPTANCES],
    description:
      "Who has to have the job before the answer: the master, or an agent connection alone where there is one",
  }),
  id: field(parseJobId, {
    type: "string",
    format: "uuid",
    description: "Makes the request safe to repeat",
  }),
}).openapi("JobRequest");

/** One job to schedule, or several. */
export const jobRequestsSchema = z.union([
  jobRequestSchema,
  z.array(jobRequestSchema).min(1).max(MAX_JOBS_PER_CALL),
]);

/** When to run a job that waits. */
export const rescheduleSchema = z.strictObject({
  at: field((value) => parseInstant(value, "at"), AT),
  after: field((value) => parseDuration(value, { what: "after" }), AFTER),
}).openapi("Reschedule");

/** What a caller asks to schedule. */
export interface JobRequests {
  /** Whether one was sent by itself, not in an array. */
  readonly alone: boolean;
  /** The requests, as they were sent. */
  readonly requests: readonly JobRequest[];
}

/**
 * Reads one job to schedule, or an array of them.
 *
 * @throws {JobMasterError} `invalid_request` with every problem of the first job that has one.
 */
export function readJobRequests(body: unknown): JobRequests {
  if (!Array.isArray(body)) return { alone: true, requests: [checked(body, "the job")] };
  if (body.length < 1 || body.length > MAX_JOBS_PER_CALL) {
    throw new JobMasterError(
      "invalid_request",
      `Cannot schedule ${body.length} jobs: it must be 1 to ${MAX_JOBS_PER_CALL} of them`,
    );
  }
  return { alone: false, requests: body.map((item, index) => checkedItem(item, index)) };
}

function checkedItem(item: unknown, index: number): JobRequest {
  try {
    return checked(item, "the job");
  } catch (error) {
    if (!(error instanceof JobMasterError)) throw error;
    const problems = error.problems.map((problem) => `jobs[${index}]: ${problem}`);
    throw new JobMasterError(error.code, `jobs[${index}]: ${error.message}`, { problems });
  }
}

/** Every field has been read, but the request goes on as it was sent: the cluster completes it. */
function checked(body: unknown, what: string): JobRequest {
  const { at, after } = readBy(jobRequestSchema, body, what);
  if (at !== undefined && after !== undefined) throw twoTimes();
  return body as JobRequest;
}

/**
 * Reads when a job is to run: at an instant, in epoch milliseconds, or after a time from now.
 *
 * @throws {JobMasterError} `invalid_request` unless exactly one of `at` and `after` is given.
 */
export function readReschedule(
  body: unknown,
): { readonly scheduledAtMs: number } | { readonly afterMs: number } {
  const { at, after } = readBy(rescheduleSchema, body, "the new time");
  if (at !== undefined && after !== undefined) throw twoTimes();
  if (at !== undefined) return { scheduledAtMs: at };
  if (after !== undefined) return { afterMs: after };
  throw new JobMasterError(
    "invalid_request",
    "Cannot reschedule a job to no time: give at or after",
  );
}

function twoTimes(): JobMasterError {
  return new JobMasterError(
    "invalid_request",
    "Cannot use at and after together: give one of them",
  );
}
