/**
 * The OpenAPI 3.1 document of the API.
 *
 * @module
 */

import type { OpenAPIHono } from "@hono/zod-openapi";

/** The document of everything `router` serves, as JSON text. */
export function openApiText(router: OpenAPIHono, version: string): string {
  return JSON.stringify(router.getOpenAPI31Document({
    openapi: "3.1.0",
    info: {
      title: "JobMaster",
      version,
      description: "Schedules jobs and shows what became of them. Statuses are names, instants " +
        "ISO-8601 in UTC, durations ISO-8601; failures are problem documents with a stable code.",
    },
  }));
}
