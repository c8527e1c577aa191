/**
 * `/{cluster}/buckets`: who owns which work.
 *
 * @module
 */

import { type Endpoint, endpoint } from "../endpoint.ts";
import { toBucketResource } from "../resources/fleet.ts";
import { toPageResource } from "../resources/page.ts";
import { noBody } from "../schemas/body.ts";
import { bucketSchema } from "../schemas/cluster.ts";
import { bucketFilterQuery, bucketListQuery } from "../schemas/fleet_query.ts";
import { noQuery } from "../schemas/page_query.ts";
import { clusterPath, namedPath } from "../schemas/path.ts";
import { count, pageOfSchema } from "../schemas/value.ts";
import { clusterOf } from "../site.ts";
import { pageOf } from "../whole_list.ts";

const tag = "Buckets";

/** The endpoints of buckets. */
export const bucketEndpoints: readonly Endpoint[] = [
  endpoint({
    method: "get",
    path: "/{cluster}/buckets",
    id: "listBuckets",
    summary: "Lists buckets by id",
    tag,
    parts: clusterPath,
    query: bucketListQuery,
    body: noBody,
    answers: { 200: { description: "One page", schema: pageOfSchema(bucketSchema) } },
    async handle({ site, path, query }) {
      const buckets = await clusterOf(site, path.cluster).listBuckets(query.filter);
      return Response.json(
        toPageResource(pageOf(buckets, query, ({ id }) => id), toBucketResource),
      );
    },
  }),
  endpoint({
    method: "get",
    path: "/{cluster}/buckets/count",
    id: "countBuckets",
    summary: "Counts buckets, up to 1,000",
    tag,
    parts: clusterPath,
    query: bucketFilterQuery,
    body: noBody,
    answers: { 200: { description: "How many", schema: count } },
    async handle({ site, path, query }) {
      return Response.json((await clusterOf(site, path.cluster).listBuckets(query)).length);
    },
  }),
  endpoint({
    method: "get",
    path: "/{cluster}/buckets/{id}",
    id: "findBucket",
    summary: "Shows a bucket",
    tag,
    parts: namedPath,
    query: noQuery,
    body: noBody,
    answers: { 200: { description: "The bucket", schema: bucketSchema } },
    async handle({ site, path }) {
      const bucket = await clusterOf(site, path.cluster).findBucket(path.id);
      return Response.json(toBucketResource(bucket));
    },
  }),
];
