/**
 * Where a list of parked messages in tables goes on: after the message that was parked then and has this id.
 *
 * @module
 */

import { JobMasterError } from "../core/errors.ts";
import { shown } from "../core/names.ts";

/** A place in the list. */
export interface ParkedPlace {
  /** When the message was parked, in epoch milliseconds. */
  readonly parkedAtMs: number;
  /** Its id. */
  readonly id: string;
}

/** The place before every message. */
const START: ParkedPlace = { parkedAtMs: Number.MAX_SAFE_INTEGER, id: "" };

/** The cursor of a message. */
export function parkedCursor({ parkedAtMs, id }: ParkedPlace): string {
  return `${parkedAtMs}:${id}`;
}

/**
 * Where a list goes on.
 *
 * @throws {JobMasterError} `invalid_request` for what is no cursor.
 */
export function readParkedCursor(cursor: string | null | undefined): ParkedPlace {
  if (cursor === undefined || cursor === null) return START;
  const [, parkedAtMs, id] = /^(\d{1,16}):(.*)$/s.exec(cursor) ?? [];
  if (id !== undefined) return { parkedAtMs: Number(parkedAtMs), id };
  throw badParkedCursor(cursor);
}

/** The error of a cursor that no message has. */
export function badParkedCursor(cursor: string): JobMasterError {
  return new JobMasterError(
    "invalid_request",
    `Cannot go on at ${shown(cursor)}: it must be the cursor of a parked message`,
  );
}
