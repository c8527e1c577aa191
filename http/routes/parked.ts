/**
 * `/{cluster}/agent-connections/{id}/parked`: messages that nobody could use.
 *
 * @module
 */

import { type Endpoint, endpoint } from "../endpoint.ts";
import { toPageResource } from "../resources/page.ts";
import { toParkedChange, toParkedResource } from "../resources/parked.ts";
import { noBody } from "../schemas/body.ts";
import { noQuery } from "../schemas/page_query.ts";
import {
  parkedChangeSchema,
  parkedIdsBody,
  parkedListQuery,
  parkedSchema,
} from "../schemas/parked.ts";
import { namedPath } from "../schemas/path.ts";
import { pageOfSchema } from "../schemas/value.ts";
import { clusterOf } from "../site.ts";
import { encodeCursor } from "../whole_list.ts";

const tag = "Agent connections";

const CHANGED = { 200: { description: "Which ones", schema: parkedChangeSchema } };

/** The endpoints of parked messages. */
export const parkedEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "get",
    path: "/{cluster}/agent-connections/{id}/parked",
    id: "listParkedMessages",
    summary: "Lists messages nobody could use, the latest first",
    tag,
    parts: namedPath,
    query: parkedListQuery,
    body: noBody,
    answers: { 200: { description: "One page", schema: pageOfSchema(parkedSchema) } },
    async handle({ site, path, query }) {
      const page = await clusterOf(site, path.cluster).listParked(path.id, query);
      const { items, nextCursor } = toPageResource(page, toParkedResource);
      const cursor = nextCursor === null ? null : encodeCursor(nextCursor);
      return Response.json({ items, nextCursor: cursor });
    },
  }),
  endpoint({
    method: "delete",
    path: "/{cluster}/agent-connections/{id}/parked",
    id: "discardParkedMessages",
    summary: "Deletes messages nobody could use",
    tag,
    parts: namedPath,
    query: noQuery,
    body: parkedIdsBody,
    answers: CHANGED,
    async handle({ site, path, body: ids }) {
      const done = await clusterOf(site, path.cluster).discardParked(path.id, ids);
      return Response.json(toParkedChange(ids, done));
    },
  }),
  endpoint({
    method: "post",
    path: "/{cluster}/agent-connections/{id}/parked/requeue",
    id: "requeueParkedMessages",
    summary: "Puts messages nobody could use back into their queues, to be received anew",
    tag,
    parts: namedPath,
    query: noQuery,
    body: parkedIdsBody,
    answers: CHANGED,
    async handle({ site, path, body: ids }) {
      const done = await clusterOf(site, path.cluster).requeueParked(path.id, ids);
      return Response.json(toParkedChange(ids, done));
    },
  }),
];
