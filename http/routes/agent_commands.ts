/**
 * `/{cluster}/agent-connections/{id}`: draining and removing one agent connection.
 *
 * @module
 */

import { oneOf } from "../../core/cluster.ts";
import { z } from "@hono/zod-openapi";
import { type Endpoint, endpoint } from "../endpoint.ts";
import type { QueryPart } from "../query.ts";
import { toAgentResource } from "../resources/fleet.ts";
import { noBody } from "../schemas/body.ts";
import { agentSchema } from "../schemas/cluster.ts";
import { parameter } from "../schemas/field.ts";
import { noQuery } from "../schemas/page_query.ts";
import { namedPath } from "../schemas/path.ts";
import { readBy } from "../schemas/read.ts";
import { clusterOf } from "../site.ts";

const tag = "Agent connections";

const YES_NO = ["true", "false"] as const;

const removalSchema = z.strictObject({
  discardParked: parameter(
    "discardParked",
    (value, name) => oneOf(value, YES_NO, name) === "true",
    {
      type: "string",
      enum: [...YES_NO],
      description: "Whether messages that are parked there are deleted; otherwise they keep it",
    },
  ),
});

const removalQuery: QueryPart<{ readonly discardParked: boolean }> = {
  schema: removalSchema,
  read: (query) => ({
    discardParked: readBy(removalSchema, query, "the query").discardParked ?? false,
  }),
};

/** The endpoints that change one agent connection. */
export const agentCommandEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "delete",
    path: "/{cluster}/agent-connections/{id}",
    id: "removeAgentConnection",
    summary: "Forgets an agent connection that was drained and is empty",
    tag,
    parts: namedPath,
    query: removalQuery,
    body: noBody,
    answers: { 204: { description: "Forgotten" } },
    async handle({ site, path, query }) {
      await clusterOf(site, path.cluster).removeAgent(path.id, query);
      return new Response(null, { status: 204 });
    },
  }),
  commandEndpoint(
    "drain",
    "Begins to drain an agent connection: its workers give their buckets up",
  ),
  commandEndpoint("resume", "Takes an agent connection back that was being drained"),
];

function commandEndpoint(word: "drain" | "resume", summary: string): Endpoint {
  return endpoint({
    method: "post",
    path: `/{cluster}/agent-connections/{id}/${word}`,
    id: `${word}AgentConnection`,
    summary,
    tag,
    parts: namedPath,
    query: noQuery,
    body: noBody,
    answers: { 200: { description: "The agent connection as it is now", schema: agentSchema } },
    async handle({ site, path }) {
      const cluster = clusterOf(site, path.cluster);
      const agent =
        await (word === "drain" ? cluster.drainAgent(path.id) : cluster.resumeAgent(path.id));
      return Response.json(toAgentResource(agent, await cluster.countParked(path.id)));
    },
  });
}
