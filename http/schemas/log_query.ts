/**
 * Which log entries a list shows. The grammar is the engine's: `core/parse_filter.ts` reads it.
 *
 * @module
 */

import { z } from "@hono/zod-openapi";
import type { LogFilter } from "../../core/filter.ts";
import { LOG_LEVELS, LOG_SUBJECTS } from "../../core/log.ts";
import { parseLogFilter } from "../../core/parse_filter.ts";
import { type PageQuery, type QueryPart, readPage } from "../query.ts";
import { described } from "./field.ts";
import { pageParameters } from "./page_query.ts";
import { readBy } from "./read.ts";

/** Which page of which log entries. */
export interface LogListQuery extends PageQuery {
  /** Which entries. */
  readonly filter: LogFilter;
}

const instant = described({ type: "string", format: "date-time" });

const entryParameters = {
  level: described({ type: "string", enum: [...LOG_LEVELS] }),
  attempt: described({ type: "integer", minimum: 1 }),
  from: instant,
  to: instant,
  keyword: described({ type: "string", maxLength: 500, description: "Text in the message" }),
};

const filterParameters = {
  ...entryParameters,
  subjectType: described({ type: "string", enum: [...LOG_SUBJECTS] }),
  subjectId: described({ type: "string", maxLength: 500 }),
};

const PAGE = Object.keys(pageParameters);

/** A filter of log entries. */
export const logFilterQuery: QueryPart<LogFilter> = {
  schema: z.strictObject(filterParameters),
  read: (query) => parseLogFilter(query),
};

/** A list of log entries. */
export const logListQuery: QueryPart<LogListQuery> = {
  schema: z.strictObject({ ...filterParameters, ...pageParameters }),
  read: (query) => ({ filter: parseLogFilter(query, PAGE), ...readPage(query) }),
};

const jobLogSchema = z.strictObject({ ...entryParameters, ...pageParameters });

/** A list of the log entries of one job: the path says of which. */
export const jobLogQuery: QueryPart<LogListQuery> = {
  schema: jobLogSchema,
  read(query) {
    readBy(jobLogSchema, query, "the query");
    return logListQuery.read(query);
  },
};
