/**
 * The parameters of every list.
 *
 * @module
 */

import { z } from "@hono/zod-openapi";
import { DEFAULT_PAGE, MAX_PAGE } from "../../core/parse_filter.ts";
import type { QueryPart } from "../query.ts";
import { readWholeListQuery, type WholeListQuery } from "../whole_list.ts";
import { described } from "./field.ts";
import { readBy } from "./read.ts";

/** Which page of a list. */
export const pageParameters = {
  limit: described({ type: "integer", minimum: 1, maximum: MAX_PAGE, default: DEFAULT_PAGE }),
  cursor: described({ type: "string", description: "The nextCursor of the page before" }),
};

const pageSchema = z.strictObject(pageParameters);
const nothing = z.strictObject({});

/** A list that is read as a whole and has no filters. */
export const wholeListQuery: QueryPart<WholeListQuery> = {
  schema: pageSchema,
  read(query) {
    readBy(pageSchema, query, "the query");
    return readWholeListQuery(query);
  },
};

/** No parameters at all: one that would do nothing is refused. */
export const noQuery: QueryPart<void> = {
  schema: nothing,
  read: (query) => void readBy(nothing, query, "the query"),
};
