/**
 * How a failure looks from outside: one table from code to status, one RFC 9457 document.
 *
 * @module
 */

import { codeOf, type ErrorCode, JobMasterError } from "../core/errors.ts";
import { cut } from "../core/failure.ts";
import type { ProblemResource } from "./resources/problem.ts";

/** The status of every code. Whatever is 500 shows no text: it may speak of the inside. */
export const PROBLEM_STATUS: Readonly<Record<ErrorCode, number>> = {
  invalid_request: 400,
  invalid_payload: 400,
  payload_too_large: 413,
  invalid_recurrence: 400,
  job_not_found: 404,
  schedule_not_found: 404,
  job_definition_not_found: 404,
  cluster_not_found: 404,
  bucket_not_found: 404,
  worker_not_found: 404,
  agent_connection_not_found: 404,
  log_not_found: 404,
  route_not_found: 404,
  method_not_allowed: 405,
  job_state_conflict: 409,
  schedule_state_conflict: 409,
  agent_connection_conflict: 409,
  cluster_archived: 409,
  cluster_not_active: 409,
  configuration_invalid: 500,
  job_failed: 500,
  job_cancelled: 500,
  wait_timeout: 504,
  timed_out: 500,
  crashed: 500,
  interrupted: 500,
  lease_lost: 500,
  mailbox_full: 503,
  actor_stopped: 503,
  actor_crashed: 500,
  ask_timeout: 503,
  master_busy: 503,
  master_unavailable: 503,
  transport_unavailable: 503,
  schema_outdated: 500,
  unsupported: 501,
  invariant_violated: 500,
  internal: 500,
};

/** The codes that say nothing was taken, so the same request may be sent again at once. `ask_timeout` does not say so. */
const PASSING: readonly ErrorCode[] = ["mailbox_full", "master_busy", "actor_stopped"];

const MAX_DETAIL = 4_000;
const MAX_PROBLEMS = 50;
const MAX_PROBLEM = 1_000;
const HIDDEN_DETAIL = "Cannot answer the request: something failed inside, see the node's log";

/** Options of {@linkcode HttpRefusal}. */
export interface HttpRefusalOptions {
  /** The status instead of the code's. */
  readonly status?: number;
  /** Headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that HTTP itself refuses, before any cluster is asked. */
export class HttpRefusal extends JobMasterError {
  /** The status of the answer. */
  readonly status: number;
  /** Headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;

  /** Creates a refusal; `message` names the thing, its value and the rule. */
  constructor(code: ErrorCode, message: string, options: HttpRefusalOptions = {}) {
    super(code, message);
    this.status = options.status ?? PROBLEM_STATUS[code];
    this.headers = options.headers ?? {};
  }
}

/** The status of the answer to a request that ended with `thrown`. */
export function statusOf(thrown: unknown): number {
  return thrown instanceof HttpRefusal ? thrown.status : PROBLEM_STATUS[codeOf(thrown)];
}

/** The document that tells of `thrown`; `instance` is the path of the request. */
export function toProblem(thrown: unknown, instance: string): ProblemResource {
  const code = codeOf(thrown);
  const status = statusOf(thrown);
  const shown = status === 500 ? {} : thrown as Partial<JobMasterError>;
  const problems = shown.problems ?? [];
  return {
    type: `urn:jobmaster:error:${code}`,
    title: titleOf(code),
    status,
    detail: cut(shown.message ?? HIDDEN_DETAIL, MAX_DETAIL),
    code,
    ...(problems.length < 2
      ? {}
      : { problems: problems.slice(0, MAX_PROBLEMS).map((each) => cut(each, MAX_PROBLEM)) }),
    instance,
  };
}

/** The answer to a request that ended with `thrown`. */
export function problemResponse(thrown: unknown, instance: string): Response {
  const problem = toProblem(thrown, instance);
  const headers = new Headers(thrown instanceof HttpRefusal ? thrown.headers : {});
  headers.set("content-type", "application/problem+json");
  if (PASSING.includes(problem.code)) headers.set("retry-after", "1");
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}

function titleOf(code: ErrorCode): string {
  return code.charAt(0).toUpperCase() + code.slice(1).replaceAll("_", " ");
}
