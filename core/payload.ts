/**
 * Payloads and results: JSON text, bounded, the same after a round trip as before.
 *
 * @module
 */

import { type ErrorCode, JobMasterError } from "./errors.ts";

/** Deepest nesting of a payload. */
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
  checkValue(value, what, 0);
  const text = stringify(value, what);
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

function stringify(value: unknown, what: string): string {
  try {
    return JSON.stringify(value) ?? refuse(what, "it is not a JSON value");
  } catch (error) {
    if (error instanceof JobMasterError) throw error;
    return refuse(what, (error as Error).message);
  }
}

function checkValue(value: unknown, path: string, depth: number): void {
  if (depth > MAX_PAYLOAD_DEPTH) {
    refuse(path, `it is nested deeper than ${MAX_PAYLOAD_DEPTH} levels`);
  }
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
  if (typeof (value as { toJSON?: unknown }).toJSON === "function") return; // decides for itself, e.g. Date
  if (Array.isArray(value)) {
    value.forEach((item, index) => checkValue(item, `${path}[${index}]`, depth + 1));
    return;
  }
  const prototype = Object.getPrototypeOf(value);
  if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value)) {
    refuse(path, `a ${prototype.constructor.name} is not a JSON value`);
  }
  for (const [key, item] of Object.entries(value)) checkValue(item, `${path}.${key}`, depth + 1);
}

function refuse(path: string, why: string, code: ErrorCode = "invalid_payload"): never {
  throw new JobMasterError(code, `Cannot take ${path}: ${why}`);
}
