/**
 * The HTTP face of one or more clusters, as a function from request to response.
 *
 * @module
 */

import type { ClusterClient } from "../actors/client.ts";
import { type Clock, systemClock } from "../core/clock.ts";
import { ENDPOINTS } from "./endpoints.ts";
import { refuseForeign } from "./guard.ts";
import { openApiText } from "./openapi_text.ts";
import { problemResponse, statusOf } from "./problem.ts";
import { buildRouter } from "./router.ts";
import { secured } from "./security_headers.ts";
import { clustersByName, readMountPath, type Site } from "./site.ts";

/** What failed inside, and for which request. */
export interface UnexpectedFailure {
  /** What was thrown. */
  readonly error: unknown;
  /** The request's method. */
  readonly method: string;
  /** The request's path. */
  readonly path: string;
}

/** Options of {@linkcode createHandler}. */
export interface HandlerOptions {
  /** The clusters to serve; their names differ. */
  readonly clusters: readonly ClusterClient[];
  /** Path in front of the API. @default {"/jm-api"} */
  readonly basePath?: string;
  /** Version the OpenAPI document names. @default {"0.0.0"} */
  readonly version?: string;
  /** Most bytes of a body. @default {16_777_216} */
  readonly maxBodyBytes?: number;
  /** How long a body may take to arrive, and again how long its answer may take, in milliseconds. @default {30_000} */
  readonly timeoutMs?: number;
  /**
   * Names under which the server may be called, without ports, IPv6 in brackets. Protects against DNS rebinding.
   * @default {localhost, 127.0.0.0/8 and [::1]}
   */
  readonly allowedHosts?: readonly string[];
  /** Is told what failed inside; the caller of the API is not. @default {nobody is told} */
  readonly onError?: (failure: UnexpectedFailure) => void;
  /** Where time comes from. @default {the machine's clock} */
  readonly clock?: Clock;
}

/** Answers HTTP requests. Fits `Deno.serve` and every other host that speaks `fetch`. */
export interface Handler {
  /** Answers one request; a failure is an answer too. */
  fetch(request: Request): Promise<Response>;
}

const MAX_BODY_BYTES = 16 * 1024 * 1024;
const TIMEOUT_MS = 30_000;

/**
 * Makes the HTTP face of clusters: REST, OpenAPI, health and a front page.
 *
 * @throws {JobMasterError} `configuration_invalid` for a path that cannot be one, or names that collide.
 */
export function createHandler(options: HandlerOptions): Handler {
  const { version = "0.0.0", allowedHosts, onError } = options;
  let document: string | undefined;
  const site: Site = {
    clusters: clustersByName(options.clusters),
    basePath: readMountPath(options.basePath),
    clock: options.clock ?? systemClock,
    maxBodyBytes: options.maxBodyBytes ?? MAX_BODY_BYTES,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    openApiText: () => document ??= openApiText(router, version),
  };
  const router = buildRouter(site, ENDPOINTS);
  return {
    async fetch(request) {
      try {
        refuseForeign(request, allowedHosts);
        return secured(await router.fetch(request));
      } catch (error) {
        const { pathname } = new URL(request.url);
        if (statusOf(error) === 500) onError?.({ error, method: request.method, path: pathname });
        return secured(problemResponse(error, pathname));
      }
    },
  };
}
