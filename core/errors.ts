/**
 * How the engine says that something could not be done: one error type, one closed list of codes.
 *
 * Match on `code`, never on `instanceof` or text: identity does not survive a thread.
 *
 * @module
 */

/** Every failure code of the public contract. Adding one is a minor change, renaming one a major change. */
export const ERROR_CODES = [
  "invalid_request",
  "invalid_payload",
  "payload_too_large",
  "invalid_recurrence",
  "job_not_found",
  "schedule_not_found",
  "job_definition_not_found",
  "cluster_not_found",
  "bucket_not_found",
  "worker_not_found",
  "agent_connection_not_found",
  "log_not_found",
  "route_not_found",
  "method_not_allowed",
  "job_state_conflict",
  "schedule_state_conflict",
  "agent_connection_conflict",
  "cluster_archived",
  "cluster_not_active",
  "configuration_invalid",
  "job_failed",
  "job_cancelled",
  "wait_timeout",
  "timed_out",
  "crashed",
  "interrupted",
  "lease_lost",
  "mailbox_full",
  "actor_stopped",
  "actor_crashed",
  "ask_timeout",
  "master_busy",
  "master_unavailable",
  "transport_unavailable",
  "schema_outdated",
  "unsupported",
  "invariant_violated",
  "internal",
] as const;

/** A stable failure code. */
export type ErrorCode = typeof ERROR_CODES[number];

/** Options of {@linkcode JobMasterError}. */
export interface JobMasterErrorOptions extends ErrorOptions {
  /** Whether repeating the same call later may succeed. @default {false} */
  readonly retryable?: boolean;
  /** Every problem found, one line each, when there are several. @default {[]} */
  readonly problems?: readonly string[];
}

/** An operating failure callers are expected to catch. */
export class JobMasterError extends Error {
  /** Always `"JobMasterError"`; match on `code` instead. */
  override readonly name: string = "JobMasterError";
  /** What went wrong, for programs. */
  readonly code: ErrorCode;
  /** Whether repeating the same call later may succeed. */
  readonly retryable: boolean;
  /** Every problem found, one line each; empty when the message says it all. */
  readonly problems: readonly string[];

  /** Creates an error; `message` says what could not be done and why. */
  constructor(code: ErrorCode, message: string, options: JobMasterErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.problems = options.problems ?? [];
  }
}

/** The code of anything thrown; `"internal"` for what the engine did not throw itself. Never throws itself. */
export function codeOf(thrown: unknown): ErrorCode {
  return typeof thrown === "object" ? safeCode(read(thrown, "code")) : "internal";
}

/** Throws `invariant_violated` unless `condition` holds. For mistakes of the engine, never for bad input. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new JobMasterError("invariant_violated", message);
}

/** An error as plain data, so that it survives a thread or a process. */
export interface EncodedError {
  /** `Error.name` of the original. */
  readonly name: string;
  /** Text of the original. */
  readonly message: string;
  /** Code of the original, `"internal"` when it had none. */
  readonly code: ErrorCode;
  /** Whether the original was retryable. */
  readonly retryable: boolean;
  /** Problems of the original. */
  readonly problems: readonly string[];
  /** Stack of the original, when it had one. */
  readonly stack?: string;
  /** The encoded cause, at most {@linkcode MAX_CAUSES} deep. */
  readonly cause?: EncodedError;
}

/** Deepest chain of causes that is kept. */
export const MAX_CAUSES = 8;

/** Turns anything thrown into plain data. Never throws itself. */
export function encodeError(thrown: unknown, depth = 0): EncodedError {
  if (typeof thrown !== "object" || thrown === null) {
    const message = text(thrown, "Nothing was thrown");
    return { name: "Thrown", message, code: "internal", retryable: false, problems: [] };
  }
  const stack = read(thrown, "stack");
  const cause = read(thrown, "cause") ?? undefined;
  return {
    name: text(read(thrown, "name"), "Error"),
    message: text(read(thrown, "message"), "No message"),
    code: codeOf(thrown),
    retryable: read(thrown, "retryable") === true,
    problems: safeProblems(read(thrown, "problems")),
    ...(typeof stack === "string" ? { stack } : {}),
    ...(cause !== undefined && depth + 1 < MAX_CAUSES
      ? { cause: encodeError(cause, depth + 1) }
      : {}),
  };
}

/** Rebuilds a {@linkcode JobMasterError} from {@linkcode encodeError}'s data. */
export function decodeError(encoded: EncodedError): JobMasterError {
  const error = new JobMasterError(encoded.code, encoded.message, {
    retryable: encoded.retryable,
    problems: encoded.problems,
    ...(encoded.cause === undefined ? {} : { cause: decodeError(encoded.cause) }),
  });
  if (encoded.stack !== undefined) error.stack = encoded.stack;
  return error;
}

function read(thrown: unknown, key: string): unknown {
  try {
    return (thrown as Record<string, unknown>)[key];
  } catch {
    return undefined; // a getter of user code may throw
  }
}

function text(value: unknown, fallback: string): string {
  if (value === undefined || value === null || value === "") return fallback;
  try {
    return String(value);
  } catch {
    return fallback;
  }
}

function safeCode(value: unknown): ErrorCode {
  return ERROR_CODES.includes(value as ErrorCode) ? value as ErrorCode : "internal";
}

function safeProblems(value: unknown): readonly string[] {
  try {
    if (!Array.isArray(value)) return [];
    return Array.from({ length: Math.min(value.length, 100) }, (_, i) => text(value[i], ""));
  } catch {
    return []; // a proxy of user code may throw
  }
}
