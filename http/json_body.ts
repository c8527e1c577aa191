/**
 * Reads the body of a request: bounded in bytes and time, JSON, UTF-8.
 *
 * @module
 */

import type { Clock } from "../core/clock.ts";
import { JobMasterError } from "../core/errors.ts";
import { shown } from "../core/names.ts";
import { formatDuration } from "../core/time.ts";
import { withDeadline } from "./deadline.ts";
import { parseJson } from "./json_text.ts";
import { HttpRefusal } from "./problem.ts";

/** The bounds of a body. */
export interface BodyLimits {
  /** Most bytes. */
  readonly maxBytes: number;
  /** How long it may take to arrive, in milliseconds. */
  readonly timeoutMs: number;
  /** Where time comes from. */
  readonly clock: Clock;
}

const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/**
 * Reads a JSON body; `undefined` when there is none.
 *
 * @throws {HttpRefusal} 415 for another type or an encoded body, 413 `payload_too_large`, 408 when it does not arrive.
 * @throws {JobMasterError} `invalid_request` or `invalid_payload` when it is not JSON that can be kept.
 */
export async function readJsonBody(request: Request, limits: BodyLimits): Promise<unknown> {
  const type = request.headers.get("content-type");
  if (type !== null && !JSON_TYPE.test(type)) throw wrongType(type);
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding.toLowerCase() !== "identity") throw encoded(encoding);
  const declared = Number(request.headers.get("content-length") ?? 0);
  if (declared > limits.maxBytes) throw tooLarge(limits.maxBytes);
  const bytes = await readBytes(request, limits);
  if (bytes.byteLength === 0) return undefined;
  if (type === null) throw wrongType(type);
  return parseJson(decode(bytes));
}

async function readBytes(request: Request, limits: BodyLimits): Promise<Uint8Array> {
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  try {
    return await withDeadline(collect(reader, limits.maxBytes), {
      clock: limits.clock,
      timeoutMs: limits.timeoutMs,
      expired: () => tooSlow(limits.timeoutMs),
    });
  } finally {
    reader.cancel().catch(() => {
      // the connection is gone, and with it what was left of the body
    });
  }
}

async function collect(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let read = await next(reader); !read.done; read = await next(reader)) {
    length += read.value.byteLength;
    if (length > maxBytes) throw tooLarge(maxBytes);
    chunks.push(read.value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}

async function next(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): Promise<ReadableStreamReadResult<Uint8Array>> {
  try {
    return await reader.read();
  } catch {
    throw new JobMasterError("invalid_request", "Cannot read the body: the client went away");
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new JobMasterError("invalid_request", "Cannot read the body: it is not UTF-8 text");
  }
}

function wrongType(type: string | null): HttpRefusal {
  return new HttpRefusal(
    "invalid_request",
    `Cannot read a body of content-type ${shown(type)}: it must be "application/json"`,
    { status: 415 },
  );
}

function encoded(encoding: string): HttpRefusal {
  return new HttpRefusal(
    "invalid_request",
    `Cannot read a body of content-encoding ${shown(encoding)}: send it as it is`,
    { status: 415 },
  );
}

function tooLarge(maxBytes: number): HttpRefusal {
  return new HttpRefusal(
    "payload_too_large",
    `Cannot read the body: it has more than ${maxBytes} bytes`,
  );
}

function tooSlow(timeoutMs: number): HttpRefusal {
  return new HttpRefusal(
    "invalid_request",
    `Cannot read the body: it did not arrive within ${formatDuration(timeoutMs)}`,
    { status: 408 },
  );
}
