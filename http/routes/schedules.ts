/**
 * `/{cluster}/recurring-schedules`: making and finding recurring schedules.
 *
 * @module
 */

import { type Endpoint, endpoint } from "../endpoint.ts";
import { toPageResource } from "../resources/page.ts";
import { toNextRunsResource, toScheduleResource } from "../resources/schedule.ts";
import { noBody } from "../schemas/body.ts";
import { noQuery } from "../schemas/page_query.ts";
import { clusterPath, schedulePath } from "../schemas/path.ts";
import { nextRunsSchema, scheduleSchema } from "../schemas/schedule.ts";
import {
  nextRunsQuery,
  scheduleFilterQuery,
  scheduleListQuery,
} from "../schemas/schedule_query.ts";
import { scheduleRequestBody } from "../schemas/schedule_request.ts";
import { count, pageOfSchema } from "../schemas/value.ts";
import { clusterOf, pathTo } from "../site.ts";

const tag = "Recurring schedules";

/** The endpoints that make and find recurring schedules. */
export const scheduleEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "get",
    path: "/{cluster}/recurring-schedules",
    id: "listSchedules",
    summary: "Lists recurring schedules, newest first",
    tag,
    parts: clusterPath,
    query: scheduleListQuery,
    body: noBody,
    answers: { 200: { description: "One page", schema: pageOfSchema(scheduleSchema) } },
    async handle({ site, path, query }) {
      const page = await clusterOf(site, path.cluster).listSchedules(query);
      return Response.json(toPageResource(page, toScheduleResource));
    },
  }),
  endpoint({
    method: "post",
    path: "/{cluster}/recurring-schedules",
    id: "createSchedule",
    summary: "Makes a recurring schedule",
    tag,
    parts: clusterPath,
    query: noQuery,
    body: scheduleRequestBody,
    answers: {
      201: { description: "The new schedule", schema: scheduleSchema },
      200: { description: "It was there already", schema: scheduleSchema },
    },
    async handle({ site, path, body }) {
      const submitted = await clusterOf(site, path.cluster).createSchedule(body);
      const { id } = submitted.schedule;
      const location = pathTo(site, path.cluster, "recurring-schedules", id);
      const status = submitted.created ? 201 : 200;
      return Response.json(toScheduleResource(submitted), { status, headers: { location } });
    },
  }),
  endpoint({
    method: "get",
    path: "/{cluster}/recurring-schedules/count",
    id: "countSchedules",
    summary: "Counts recurring schedules",
    tag,
    parts: clusterPath,
    query: scheduleFilterQuery,
    body: noBody,
    answers: { 200: { description: "How many", schema: count } },
    async handle({ site, path, query }) {
      return Response.json(await clusterOf(site, path.cluster).countSchedules(query));
    },
  }),
  endpoint({
    method: "get",
    path: "/{cluster}/recurring-schedules/{id}/next",
    id: "previewSchedule",
    summary: "Foretells the next runs of a recurring schedule, as if it were active",
    tag,
    parts: schedulePath,
    query: nextRunsQuery,
    body: noBody,
    answers: { 200: { description: "The runs, earliest first", schema: nextRunsSchema } },
    async handle({ site, path, query }) {
      const preview = await clusterOf(site, path.cluster).previewSchedule(path.id, query);
      return Response.json(toNextRunsResource(preview));
    },
  }),
  endpoint({
    method: "get",
    path: "/{cluster}/recurring-schedules/{id}",
    id: "findSchedule",
    summary: "Shows a recurring schedule",
    tag,
    parts: schedulePath,
    query: noQuery,
    body: noBody,
    answers: { 200: { description: "The schedule", schema: scheduleSchema } },
    async handle({ site, path }) {
      const report = await clusterOf(site, path.cluster).findSchedule(path.id);
      return Response.json(toScheduleResource(report));
    },
  }),
];
