/**
 * What the API shows of messages that nobody could use.
 *
 * @module
 */

import type { ParkedMessage } from "../../core/agent.ts";
import { formatInstant } from "../../core/time.ts";

/** A message nobody could use. */
export interface ParkedResource {
  /** Its id. */
  readonly id: string;
  /** The bucket it was for. */
  readonly bucketId: string;
  /** Why nobody could use it. */
  readonly reason: string;
  /** When it was set aside. */
  readonly parkedAt: string;
  /** How long it is, in bytes. */
  readonly size: number;
  /** What it says; `null` when it is no UTF-8. */
  readonly body: string | null;
  /** Its bytes in base64 when it is no UTF-8, else `null`. */
  readonly bodyBase64: string | null;
}

/** What became of the messages that were named. */
export interface ParkedChangeResource {
  /** Ids of those it was done to. */
  readonly done: readonly string[];
  /** Ids of those that are not parked, or have to stay. */
  readonly passedOver: readonly string[];
}

/** What the API shows of a message nobody could use. */
export function toParkedResource(message: ParkedMessage): ParkedResource {
  const { messageId, bucketId, reason, parkedAtMs, bytes } = message;
  const body = textOf(bytes);
  return {
    id: messageId,
    bucketId,
    reason,
    parkedAt: formatInstant(parkedAtMs),
    size: bytes.length,
    body,
    bodyBase64: body === null ? bytes.toBase64() : null,
  };
}

/** What the API shows after a change of `ids`, which was done to those of `done`. */
export function toParkedChange(
  ids: readonly string[],
  done: readonly string[],
): ParkedChangeResource {
  const found = new Set(done);
  return { done: [...found], passedOver: [...new Set(ids)].filter((id) => !found.has(id)) };
}

/** A mark of byte order is part of the text. */
function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
