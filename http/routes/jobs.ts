/**
 * `/{cluster}/jobs`: scheduling and finding jobs.
 *
 * @module
 */

import type { SubmittedJob } from "../../actors/client.ts";
import { invariant } from "../../core/errors.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { toJobResource } from "../resources/job.ts";
import { toPageResource } from "../resources/page.ts";
import { noBody } from "../schemas/body.ts";
import { jobSchema, oneOrMoreJobs } from "../schemas/job.ts";
import { jobFilterQuery, jobListQuery } from "../schemas/job_query.ts";
import { jobRequestsSchema, readJobRequests } from "../schemas/job_request.ts";
import { noQuery } from "../schemas/page_query.ts";
import { clusterPath, jobPath } from "../schemas/path.ts";
import { count, pageOfSchema } from "../schemas/value.ts";
import { clusterOf, pathTo } from "../site.ts";

const tag = "Jobs";

/** The endpoints that schedule and find jobs. */
export const jobEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "get",
    path: "/{cluster}/jobs",
    id: "listJobs",
    summary: "Lists jobs, newest first",
    tag,
    parts: clusterPath,
    query: jobListQuery,
    body: noBody,
    answers: { 200: { description: "One page", schema: pageOfSchema(jobSchema) } },
    async handle({ site, path, query }) {
      const page = await clusterOf(site, path.cluster).listJobs(query);
      return Response.json(toPageResource(page, toJobResource));
    },
  }),
  endpoint({
    method: "post",
    path: "/{cluster}/jobs",
    id: "scheduleJobs",
    summary: "Schedules one job, or an array of them: all or none",
    tag,
    parts: clusterPath,
    query: noQuery,
    body: { schema: jobRequestsSchema, read: readJobRequests },
    answers: {
      201: { description: "The new job, or the jobs in order", schema: oneOrMoreJobs },
      200: { description: "Every one was there already", schema: oneOrMoreJobs },
    },
    async handle({ site, path, body }) {
      const submitted = await clusterOf(site, path.cluster).submit(body.requests);
      const status = submitted.some(({ created }) => created) ? 201 : 200;
      if (body.alone) {
        const { job, acceptance } = onlyOne(submitted);
        const location = pathTo(site, path.cluster, "jobs", job.id);
        const body = { ...toJobResource(job), acceptance };
        return Response.json(body, { status, headers: { location } });
      }
      const bodies = submitted.map(({ job, acceptance }) => ({
        ...toJobResource(job),
        acceptance,
      }));
      return Response.json(bodies, { status });
    },
  }),
  endpoint({
    method: "get",
    path: "/{cluster}/jobs/count",
    id: "countJobs",
    summary: "Counts jobs",
    tag,
    parts: clusterPath,
    query: jobFilterQuery,
    body: noBody,
    answers: { 200: { description: "How many", schema: count } },
    async handle({ site, path, query }) {
      return Response.json(await clusterOf(site, path.cluster).countJobs(query));
    },
  }),
  endpoint({
    method: "get",
    path: "/{cluster}/jobs/{id}",
    id: "findJob",
    summary: "Shows a job",
    tag,
    parts: jobPath,
    query: noQuery,
    body: noBody,
    answers: { 200: { description: "The job", schema: jobSchema } },
    async handle({ site, path }) {
      return Response.json(toJobResource(await clusterOf(site, path.cluster).findJob(path.id)));
    },
  }),
];

function onlyOne([submitted]: readonly SubmittedJob[]): SubmittedJob {
  invariant(submitted !== undefined, "Cannot show the job of a request: none was answered");
  return submitted;
}
