/**
 * Which recurring schedules a list shows, and which runs of one. The grammar is the engine's:
 * `core/parse_filter.ts` reads it.
 *
 * @module
 */

import { z } from "@hono/zod-openapi";
import {
  DEFAULT_PREVIEW,
  MAX_PREVIEW,
  parsePreviewCount,
  parseScheduleFilter,
} from "../../core/parse_filter.ts";
import { SCHEDULE_TYPES, type ScheduleFilter } from "../../core/schedule.ts";
import { parseInstant } from "../../core/time.ts";
import { type PageQuery, type QueryPart, readPage } from "../query.ts";
import { described, parameter } from "./field.ts";
import { pageParameters } from "./page_query.ts";
import { readBy } from "./read.ts";
import { scheduleStatus } from "./value.ts";

/** Which page of which schedules. */
export interface ScheduleListQuery extends PageQuery {
  /** Which schedules. */
  readonly filter: ScheduleFilter;
}

/** Which runs of a schedule. */
export interface NextRunsQuery {
  /** How many. */
  readonly count: number;
  /** After which instant, in epoch milliseconds; `null` is now. */
  readonly fromMs: number | null;
}

const text = described({ type: "string", maxLength: 500 });

const filterParameters = {
  status: z.array(scheduleStatus).optional().openapi({
    description: "One of these; repeated, or separated by commas",
  }),
  type: described({ type: "string", enum: [...SCHEDULE_TYPES] }),
  definitionId: text,
  profileId: text,
  failing: described({
    type: "string",
    enum: ["true", "false"],
    description: "Whether they could not be planned the last time",
  }),
};

const PAGE = Object.keys(pageParameters);

/** A filter of recurring schedules. */
export const scheduleFilterQuery: QueryPart<ScheduleFilter> = {
  schema: z.strictObject(filterParameters),
  read: (query) => parseScheduleFilter(query),
};

/** A list of recurring schedules. */
export const scheduleListQuery: QueryPart<ScheduleListQuery> = {
  schema: z.strictObject({ ...filterParameters, ...pageParameters }),
  read: (query) => ({ filter: parseScheduleFilter(query, PAGE), ...readPage(query) }),
};

const nextRunsSchema = z.strictObject({
  count: parameter("count", parsePreviewCount, {
    type: "integer",
    minimum: 1,
    maximum: MAX_PREVIEW,
    default: DEFAULT_PREVIEW,
  }),
  from: parameter("from", parseInstant, {
    type: "string",
    format: "date-time",
    description: "Runs after this instant, with an offset; left out, after now",
  }),
});

/** The runs of a schedule that come next. */
export const nextRunsQuery: QueryPart<NextRunsQuery> = {
  schema: nextRunsSchema,
  read(query) {
    const { count, from } = readBy(nextRunsSchema, query, "the query");
    return { count: count ?? DEFAULT_PREVIEW, fromMs: from ?? null };
  },
};
