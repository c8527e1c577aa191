/**
 * What an endpoint is: a value that says what it takes, what it answers and how.
 *
 * The same schemas read the request and make the OpenAPI document.
 *
 * @module
 */

import type { RouteConfig, z } from "@hono/zod-openapi";
import { JobMasterError } from "../core/errors.ts";
import { formatDuration } from "../core/time.ts";
import { withDeadline } from "./deadline.ts";
import { readJsonBody } from "./json_body.ts";
import { type QueryPart, readQuery } from "./query.ts";
import { problemSchema } from "./schemas/problem.ts";
import { readBy } from "./schemas/read.ts";
import type { Site } from "./site.ts";

/** The methods of endpoints. */
export type Method = "get" | "post" | "patch" | "delete";

/** What an endpoint takes in its body. */
export interface BodyPart<T> {
  /** What the OpenAPI document shows; `null` shows no body. */
  readonly schema: z.ZodType | null;
  /** Reads it; `undefined` is no body. */
  readonly read: (body: unknown) => T;
}

/** What an endpoint answers with one status. */
export interface AnswerShape {
  /** When it does. */
  readonly description: string;
  /** What the answer's body is; none without it. */
  readonly schema?: z.ZodType;
  /** The body's type. @default {"application/json"} */
  readonly mediaType?: string;
}

/** A request that has been read. */
export interface Call<Path, Query, Body> {
  /** What every endpoint may use. */
  readonly site: Site;
  /** The parts of the path. */
  readonly path: Path;
  /** The query. */
  readonly query: Query;
  /** The body. */
  readonly body: Body;
}

/** How an endpoint is declared. */
export interface EndpointSpec<Shape extends z.ZodRawShape, Query, Body> {
  /** The method. */
  readonly method: Method;
  /** The path below the API's, with `{names}`. */
  readonly path: string;
  /** Whether the path is not below the API's. @default {false} */
  readonly outside?: boolean;
  /** Name of the operation, unique. */
  readonly id: string;
  /** What it does, in a few words. */
  readonly summary: string;
  /** Under which heading it is shown. */
  readonly tag: string;
  /** The parts of its path. */
  readonly parts: z.ZodObject<Shape>;
  /** What it takes in its query. */
  readonly query: QueryPart<Query>;
  /** What it takes in its body. */
  readonly body: BodyPart<Body>;
  /** What it answers when all is well, per status. */
  readonly answers: Readonly<Record<number, AnswerShape>>;
  /** Answers. */
  readonly handle: (
    call: Call<z.output<z.ZodObject<Shape>>, Query, Body>,
  ) => Response | Promise<Response>;
}

/** An endpoint, whatever it takes. */
export interface Endpoint {
  /** The method. */
  readonly method: Method;
  /** The path with `{names}`, below the API's unless it is outside. */
  readonly path: string;
  /** Whether the path is not below the API's. */
  readonly outside: boolean;
  /** What the OpenAPI document says of it; `path` is the whole path. */
  readonly describe: (path: string) => RouteConfig;
  /** Reads a request and answers it. */
  readonly answer: (
    site: Site,
    request: Request,
    parts: Readonly<Record<string, string>>,
  ) => Promise<Response>;
}

/** Declares an endpoint. */
export function endpoint<Shape extends z.ZodRawShape, Query, Body>(
  spec: EndpointSpec<Shape, Query, Body>,
): Endpoint {
  return {
    method: spec.method,
    path: spec.path,
    outside: spec.outside ?? false,
    describe: (path) => describe(spec, path),
    async answer(site, request, parts) {
      const path = readBy(spec.parts, parts, "the path");
      const query = spec.query.read(readQuery(request.url));
      const body = spec.body.read(await bodyOf(spec, request, site));
      const work = Promise.resolve(spec.handle({ site, path, query, body }));
      return await withDeadline(work, { ...site, expired: () => tooSlow(site) });
    },
  };
}

/** A DELETE has a body only where it has to name things. */
async function bodyOf(
  { method, body }: { readonly method: Method; readonly body: Pick<BodyPart<unknown>, "schema"> },
  request: Request,
  site: Site,
): Promise<unknown> {
  if (method === "get" || (method === "delete" && body.schema === null)) return undefined;
  const { maxBodyBytes: maxBytes, timeoutMs, clock } = site;
  return await readJsonBody(request, { maxBytes, timeoutMs, clock });
}

function tooSlow({ timeoutMs }: Site): JobMasterError {
  return new JobMasterError(
    "ask_timeout",
    `Cannot answer the request within ${formatDuration(timeoutMs)}: the cluster did not reply`,
    { retryable: true },
  );
}

function describe<Shape extends z.ZodRawShape, Query, Body>(
  spec: EndpointSpec<Shape, Query, Body>,
  path: string,
): RouteConfig {
  const { schema } = spec.body;
  const answers = Object.entries(spec.answers).map(([status, shape]) =>
    [status, describeAnswer(shape)] as const
  );
  return {
    method: spec.method,
    path,
    operationId: spec.id,
    summary: spec.summary,
    tags: [spec.tag],
    request: {
      params: spec.parts,
      query: spec.query.schema,
      ...(schema === null
        ? {}
        : { body: { required: true, content: { "application/json": { schema } } } }),
    },
    responses: { ...Object.fromEntries(answers), default: PROBLEM },
  };
}

function describeAnswer({ description, schema, mediaType = "application/json" }: AnswerShape) {
  return schema === undefined
    ? { description }
    : { description, content: { [mediaType]: { schema } } };
}

const PROBLEM = {
  description: "A problem (RFC 9457)",
  content: { "application/problem+json": { schema: problemSchema } },
};
