/**
 * Ids: made by the client, so that every insert may be repeated without harm.
 *
 * @module
 */

import type { Clock } from "./clock.ts";
import { JobMasterError } from "./errors.ts";
import { shown } from "./names.ts";
import type { Random } from "./random.ts";

/** Identifies a job for the life of the cluster: a lower-case UUID. */
export type JobId = string & { readonly "~brand"?: "JobId" };

/** Identifies a bucket for the life of the cluster. */
export type BucketId = string & { readonly "~brand"?: "BucketId" };

/** Identifies one registered worker; the incarnation tells its lives apart. */
export type WorkerId = string & { readonly "~brand"?: "WorkerId" };

/** Identifies a recurring schedule for the life of the cluster: a UUID, or the id its code gives it. */
export type ScheduleId = string & { readonly "~brand"?: "ScheduleId" };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Mints ids that sort by the time they were made (UUIDv7, RFC 9562 §5.7).
 *
 * Within one millisecond a 12-bit counter keeps the order; when the clock goes back, the last
 * millisecond is kept, so ids of one generator never go back.
 */
export function uuidGenerator(clock: Pick<Clock, "now">, random: Random): () => string {
  let lastMs = 0;
  let counter = 0;
  return () => {
    const nowMs = Math.floor(clock.now());
    if (nowMs > lastMs) {
      lastMs = nowMs;
      counter = Math.floor(random.next() * 256); // leaves room to count up within the millisecond
    } else if (++counter > 0xfff) {
      lastMs++;
      counter = 0;
    }
    return formatUuid(lastMs, counter, random.bytes(8));
  };
}

function formatUuid(ms: number, counter: number, tail: Uint8Array): string {
  const time = ms.toString(16).padStart(12, "0");
  tail[0] = (tail[0]! & 0x3f) | 0x80;
  let rest = "";
  for (const byte of tail) rest += byte.toString(16).padStart(2, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, "0")}-${
    rest.slice(0, 4)
  }-${rest.slice(4)}`;
}

/**
 * Reads a job id written by someone else.
 *
 * @throws {JobMasterError} `invalid_request` when it is not a UUID.
 */
export function parseJobId(value: unknown): JobId {
  const id = typeof value === "string" ? value.toLowerCase() : "";
  if (UUID.test(id)) return id;
  throw new JobMasterError(
    "invalid_request",
    `Cannot read job id ${
      shown(value)
    }: it must be a UUID such as "019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071"`,
  );
}

/** A short random text of lower-case letters and digits without look-alikes, for the end of a name. */
export function shortId(random: Random, length = 6): string {
  const alphabet = "23456789abcdefghjkmnpqrstuvwxyz";
  let id = "";
  for (const byte of random.bytes(length)) id += alphabet[byte % alphabet.length];
  return id;
}
