/**
 * `/{cluster}/agent-connections`: over what jobs travel.
 *
 * @module
 */

import type { ClusterClient } from "../../actors/client.ts";
import { type Endpoint, endpoint } from "../endpoint.ts";
import { toAgentResource } from "../resources/fleet.ts";
import { noBody } from "../schemas/body.ts";
import { agentSchema } from "../schemas/cluster.ts";
import { noQuery, wholeListQuery } from "../schemas/page_query.ts";
import { clusterPath, namedPath } from "../schemas/path.ts";
import { count, pageOfSchema } from "../schemas/value.ts";
import { clusterOf } from "../site.ts";
import { pageOf } from "../whole_list.ts";

const tag = "Agent connections";

/** The endpoints of agent connections. */
export const agentEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "get",
    path: "/{cluster}/agent-connections",
    id: "listAgentConnections",
    summary: "Lists agent connections by name",
    tag,
    parts: clusterPath,
    query: wholeListQuery,
    body: noBody,
    answers: { 200: { description: "One page", schema: pageOfSchema(agentSchema) } },
    async handle({ site, path, query }) {
      const cluster = clusterOf(site, path.cluster);
      const page = pageOf(await cluster.listAgents(), query, ({ name }) => name);
      const parked = await Promise.all(page.items.map(({ name }) => cluster.countParked(name)));
      const items = page.items.map((agent, index) => toAgentResource(agent, parked[index] ?? null));
      return Response.json({ items, nextCursor: page.nextCursor });
    },
  }),
  endpoint({
    method: "get",
    path: "/{cluster}/agent-connections/count",
    id: "countAgentConnections",
    summary: "Counts agent connections, up to 1,000",
    tag,
    parts: clusterPath,
    query: noQuery,
    body: noBody,
    answers: { 200: { description: "How many", schema: count } },
    async handle({ site, path }) {
      return Response.json((await clusterOf(site, path.cluster).listAgents()).length);
    },
  }),
  endpoint({
    method: "get",
    path: "/{cluster}/agent-connections/{id}",
    id: "findAgentConnection",
    summary: "Shows an agent connection",
    tag,
    parts: namedPath,
    query: noQuery,
    body: noBody,
    answers: { 200: { description: "The agent connection", schema: agentSchema } },
    async handle({ site, path }) {
      return await showAgent(clusterOf(site, path.cluster), path.id);
    },
  }),
];

async function showAgent(cluster: ClusterClient, name: string): Promise<Response> {
  const [agent, parked] = await Promise.all([cluster.findAgent(name), cluster.countParked(name)]);
  return Response.json(toAgentResource(agent, parked));
}
