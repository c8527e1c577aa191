/**
 * Which jobs a list shows. The grammar is the engine's: `core/parse_filter.ts` reads it.
 *
 * @module
 */

import { z } from "@hono/zod-openapi";
import type { JobFilter, JobSort } from "../../core/filter.ts";
import { JOB_SORT_FIELDS } from "../../core/filter.ts";
import { PRIORITIES } from "../../core/job.ts";
import { PAGE_PARAMETERS, parseJobFilter, parseJobSort } from "../../core/parse_filter.ts";
import { type PageQuery, type QueryPart, readPage, single } from "../query.ts";
import { described } from "./field.ts";
import { pageParameters } from "./page_query.ts";
import { jobStatus } from "./value.ts";

/** Which page of which jobs. */
export interface JobListQuery extends PageQuery {
  /** Which jobs. */
  readonly filter: JobFilter;
  /** In which order. */
  readonly sort: JobSort;
}

const text = described({ type: "string", maxLength: 500 });
const instant = described({ type: "string", format: "date-time" });

const filterParameters = {
  status: z.array(jobStatus).optional().openapi({
    description: "One of these; repeated, or separated by commas",
  }),
  definitionId: text,
  lane: described({ type: "string", maxLength: 25, description: "Empty is the default lane" }),
  priority: described({ type: "string", enum: [...PRIORITIES] }),
  bucketId: text,
  workerId: text,
  scheduleId: text,
  uniqueKey: text,
  scheduledFrom: instant,
  scheduledTo: instant,
  createdFrom: instant,
  createdTo: instant,
  metadata: z.array(z.string()).optional().openapi({
    description: 'key=value, or a JSON array of {"key","operation","value"}; all must match',
  }),
  error: described({ type: "string", maxLength: 500, description: "Text in the error" }),
};

/** A filter of jobs. */
export const jobFilterQuery: QueryPart<JobFilter> = {
  schema: z.strictObject(filterParameters),
  read: (query) => parseJobFilter(query),
};

/** A list of jobs. */
export const jobListQuery: QueryPart<JobListQuery> = {
  schema: z.strictObject({
    ...filterParameters,
    ...pageParameters,
    sort: described({
      type: "string",
      enum: JOB_SORT_FIELDS.flatMap((name) => [name, `-${name}`]),
      default: "-createdAt",
      description: "A leading - is the greatest first",
    }),
  }),
  read: (query) => ({
    filter: parseJobFilter(query, PAGE_PARAMETERS),
    sort: parseJobSort(single(query, "sort")),
    ...readPage(query),
  }),
};
