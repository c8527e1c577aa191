/**
 * What the program's exit codes mean, and which failure gets which: one table.
 *
 * @module
 */

import { codeOf, type ErrorCode } from "../core/errors.ts";
import { ApiError } from "./api_error.ts";

/** Every exit code of the program. */
export const EXIT = {
  /** Done. */
  ok: 0,
  /** The operation failed. */
  failed: 1,
  /** The command line, or what it carries, is wrong. */
  usage: 2,
  /** There is no such job, cluster, master, … */
  notFound: 3,
  /** The credentials are missing, wrong, or not enough. */
  auth: 4,
  /** What is there does not allow it. */
  conflict: 5,
  /** It took too long. */
  timeout: 6,
  /** Something is unreachable, unhealthy, or not as this program made it. */
  unhealthy: 7,
  /** Some of it was done, some was not. */
  partly: 8,
  /** Ended at once by SIGINT. */
  interrupted: 130,
  /** Ended at once by SIGTERM. */
  terminated: 143,
} as const;

/** An exit code of the program. */
export type ExitCode = typeof EXIT[keyof typeof EXIT];

const BY_CODE: Readonly<Record<ErrorCode, ExitCode>> = {
  invalid_request: EXIT.usage,
  invalid_payload: EXIT.usage,
  payload_too_large: EXIT.usage,
  invalid_recurrence: EXIT.usage,
  configuration_invalid: EXIT.usage,
  job_not_found: EXIT.notFound,
  job_definition_not_found: EXIT.notFound,
  schedule_not_found: EXIT.notFound,
  cluster_not_found: EXIT.notFound,
  bucket_not_found: EXIT.notFound,
  worker_not_found: EXIT.notFound,
  agent_connection_not_found: EXIT.notFound,
  log_not_found: EXIT.notFound,
  route_not_found: EXIT.notFound,
  job_state_conflict: EXIT.conflict,
  schedule_state_conflict: EXIT.conflict,
  agent_connection_conflict: EXIT.conflict,
  cluster_archived: EXIT.conflict,
  cluster_not_active: EXIT.conflict,
  wait_timeout: EXIT.timeout,
  ask_timeout: EXIT.timeout,
  master_unavailable: EXIT.unhealthy,
  transport_unavailable: EXIT.unhealthy,
  schema_outdated: EXIT.unhealthy,
  method_not_allowed: EXIT.failed,
  job_failed: EXIT.failed,
  job_cancelled: EXIT.failed,
  timed_out: EXIT.failed,
  crashed: EXIT.failed,
  interrupted: EXIT.failed,
  lease_lost: EXIT.failed,
  mailbox_full: EXIT.failed,
  actor_stopped: EXIT.failed,
  actor_crashed: EXIT.failed,
  master_busy: EXIT.failed,
  unsupported: EXIT.failed,
  invariant_violated: EXIT.failed,
  internal: EXIT.failed,
};

/** For problems of a server whose codes this program does not know. */
const BY_STATUS: Readonly<Record<number, ExitCode>> = {
  400: EXIT.usage,
  401: EXIT.auth,
  403: EXIT.auth,
  404: EXIT.notFound,
  408: EXIT.timeout,
  409: EXIT.conflict,
  412: EXIT.conflict,
  413: EXIT.usage,
  415: EXIT.usage,
  422: EXIT.usage,
  502: EXIT.unhealthy,
  503: EXIT.unhealthy,
  504: EXIT.timeout,
};

/** The exit code of a failure. */
export function exitCodeOf(error: unknown): ExitCode {
  const code = codeOf(error);
  if (code === "internal" && error instanceof ApiError) {
    return BY_STATUS[error.status] ?? EXIT.failed;
  }
  return BY_CODE[code];
}
