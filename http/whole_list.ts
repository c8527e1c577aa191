/**
 * Pages of lists that are read as a whole: clusters, buckets, workers.
 *
 * @module
 */

import type { Query } from "../core/parse_filter.ts";
import { badCursor, readPage } from "./query.ts";
import type { PageResource } from "./resources/page.ts";

/** Which page of a list that is read as a whole. */
export interface WholeListQuery {
  /** The id after which the page starts; `null` is the start. */
  readonly after: string | null;
  /** Most items. */
  readonly limit: number;
}

/**
 * Reads which page is asked for.
 *
 * @throws {JobMasterError} `invalid_request` for a limit outside 1 to 200 or a cursor that no page held.
 */
export function readWholeListQuery(query: Query): WholeListQuery {
  const { cursor, limit } = readPage(query);
  return { after: cursor === null ? null : decodeCursor(cursor), limit };
}

/**
 * One page of `items` in the order of their ids. The cursor is the last id of the page before, so items that come
 * and go between two calls make no page skip or repeat others.
 */
export function pageOf<Item>(
  items: readonly Item[],
  { after, limit }: WholeListQuery,
  idOf: (item: Item) => string,
): PageResource<Item> {
  const rest = items
    .toSorted((a, b) => idOf(a) < idOf(b) ? -1 : 1)
    .filter((item) => after === null || idOf(item) > after);
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  const more = rest.length > shown.length && last !== undefined;
  return { items: shown, nextCursor: more ? encodeCursor(idOf(last)) : null };
}

/** Text as a cursor. */
export function encodeCursor(id: string): string {
  return new TextEncoder().encode(id).toBase64({ alphabet: "base64url", omitPadding: true });
}

/** The text of a cursor. @throws {JobMasterError} `invalid_request` */
export function decodeCursor(cursor: string): string {
  try {
    const bytes = Uint8Array.fromBase64(cursor, { alphabet: "base64url" });
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw badCursor(cursor);
  }
}
