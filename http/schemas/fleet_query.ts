/**
 * Which buckets and workers a list shows.
 *
 * @module
 */

import { z } from "@hono/zod-openapi";
import type { ClusterClient } from "../../actors/client.ts";
import { BUCKET_STATUSES } from "../../core/bucket.ts";
import { oneOf } from "../../core/cluster.ts";
import { JobMasterError } from "../../core/errors.ts";
import { PRIORITIES } from "../../core/job.ts";
import { parseLane, shown } from "../../core/names.ts";
import {
  type Worker,
  WORKER_MODES,
  WORKER_STATUSES,
  type WorkerMode,
  type WorkerStatus,
} from "../../core/worker.ts";
import type { QueryPart } from "../query.ts";
import { readWholeListQuery, type WholeListQuery } from "../whole_list.ts";
import { parameter, wordsParameter } from "./field.ts";
import { pageParameters } from "./page_query.ts";
import { readBy } from "./read.ts";

/** Which page of what matches. */
export interface FilteredPage<Filter> extends WholeListQuery {
  /** What matches. */
  readonly filter: Filter;
}

/** Which buckets. */
export type BucketFilter = Parameters<ClusterClient["listBuckets"]>[0];

/** Which workers; every part given must match. */
export interface WorkerFilter {
  /** One of these statuses. */
  readonly statuses?: readonly WorkerStatus[];
  /** This lane; `""` is the default lane. */
  readonly lane?: string;
  /** This mode. */
  readonly mode?: WorkerMode;
  /** This agent connection. */
  readonly agentConnectionId?: string;
}

/** Whether a worker matches. */
export function matchesWorker(filter: WorkerFilter, worker: Worker): boolean {
  return (filter.statuses?.includes(worker.status) ?? true) &&
    (filter.lane ?? worker.lane) === worker.lane &&
    (filter.mode ?? worker.mode) === worker.mode &&
    (filter.agentConnectionId ?? worker.agentConnectionId) === worker.agentConnectionId;
}

const placeParameters = {
  lane: parameter("lane", parseLane, {
    type: "string",
    maxLength: 25,
    description: "Empty is the default lane",
  }),
  agentConnectionId: parameter("agentConnectionId", readText, { type: "string", maxLength: 500 }),
};

const bucketParameters = {
  status: wordsParameter("status", BUCKET_STATUSES),
  priority: parameter("priority", (value, name) => oneOf(value, PRIORITIES, name), {
    type: "string",
    enum: [...PRIORITIES],
  }),
  workerId: parameter("workerId", readText, { type: "string", maxLength: 500 }),
  ...placeParameters,
};

const workerParameters = {
  status: wordsParameter("status", WORKER_STATUSES),
  mode: parameter("mode", (value, name) => oneOf(value, WORKER_MODES, name), {
    type: "string",
    enum: [...WORKER_MODES],
  }),
  ...placeParameters,
};

const bucketFilterSchema = z.strictObject(bucketParameters);
const bucketListSchema = z.strictObject({ ...bucketParameters, ...pageParameters });
const workerFilterSchema = z.strictObject(workerParameters);
const workerListSchema = z.strictObject({ ...workerParameters, ...pageParameters });

/** A filter of buckets. */
export const bucketFilterQuery: QueryPart<BucketFilter> = {
  schema: bucketFilterSchema,
  read: (query) => toBucketFilter(readBy(bucketFilterSchema, query, "the query")),
};

/** A list of buckets. */
export const bucketListQuery: QueryPart<FilteredPage<BucketFilter>> = {
  schema: bucketListSchema,
  read: (query) => ({
    filter: toBucketFilter(readBy(bucketListSchema, query, "the query")),
    ...readWholeListQuery(query),
  }),
};

/** A filter of workers. */
export const workerFilterQuery: QueryPart<WorkerFilter> = {
  schema: workerFilterSchema,
  read: (query) => toWorkerFilter(readBy(workerFilterSchema, query, "the query")),
};

/** A list of workers. */
export const workerListQuery: QueryPart<FilteredPage<WorkerFilter>> = {
  schema: workerListSchema,
  read: (query) => ({
    filter: toWorkerFilter(readBy(workerListSchema, query, "the query")),
    ...readWholeListQuery(query),
  }),
};

function toBucketFilter(values: z.output<typeof bucketFilterSchema>): BucketFilter {
  const { status, priority, workerId, lane, agentConnectionId } = values;
  return given({ statuses: status, priority, workerId, lane, agentConnectionId });
}

function toWorkerFilter(values: z.output<typeof workerFilterSchema>): WorkerFilter {
  const { status, mode, lane, agentConnectionId } = values;
  return given({ statuses: status, mode, lane, agentConnectionId });
}

type Given<T> = { readonly [Name in keyof T]?: Exclude<T[Name], undefined> };

/** `values` without those that were left out. */
function given<T extends object>(values: T): Given<T> {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Given<T>;
}

function readText(value: string, name: string): string {
  if (value.length >= 1 && value.length <= 500 && !value.includes("\0")) return value;
  throw new JobMasterError(
    "invalid_request",
    `Cannot use ${name} ${shown(value)}: it must be 1 to 500 characters`,
  );
}
