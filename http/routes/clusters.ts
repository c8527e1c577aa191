/**
 * `/clusters`: the clusters of this node and their settings.
 *
 * @module
 */

import { z } from "@hono/zod-openapi";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { toClusterResource } from "../resources/cluster.ts";
import { toPageResource } from "../resources/page.ts";
import { noBody } from "../schemas/body.ts";
import { clusterSchema } from "../schemas/cluster.ts";
import { noQuery, wholeListQuery } from "../schemas/page_query.ts";
import { clusterPath, noPath } from "../schemas/path.ts";
import { readSettings, settingsSchema } from "../schemas/settings_request.ts";
import { count, pageOfSchema } from "../schemas/value.ts";
import { clusterOf } from "../site.ts";
import { pageOf } from "../whole_list.ts";

const tag = "Clusters";

/** The endpoints of clusters. */
export const clusterEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "get",
    path: "/clusters",
    id: "listClusters",
    summary: "Lists the clusters",
    tag,
    parts: noPath,
    query: wholeListQuery,
    body: noBody,
    answers: { 200: { description: "One page", schema: pageOfSchema(clusterSchema) } },
    async handle({ site, query }) {
      const page = pageOf([...site.clusters.values()], query, ({ clusterId }) => clusterId);
      const items = await Promise.all(page.items.map((client) => client.cluster()));
      return Response.json(
        toPageResource({ items, nextCursor: page.nextCursor }, toClusterResource),
      );
    },
  }),
  endpoint({
    method: "get",
    path: "/clusters/count",
    id: "countClusters",
    summary: "Counts the clusters",
    tag,
    parts: noPath,
    query: noQuery,
    body: noBody,
    answers: { 200: { description: "How many", schema: count } },
    handle: ({ site }) => Response.json(site.clusters.size),
  }),
  endpoint({
    method: "get",
    path: "/clusters/ids",
    id: "listClusterIds",
    summary: "Lists the names of the clusters",
    tag,
    parts: noPath,
    query: wholeListQuery,
    body: noBody,
    answers: { 200: { description: "One page", schema: pageOfSchema(z.string()) } },
    handle: ({ site, query }) =>
      Response.json(pageOf([...site.clusters.keys()], query, (clusterId) => clusterId)),
  }),
  endpoint({
    method: "get",
    path: "/clusters/{cluster}",
    id: "findCluster",
    summary: "Shows a cluster and its settings",
    tag,
    parts: clusterPath,
    query: noQuery,
    body: noBody,
    answers: { 200: { description: "The cluster", schema: clusterSchema } },
    async handle({ site, path }) {
      return Response.json(toClusterResource(await clusterOf(site, path.cluster).cluster()));
    },
  }),
  endpoint({
    method: "patch",
    path: "/clusters/{cluster}",
    id: "changeClusterSettings",
    summary: "Changes settings; every node follows within seconds",
    tag,
    parts: clusterPath,
    query: noQuery,
    body: { schema: settingsSchema, read: readSettings },
    answers: { 200: { description: "The cluster as it is now", schema: clusterSchema } },
    async handle({ site, path, body }) {
      const changed = await clusterOf(site, path.cluster).changeSettings(body);
      return Response.json(toClusterResource(changed));
    },
  }),
];
