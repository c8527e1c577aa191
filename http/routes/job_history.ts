/**
 * `/{cluster}/jobs/{id}`: what became of one job, and why.
 *
 * @module
 */

import { type Endpoint, endpoint } from "../endpoint.ts";
import { toExecutionResource } from "../resources/job.ts";
import { toLogResource } from "../resources/log.ts";
import { toPageResource } from "../resources/page.ts";
import { toWhyResource } from "../resources/why.ts";
import { noBody } from "../schemas/body.ts";
import { logSchema } from "../schemas/cluster.ts";
import { executionSchema, whySchema } from "../schemas/job.ts";
import { jobLogQuery } from "../schemas/log_query.ts";
import { noQuery } from "../schemas/page_query.ts";
import { jobPath } from "../schemas/path.ts";
import { pageOfSchema } from "../schemas/value.ts";
import { clusterOf } from "../site.ts";

const tag = "Jobs";

/** The endpoints that tell of one job. */
export const jobHistoryEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "get",
    path: "/{cluster}/jobs/{id}/executions",
    id: "listJobExecutions",
    summary: "Lists the attempts of a job, first attempt first",
    tag,
    parts: jobPath,
    query: noQuery,
    body: noBody,
    answers: { 200: { description: "All of them", schema: pageOfSchema(executionSchema) } },
    async handle({ site, path }) {
      const items = await clusterOf(site, path.cluster).listExecutions(path.id);
      return Response.json(toPageResource({ items, nextCursor: null }, toExecutionResource));
    },
  }),
  endpoint({
    method: "get",
    path: "/{cluster}/jobs/{id}/logs",
    id: "listJobLogs",
    summary: "Lists what a job's handler wrote, oldest first",
    tag,
    parts: jobPath,
    query: jobLogQuery,
    body: noBody,
    answers: { 200: { description: "One page", schema: pageOfSchema(logSchema) } },
    async handle({ site, path, query }) {
      const cluster = clusterOf(site, path.cluster);
      await cluster.findJob(path.id);
      const page = await cluster.listLogs({
        ...query,
        filter: { ...query.filter, subjectType: "Job", subjectId: path.id },
        oldestFirst: true,
      });
      return Response.json(toPageResource(page, toLogResource));
    },
  }),
  endpoint({
    method: "get",
    path: "/{cluster}/jobs/{id}/why",
    id: "explainJob",
    summary: "Says why a job is where it is",
    tag,
    parts: jobPath,
    query: noQuery,
    body: noBody,
    answers: { 200: { description: "The reasons", schema: whySchema } },
    async handle({ site, path }) {
      return Response.json(toWhyResource(await clusterOf(site, path.cluster).explainJob(path.id)));
    },
  }),
];
