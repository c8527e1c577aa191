/**
 * What is kept of an error: bounded, safe to store, safe to show.
 *
 * @module
 */

import { type EncodedError, encodeError } from "./errors.ts";

/** Why an attempt failed, with its chain of causes. */
export interface FailureRecord {
  /** The engine's reason (`timed_out`, `crashed`, …) or `handler_error` for what the handler threw. */
  readonly code: string;
  /** `Error.name` of what was thrown. */
  readonly name: string;
  /** Its text, at most 4,000 characters. */
  readonly message: string;
  /** Its stack, at most 8,000 characters. */
  readonly stack: string | null;
  /** What caused it, at most 8 deep. */
  readonly cause: FailureRecord | null;
}

const MAX_MESSAGE = 4_000;
const MAX_STACK = 8_000;

/** Makes a record of anything a handler may throw. Never throws. */
export function failureOf(thrown: unknown, code = "handler_error"): FailureRecord {
  return fromEncoded(encodeError(thrown), code);
}

/** Makes a record of something the engine found out itself. */
export function failure(code: string, message: string): FailureRecord {
  return {
    code,
    name: "JobMasterError",
    message: cut(message, MAX_MESSAGE),
    stack: null,
    cause: null,
  };
}

function fromEncoded(error: EncodedError, code: string): FailureRecord {
  return {
    code,
    name: cut(error.name, 200),
    message: cut(error.message, MAX_MESSAGE),
    stack: error.stack === undefined ? null : cut(error.stack, MAX_STACK),
    cause: error.cause === undefined ? null : fromEncoded(error.cause, code),
  };
}

/** Cuts `text` to `max` characters, well formed, with a mark where it was cut. */
export function cut(text: string, max: number): string {
  const safe = text.length > max * 2 ? text.slice(0, max * 2) : text;
  const wellFormed = safe.toWellFormed().replaceAll("\0", "\u{FFFD}");
  return wellFormed.length <= max ? wellFormed : `${wellFormed.slice(0, max - 1).toWellFormed()}…`;
}
