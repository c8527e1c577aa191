/**
 * Reads the query of a request.
 *
 * @module
 */

import type { z } from "@hono/zod-openapi";
import { JobMasterError } from "../core/errors.ts";
import { shown } from "../core/names.ts";
import { parseLimit, type Query } from "../core/parse_filter.ts";

/** What an endpoint takes in its query. */
export interface QueryPart<T> {
  /** What the OpenAPI document shows. */
  readonly schema: z.ZodObject;
  /** Reads it. */
  readonly read: (query: Query) => T;
}

/** Which page of a list. */
export interface PageQuery {
  /** Where to go on; `null` is the start. */
  readonly cursor: string | null;
  /** Most items. */
  readonly limit: number;
}

/** The query of a URL; a name may be given several times. Has no prototype: any name is only a name. */
export function readQuery(url: string): Query {
  const query: Record<string, string[]> = Object.create(null);
  for (const [name, value] of new URL(url).searchParams) (query[name] ??= []).push(value);
  return query;
}

/**
 * The value of a parameter that may be given once.
 *
 * @throws {JobMasterError} `invalid_request` when it is given several times.
 */
export function single(query: Query, name: string): string | undefined {
  const values = query[name] ?? [];
  if (values.length <= 1) return values[0];
  throw new JobMasterError(
    "invalid_request",
    `Cannot use ${name} ${values.length} times: give it once`,
  );
}

/**
 * Reads which page is asked for.
 *
 * @throws {JobMasterError} `invalid_request` for a limit outside 1 to 200 or what cannot be a cursor.
 */
export function readPage(query: Query): PageQuery {
  const cursor = single(query, "cursor");
  if (cursor !== undefined && !/^[\x21-\x7e]{1,1000}$/.test(cursor)) throw badCursor(cursor);
  return { cursor: cursor ?? null, limit: parseLimit(single(query, "limit")) };
}

/** The error of a cursor that no answer ever held. */
export function badCursor(cursor: string): JobMasterError {
  return new JobMasterError(
    "invalid_request",
    `Cannot go on at cursor ${shown(cursor)}: it must be the nextCursor of a page of this list`,
  );
}
