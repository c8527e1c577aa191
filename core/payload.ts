/**
 * Payloads and results: JSON text, bounded, the same after a round trip as before.
 *
 * @module
 */

import { encodeError, JobMasterError } from "./errors.ts";
import { cut } from "./failure.ts";

/** Deepest nesting of a payload: arrays and objects within each other. */
export const MAX_PAYLOAD_DEPTH = 64;

const encoder = new TextEncoder();

/** Options of {@linkcode encodePayload}. */
export interface EncodePayloadOptions {
  /** What is encoded, in error texts. */
  readonly what: string;
  /** Most UTF-8 bytes of the JSON text; 0 and below is no limit. */
  readonly maxBytes: number;
}

/**
 * Encodes a value as JSON text. `undefined` is `null`.
 *
 * @throws {JobMasterError} `invalid_payload` for what JSON cannot hold (functions, BigInt, cycles, `NaN`, lone
 * surrogates, more than 64 levels), `payload_too_large` above `maxBytes`.
 */
export function encodePayload(value: unknown, options: EncodePayloadOptions): string {
  if (value === undefined || value === null) return "null";
  const { what, maxBytes } = options;
  const text = checkedJson(value, what);
  const bytes = byteLength(text);
  if (maxBytes > 0 && bytes > maxBytes) {
    throw new JobMasterError(
      "payload_too_large",
      `Cannot take ${what}: its JSON has ${bytes} bytes and the limit is ${maxBytes}`,
    );
  }
  return text;
}

/** UTF-8 bytes of `text`. */
export function byteLength(text: string): number {
  return encoder.encode(text).byteLength;
}

function checkedJson(value: unknown, what: string): string {
  try {
    checkValue(value, what, 0);
    return JSON.stringify(value) ?? refuse(what, "it is not a JSON value");
  } catch (error) {
    if (error instanceof JobMasterError) throw error;
    return refuse(what, encodeError(error).message); // thrown by a getter or a toJSON() of user code
  }
}

function checkValue(value: unknown, path: string, depth: number): void {
  switch (typeof value) {
    case "string":
      if (!value.isWellFormed()) refuse(path, "its text has a lone surrogate");
      return;
    case "number":
      if (!Number.isFinite(value)) refuse(path, `${value} is not a JSON number`);
      return;
    case "boolean":
      return;
    case "undefined":
      return;
    case "object":
      if (value !== null) checkObject(value, path, depth);
      return;
    default:
      refuse(path, `a ${typeof value} is not a JSON value`);
  }
}

function checkObject(value: object, path: string, depth: number): void {
  if (typeof (value as { toJSON?: unknown }).toJSON === "function") { // decides for itself, e.g. Date
    return checkValue(JSON.parse(JSON.stringify(value) ?? "null"), path, depth);
  }
  if (depth >= MAX_PAYLOAD_DEPTH) {
    refuse(path, `it is nested deeper than ${MAX_PAYLOAD_DEPTH} levels`);
  }
  if (Array.isArray(value)) {
    value.forEach((item, index) => checkValue(item, `${path}[${index}]`, depth + 1));
    return;
  }
  const prototype = Object.getPrototypeOf(value);
  if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value)) {
    refuse(path, `a ${prototype.constructor.name} is not a JSON value`);
  }
  for (const [key, item] of Object.entries(value)) {
    if (!key.isWellFormed()) refuse(path, "one of its keys has a lone surrogate");
    checkValue(item, `${path}.${key}`, depth + 1);
  }
}

function refuse(path: string, why: string): never {
  throw new JobMasterError("invalid_payload", `Cannot take ${cut(path, 200)}: ${cut(why, 1_000)}`);
}
