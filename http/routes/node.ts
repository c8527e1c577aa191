/**
 * What a node says of itself: its health, its documentation, its front page.
 *
 * @module
 */

import { z } from "@hono/zod-openapi";
import type { ClusterClient } from "../../actors/client.ts";
import { codeOf } from "../../core/errors.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { frontPage } from "../front_page.ts";
import {
  type ClusterHealthResource,
  type HealthResource,
  toClusterHealthResource,
} from "../resources/cluster.ts";
import { noBody } from "../schemas/body.ts";
import { healthSchema } from "../schemas/cluster.ts";
import { noQuery } from "../schemas/page_query.ts";
import { noPath } from "../schemas/path.ts";

const tag = "Node";

/** The endpoints of the node itself. */
export const nodeEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "get",
    path: "/openapi.json",
    id: "showOpenApi",
    summary: "Shows this document",
    tag,
    parts: noPath,
    query: noQuery,
    body: noBody,
    answers: { 200: { description: "OpenAPI 3.1", schema: z.looseObject({}) } },
    handle: ({ site }) =>
      new Response(site.openApiText(), { headers: { "content-type": "application/json" } }),
  }),
  endpoint({
    method: "get",
    path: "/health/live",
    outside: true,
    id: "showLiveness",
    summary: "Says that the node answers",
    tag,
    parts: noPath,
    query: noQuery,
    body: noBody,
    answers: {
      200: { description: "It does", schema: z.strictObject({ live: z.literal(true) }) },
    },
    handle: () => Response.json({ live: true }),
  }),
  endpoint({
    method: "get",
    path: "/health/ready",
    outside: true,
    id: "showReadiness",
    summary: "Says whether the node can do its work in every cluster",
    tag,
    parts: noPath,
    query: noQuery,
    body: noBody,
    answers: {
      200: { description: "It can", schema: healthSchema },
      503: { description: "It cannot, and why", schema: healthSchema },
    },
    async handle({ site }) {
      const clusters = await Promise.all([...site.clusters.values()].map(clusterHealth));
      const problems = clusters.flatMap(({ problems }) => problems);
      const health: HealthResource = {
        ready: clusters.every(({ ready }) => ready),
        problems,
        clusters,
      };
      return Response.json(health, { status: health.ready ? 200 : 503 });
    },
  }),
  endpoint({
    method: "get",
    path: "/",
    outside: true,
    id: "showFrontPage",
    summary: "A page for people",
    tag,
    parts: noPath,
    query: noQuery,
    body: noBody,
    answers: { 200: { description: "HTML", mediaType: "text/html", schema: z.string() } },
    handle: ({ site }) =>
      new Response(frontPage(site), { headers: { "content-type": "text/html; charset=utf-8" } }),
  }),
];

/** A cluster that cannot even say how it is, is not ready: what it failed with stays inside. */
async function clusterHealth(client: ClusterClient): Promise<ClusterHealthResource> {
  const { clusterId } = client;
  try {
    return toClusterHealthResource(clusterId, await client.health());
  } catch (error) {
    const problem = `Cannot read the health of cluster "${clusterId}": ${codeOf(error)}`;
    return { clusterId, ready: false, problems: [problem], master: null, masterLatency: null };
  }
}
