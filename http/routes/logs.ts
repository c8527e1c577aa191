/**
 * `/{cluster}/logs` and `/{cluster}/stats`: what happens in a cluster.
 *
 * @module
 */

import { type Endpoint, endpoint } from "../endpoint.ts";
import { toStatisticsResource } from "../resources/cluster.ts";
import { toListedLogResource, toLogResource } from "../resources/log.ts";
import { toPageResource } from "../resources/page.ts";
import { noBody } from "../schemas/body.ts";
import { logSchema, statisticsSchema } from "../schemas/cluster.ts";
import { logFilterQuery, logListQuery } from "../schemas/log_query.ts";
import { noQuery } from "../schemas/page_query.ts";
import { clusterPath, logPath } from "../schemas/path.ts";
import { count, pageOfSchema } from "../schemas/value.ts";
import { windowQuery } from "../schemas/window_query.ts";
import { clusterOf } from "../site.ts";

/** The endpoints of logs and statistics. */
export const logEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "get",
    path: "/{cluster}/logs",
    id: "listLogs",
    summary: "Lists log entries, newest first, long texts cut to 100 characters",
    tag: "Logs",
    parts: clusterPath,
    query: logListQuery,
    body: noBody,
    answers: { 200: { description: "One page", schema: pageOfSchema(logSchema) } },
    async handle({ site, path, query }) {
      const page = await clusterOf(site, path.cluster).listLogs(query);
      return Response.json(toPageResource(page, toListedLogResource));
    },
  }),
  endpoint({
    method: "get",
    path: "/{cluster}/logs/count",
    id: "countLogs",
    summary: "Counts log entries",
    tag: "Logs",
    parts: clusterPath,
    query: logFilterQuery,
    body: noBody,
    answers: { 200: { description: "How many", schema: count } },
    async handle({ site, path, query }) {
      return Response.json(await clusterOf(site, path.cluster).countLogs(query));
    },
  }),
  endpoint({
    method: "get",
    path: "/{cluster}/logs/{id}",
    id: "findLog",
    summary: "Shows a log entry with its whole text",
    tag: "Logs",
    parts: logPath,
    query: noQuery,
    body: noBody,
    answers: { 200: { description: "The log entry", schema: logSchema } },
    async handle({ site, path }) {
      return Response.json(toLogResource(await clusterOf(site, path.cluster).findLog(path.id)));
    },
  }),
  endpoint({
    method: "get",
    path: "/{cluster}/stats",
    id: "showStatistics",
    summary: "Shows jobs per status, throughput, and how long jobs wait and run",
    tag: "Statistics",
    parts: clusterPath,
    query: windowQuery,
    body: noBody,
    answers: { 200: { description: "The statistics", schema: statisticsSchema } },
    async handle({ site, path, query: windowMs }) {
      const statistics = await clusterOf(site, path.cluster).statistics(windowMs);
      return Response.json(toStatisticsResource(path.cluster, windowMs, statistics));
    },
  }),
];
