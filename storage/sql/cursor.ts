/**
 * Cursors of keyset pages: where the last item of a page stands, as opaque text.
 *
 * @module
 */

import { JobMasterError } from "../../core/errors.ts";
import { shown } from "../../core/names.ts";

/** Where an item stands in a sorted list. */
export interface Place {
  /** The value it is sorted by. */
  readonly atMs: number;
  /** Its id. */
  readonly id: string;
}

/** The cursor after `place` in the list sorted by `order`. */
export function encodeCursor(order: string, place: Place): string {
  return new TextEncoder().encode(JSON.stringify([order, place.atMs, place.id]))
    .toBase64({ alphabet: "base64url", omitPadding: true });
}

/**
 * Reads a cursor of the list sorted by `order`.
 *
 * @throws {JobMasterError} `invalid_request` when it is not one.
 */
export function decodeCursor(order: string, cursor: string): Place {
  const [seen, atMs, id] = fieldsOf(cursor);
  if (seen === order && typeof atMs === "number" && typeof id === "string") return { atMs, id };
  throw new JobMasterError(
    "invalid_request",
    `Cannot continue at cursor ${
      shown(cursor)
    }: it must be the nextCursor of a page with the same sort`,
  );
}

function fieldsOf(cursor: string): readonly unknown[] {
  try {
    const bytes = Uint8Array.fromBase64(cursor, { alphabet: "base64url" });
    const fields: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return Array.isArray(fields) ? fields : [];
  } catch {
    return []; // the caller says what would be right
  }
}
