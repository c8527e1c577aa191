/**
 * Finds the endpoint of a request.
 *
 * @module
 */

import { OpenAPIHono } from "@hono/zod-openapi";
import { JobMasterError } from "../core/errors.ts";
import { shown } from "../core/names.ts";
import type { Endpoint } from "./endpoint.ts";
import { HttpRefusal } from "./problem.ts";
import type { Site } from "./site.ts";

/**
 * Routes requests to `endpoints`; the first path that fits decides, so literal paths stand before open ones.
 * Whatever fails is thrown.
 */
export function buildRouter(site: Site, endpoints: readonly Endpoint[]): OpenAPIHono {
  const router = new OpenAPIHono();
  const byPath = Map.groupBy(
    endpoints,
    ({ outside, path }) => outside ? path : `${site.basePath}${path}`,
  );
  for (const [path, group] of byPath) {
    const pattern = path.replaceAll(/\{(\w+)\}/g, ":$1");
    for (const each of group) {
      router.openAPIRegistry.registerPath(each.describe(path));
      router.on(
        each.method.toUpperCase(),
        pattern,
        (context) => each.answer(site, context.req.raw, context.req.param()),
      );
    }
    const allow = allowed(group);
    router.all(pattern, (context) => refuseMethod(context.req.method, path, allow));
  }
  router.notFound((context) => {
    throw new JobMasterError(
      "route_not_found",
      `Cannot find ${shown(context.req.path)}: see ${site.basePath}/openapi.json for the paths`,
    );
  });
  router.onError((error) => {
    throw error;
  });
  return router;
}

function allowed(group: readonly Endpoint[]): string {
  const methods = group.map(({ method }) => method.toUpperCase());
  return [...methods, ...(methods.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
}

function refuseMethod(method: string, path: string, allow: string): Response {
  if (method === "OPTIONS") return new Response(null, { status: 204, headers: { allow } });
  throw new HttpRefusal(
    "method_not_allowed",
    `Cannot ${method} ${path}: it takes ${allow}`,
    { headers: { allow } },
  );
}
