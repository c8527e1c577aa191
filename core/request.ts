/**
 * How a request to run a job becomes a job: every field read, checked and completed from the definition and the
 * cluster, in one place for the library, the program and HTTP.
 *
 * @module
 */

import {
  type ClusterSettings,
  oneOf,
  parseRetry,
  type RetryInput,
  wholeNumber,
} from "./cluster.ts";
import type { DefinitionDefaults } from "./definition.ts";
import { JobMasterError } from "./errors.ts";
import { parseJobId } from "./ids.ts";
import { type Metadata, PRIORITIES, type Priority } from "./job.ts";
import { isPlainText, readMetadata } from "./metadata.ts";
import { parseLane, shown } from "./names.ts";
import { encodePayload } from "./payload.ts";
import { MAX_RETRIES, type RetryPolicy } from "./retry.ts";
import { type DurationInput, type InstantInput, parseDuration, parseInstant } from "./time.ts";

/** What a caller may say of a job. */
export interface JobRequest {
  /** The definition that runs it. */
  readonly definitionId: string;
  /** The payload: any JSON value. @default {null} */
  readonly data?: unknown;
  /** Tags; they win over the definition's. At most 50, 8,192 bytes of JSON. */
  readonly metadata?: Metadata;
  /** How urgent it is. @default {the definition's} */
  readonly priority?: Priority;
  /** The lane it runs in. @default {the definition's} */
  readonly lane?: string;
  /** How long one attempt may take, from 1 ms. @default {the definition's, else the cluster's} */
  readonly timeout?: DurationInput;
  /** Retries, 0 to 10. @default {the definition's, else the cluster's} */
  readonly maxRetries?: number;
  /** How long to wait between attempts. @default {the definition's, else the cluster's} */
  readonly retry?: RetryInput;
  /** When to run it; a past instant is now. Not together with `after`. */
  readonly at?: InstantInput;
  /** How long from now to run it. Not together with `at`. */
  readonly after?: DurationInput;
  /** Accepts one job per cluster, definition and key; 1 to 200 characters. */
  readonly uniqueKey?: string;
  /** The job's id, a UUID; makes the request safe to repeat. @default {a new UUIDv7} */
  readonly id?: string;
  /**
   * Who has to have the job before the call returns. `"durable"`: the master. `"agent"`: an agent connection alone, where
   * there is one for it: faster, and safe as the connection is. With a `uniqueKey` it is always the master.
   * @default {"durable"}
   */
  readonly acceptance?: Acceptance;
}

/** Every way to accept a job. */
export const ACCEPTANCES = ["durable", "agent"] as const;

/** Who has to have a job before the call that schedules it returns. */
export type Acceptance = typeof ACCEPTANCES[number];

/** A request, read and completed. */
export interface AcceptedRequest {
  /** The id, when the caller chose one. */
  readonly id: string | null;
  /** See {@linkcode JobRequest.definitionId}. */
  readonly definitionId: string;
  /** The payload as JSON text. */
  readonly data: string;
  /** The definition's tags with the call's on top. */
  readonly metadata: Metadata;
  /** See {@linkcode JobRequest.priority}. */
  readonly priority: Priority;
  /** See {@linkcode JobRequest.lane}. */
  readonly lane: string;
  /** See {@linkcode JobRequest.timeout}, in milliseconds. */
  readonly timeoutMs: number;
  /** See {@linkcode JobRequest.maxRetries}. */
  readonly maxRetries: number;
  /** The policy, when call or definition says one. */
  readonly retry: RetryPolicy | null;
  /** When it is due, in epoch milliseconds. */
  readonly scheduledAtMs: number;
  /** See {@linkcode JobRequest.uniqueKey}. */
  readonly uniqueKey: string | null;
  /** See {@linkcode JobRequest.acceptance}. */
  readonly acceptance: Acceptance;
}

/** Most jobs one call may schedule. */
export const MAX_JOBS_PER_CALL = 5_000;

/** Every field of a request. */
export const REQUEST_FIELDS: readonly (keyof JobRequest)[] = [
  "definitionId",
  "data",
  "metadata",
  "priority",
  "lane",
  "timeout",
  "maxRetries",
  "retry",
  "at",
  "after",
  "uniqueKey",
  "id",
  "acceptance",
];

/** What a request is completed from. */
export interface RequestContext {
  /** The defaults of the request's definition. */
  readonly definition: DefinitionDefaults;
  /** The settings of the cluster. */
  readonly settings: ClusterSettings;
  /** Now, in epoch milliseconds. */
  readonly nowMs: number;
}

/**
 * Reads and completes a request. Call > definition > cluster.
 *
 * @throws {JobMasterError} `invalid_request`, `invalid_payload` or `payload_too_large`, naming the field, the value
 * and the rule.
 */
export function acceptRequest(request: JobRequest, context: RequestContext): AcceptedRequest {
  const { definition, settings, nowMs } = context;
  checkFields(request);
  return {
    id: request.id === undefined ? null : parseJobId(request.id),
    definitionId: definition.id,
    data: encodePayload(request.data, { what: "data", maxBytes: settings.maxPayloadBytes }),
    metadata: readMetadata(request.metadata, definition.metadata),
    priority: request.priority === undefined
      ? definition.priority
      : oneOf(request.priority, PRIORITIES, "priority"),
    lane: request.lane === undefined ? definition.lane : parseLane(request.lane),
    timeoutMs: request.timeout === undefined
      ? definition.timeoutMs ?? settings.defaultTimeoutMs
      : parseDuration(request.timeout, { what: "timeout", minMs: 1 }),
    maxRetries: request.maxRetries === undefined
      ? definition.maxRetries ?? settings.defaultMaxRetries
      : wholeNumber(request.maxRetries, "maxRetries", { min: 0, max: MAX_RETRIES }),
    retry: request.retry === undefined
      ? definition.retry
      : parseRetry(request.retry, definition.retry ?? settings.retry),
    scheduledAtMs: readDueTime(request, nowMs),
    uniqueKey: readUniqueKey(request.uniqueKey),
    acceptance: request.acceptance === undefined
      ? "durable"
      : oneOf(request.acceptance, ACCEPTANCES, "acceptance"),
  };
}

function checkFields(request: JobRequest): void {
  const unknown = Object.keys(request).find((key) =>
    !(REQUEST_FIELDS as readonly string[]).includes(key)
  );
  if (unknown !== undefined) {
    throw new JobMasterError(
      "invalid_request",
      `Cannot schedule a job with field ${shown(unknown)}: the fields are ${
        REQUEST_FIELDS.join(", ")
      }`,
    );
  }
}

/** When the request is due, in epoch milliseconds. */
function readDueTime(request: JobRequest, nowMs: number): number {
  if (request.at !== undefined && request.after !== undefined) {
    throw new JobMasterError(
      "invalid_request",
      `Cannot use at and after together: give one of them`,
    );
  }
  if (request.at !== undefined) return parseInstant(request.at, "at");
  if (request.after !== undefined) return nowMs + parseDuration(request.after, { what: "after" });
  return nowMs;
}

function readUniqueKey(key: unknown): string | null {
  if (key === undefined || key === null) return null;
  if (typeof key === "string" && key !== "" && key.length <= 200 && isPlainText(key)) return key;
  throw new JobMasterError(
    "invalid_request",
    `Cannot use uniqueKey ${shown(key)}: it must be 1 to 200 characters of text`,
  );
}
