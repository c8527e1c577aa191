/**
 * `/{cluster}/workers`: who runs the work.
 *
 * @module
 */

import { type Endpoint, endpoint } from "../endpoint.ts";
import { toWorkerResource } from "../resources/fleet.ts";
import { toPageResource } from "../resources/page.ts";
import { noBody } from "../schemas/body.ts";
import { workerSchema } from "../schemas/cluster.ts";
import { matchesWorker, workerFilterQuery, workerListQuery } from "../schemas/fleet_query.ts";
import { noQuery } from "../schemas/page_query.ts";
import { clusterPath, namedPath } from "../schemas/path.ts";
import { count, pageOfSchema } from "../schemas/value.ts";
import { clusterOf } from "../site.ts";
import { pageOf } from "../whole_list.ts";

const tag = "Workers";

/** The endpoints of workers. */
export const workerEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "get",
    path: "/{cluster}/workers",
    id: "listWorkers",
    summary: "Lists workers by id",
    tag,
    parts: clusterPath,
    query: workerListQuery,
    body: noBody,
    answers: { 200: { description: "One page", schema: pageOfSchema(workerSchema) } },
    async handle({ site, path, query }) {
      const workers = await clusterOf(site, path.cluster).listWorkers();
      const matching = workers.filter((worker) => matchesWorker(query.filter, worker));
      return Response.json(
        toPageResource(pageOf(matching, query, ({ id }) => id), toWorkerResource),
      );
    },
  }),
  endpoint({
    method: "get",
    path: "/{cluster}/workers/count",
    id: "countWorkers",
    summary: "Counts workers, up to 1,000",
    tag,
    parts: clusterPath,
    query: workerFilterQuery,
    body: noBody,
    answers: { 200: { description: "How many", schema: count } },
    async handle({ site, path, query }) {
      const workers = await clusterOf(site, path.cluster).listWorkers();
      return Response.json(workers.filter((worker) => matchesWorker(query, worker)).length);
    },
  }),
  endpoint({
    method: "get",
    path: "/{cluster}/workers/{id}",
    id: "findWorker",
    summary: "Shows a worker",
    tag,
    parts: namedPath,
    query: noQuery,
    body: noBody,
    answers: { 200: { description: "The worker", schema: workerSchema } },
    async handle({ site, path }) {
      const worker = await clusterOf(site, path.cluster).findWorker(path.id);
      return Response.json(toWorkerResource(worker));
    },
  }),
];
