/**
 * How many items one call of a transport takes, and how long its messages may be.
 *
 * @module
 */

import { JobMasterError } from "../core/errors.ts";
import type { NewMessage } from "./port.ts";

/** Most items in one call. */
export const MAX_BATCH = 1_000;

/** Longest body, in bytes: a payload of the largest size with all that belongs to its job. */
export const MAX_BODY_BYTES = 1_000_000;

/** @throws {JobMasterError} `invalid_request` for more items than one call takes. */
export function checkBatch(items: readonly unknown[], what: string, max = MAX_BATCH): void {
  if (items.length <= max) return;
  throw new JobMasterError(
    "invalid_request",
    `Cannot take ${items.length} ${what} in one call: it must be at most ${max}`,
  );
}

/** Messages that fit, and the ids of those whose body is too long. */
export function fitting(
  messages: readonly NewMessage[],
  maxBodyBytes: number,
): { readonly fit: readonly NewMessage[]; readonly oversize: readonly string[] } {
  const isTooLong = ({ body }: NewMessage) =>
    body.length > maxBodyBytes || (body.length * 3 > maxBodyBytes && bytesOf(body) > maxBodyBytes);
  return {
    fit: messages.filter((message) => !isTooLong(message)),
    oversize: messages.filter(isTooLong).map(({ id }) => id),
  };
}

const ENCODER = new TextEncoder();

function bytesOf(text: string): number {
  return ENCODER.encode(text).byteLength;
}
