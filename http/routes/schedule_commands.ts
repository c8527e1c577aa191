/**
 * `/{cluster}/recurring-schedules/{id}`: changing one recurring schedule.
 *
 * @module
 */

import { invariant } from "../../core/errors.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { toJobResource } from "../resources/job.ts";
import { toScheduleResource } from "../resources/schedule.ts";
import { noBody } from "../schemas/body.ts";
import { jobSchema } from "../schemas/job.ts";
import { noQuery } from "../schemas/page_query.ts";
import { schedulePath } from "../schemas/path.ts";
import { scheduleSchema } from "../schemas/schedule.ts";
import { scheduleChangeBody } from "../schemas/schedule_request.ts";
import { clusterOf, pathTo } from "../site.ts";

const tag = "Recurring schedules";

/** The endpoints that change one recurring schedule. */
export const scheduleCommandEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "patch",
    path: "/{cluster}/recurring-schedules/{id}",
    id: "editSchedule",
    summary: "Changes a recurring schedule; what is left out stays",
    tag,
    parts: schedulePath,
    query: noQuery,
    body: scheduleChangeBody,
    answers: { 200: { description: "The schedule as it is now", schema: scheduleSchema } },
    async handle({ site, path, body: change }) {
      const cluster = clusterOf(site, path.cluster);
      const changed = await cluster.changeSchedule(path.id, { type: "edit", change });
      return Response.json(toScheduleResource(changed));
    },
  }),
  endpoint({
    method: "delete",
    path: "/{cluster}/recurring-schedules/{id}",
    id: "removeSchedule",
    summary: "Deletes a recurring schedule; its jobs that wait are cancelled",
    tag,
    parts: schedulePath,
    query: noQuery,
    body: noBody,
    answers: { 204: { description: "Deleted" } },
    async handle({ site, path }) {
      await clusterOf(site, path.cluster).changeSchedule(path.id, { type: "remove" });
      return new Response(null, { status: 204 });
    },
  }),
  commandEndpoint("pause", "Pauses a recurring schedule"),
  commandEndpoint("resume", "Resumes a recurring schedule that is paused"),
  commandEndpoint("cancel", "Cancels a recurring schedule for good"),
  endpoint({
    method: "post",
    path: "/{cluster}/recurring-schedules/{id}/run-now",
    id: "runScheduleNow",
    summary: "Makes one job of a recurring schedule, due now",
    tag,
    parts: schedulePath,
    query: noQuery,
    body: noBody,
    answers: { 201: { description: "The job", schema: jobSchema } },
    async handle({ site, path }) {
      const cluster = clusterOf(site, path.cluster);
      const { job } = await cluster.changeSchedule(path.id, { type: "run_now" });
      invariant(job !== null, "Cannot show the job of a schedule that was run: none was answered");
      const location = pathTo(site, path.cluster, "jobs", job.id);
      return Response.json(toJobResource(job), { status: 201, headers: { location } });
    },
  }),
];

function commandEndpoint(word: "pause" | "resume" | "cancel", summary: string): Endpoint {
  return endpoint({
    method: "post",
    path: `/{cluster}/recurring-schedules/{id}/${word}`,
    id: `${word}Schedule`,
    summary,
    tag,
    parts: schedulePath,
    query: noQuery,
    body: noBody,
    answers: { 200: { description: "The schedule as it is now", schema: scheduleSchema } },
    async handle({ site, path }) {
      const changed = await clusterOf(site, path.cluster).changeSchedule(path.id, { type: word });
      return Response.json(toScheduleResource(changed));
    },
  });
}
