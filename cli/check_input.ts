/**
 * Refuses what no cluster would take before any cluster is reached, with the engine's own readers.
 *
 * @module
 */

import { changeSettings, DEFAULT_CLUSTER_SETTINGS } from "../core/cluster.ts";
import { parseJobId } from "../core/ids.ts";
import { parseId } from "../core/names.ts";
import {
  PAGE_PARAMETERS,
  parseJobFilter,
  parseJobSort,
  parseLimit,
  parseLogFilter,
  type Query,
} from "../core/parse_filter.ts";
import { acceptRequest, type JobRequest } from "../core/request.ts";
import type { ApiQuery, Document } from "./api.ts";
import type { JobRequestDocument } from "./enqueue_request.ts";

/** A payload's size is the cluster's own setting: it judges. */
const SETTINGS = { ...DEFAULT_CLUSTER_SETTINGS, maxPayloadBytes: -1 };

/** Checks ids of jobs. @throws {JobMasterError} `invalid_request` */
export function checkJobIds(ids: readonly string[]): void {
  ids.forEach(parseJobId);
}

/** Checks what `jobs list` asks for. @throws {JobMasterError} `invalid_request` with every problem found */
export function checkJobQuery(query: ApiQuery): void {
  parseJobFilter(toQuery(query), PAGE_PARAMETERS);
  parseJobSort(toQuery(query).sort?.[0]);
}

/** Checks what `jobs logs` asks for. @throws {JobMasterError} `invalid_request` with every problem found */
export function checkLogQuery(query: ApiQuery): void {
  parseLogFilter(toQuery(query), PAGE_PARAMETERS);
}

/** Checks the size of a page. @throws {JobMasterError} `invalid_request` */
export function checkLimit({ limit }: { readonly limit?: string }): void {
  parseLimit(limit);
}

/** Checks a change of settings. @throws {JobMasterError} `invalid_request` with every problem found */
export function checkSettings(change: Document): void {
  changeSettings(DEFAULT_CLUSTER_SETTINGS, change);
}

/** Checks a job to schedule. @throws {JobMasterError} `invalid_request` or `invalid_payload` */
export function checkJobRequest(request: JobRequestDocument, nowMs: number): void {
  const id = parseId(request.definitionId, "job definition id");
  const definition = {
    id,
    timeoutMs: null,
    maxRetries: null,
    retry: null,
    priority: "Medium",
    lane: "",
    metadata: {},
  } as const;
  acceptRequest(request as JobRequest, { definition, settings: SETTINGS, nowMs });
}

/** Query parameters as readers take them. */
export function toQuery(query: ApiQuery): Query {
  return Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, typeof value === "string" ? [value] : value]]
    ),
  );
}
