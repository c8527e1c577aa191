/**
 * The façade before a recording cluster, and how tests speak to it.
 *
 * @module
 */

import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { createHandler, type HandlerOptions, type ProblemResource } from "../../../http/mod.ts";
import { type ClusterMethods, type RecordingClient, recordingClient } from "./recording_client.ts";

/** A façade and the cluster behind it. */
export interface Facade {
  /** The cluster, named `local`. */
  readonly client: RecordingClient;
  /** Sends a request to a path below the API's; JSON is sent for a body that is no text or bytes. */
  readonly send: (method: string, path: string, init?: Sent) => Promise<Response>;
}

/** What is sent besides method and path. */
export interface Sent {
  /** The body. */
  readonly body?: unknown;
  /** The headers; `content-type` is JSON where there is a body, unless given. `null` leaves one out. */
  readonly headers?: Readonly<Record<string, string | null>>;
}

/** A façade whose cluster answers with `answers`. */
export function facade(
  answers: Partial<ClusterMethods> = {},
  options: Partial<HandlerOptions> = {},
): Facade {
  const client = recordingClient(answers);
  const handler = createHandler({ clusters: [client], ...options });
  return {
    client,
    send: (method, path, init) => handler.fetch(request(method, `/jm-api${path}`, init)),
  };
}

/** A request to a path of this machine. */
export function request(method: string, path: string, { body, headers = {} }: Sent = {}): Request {
  const raw = typeof body === "string" || body instanceof Uint8Array ||
    body instanceof ReadableStream;
  return new Request(`http://localhost:8080${path}`, {
    method,
    headers: Object.entries({
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    }).filter((header): header is [string, string] => header[1] !== null),
    ...(body === undefined ? {} : { body: raw ? body as BodyInit : JSON.stringify(body) }),
  });
}

/** The problem a response tells of; fails unless it is a whole one that fits its status. */
export async function problemOf(response: Response): Promise<ProblemResource> {
  strictEqual(response.headers.get("content-type"), "application/problem+json");
  const problem = await response.json() as ProblemResource;
  strictEqual(problem.status, response.status);
  strictEqual(problem.type, `urn:jobmaster:error:${problem.code}`);
  for (const field of ["title", "detail", "instance"] as const) {
    strictEqual(typeof problem[field], "string");
  }
  return problem;
}

/** Fails unless `response` refuses with this status and code, saying every one of `words`; nothing may have been asked. */
export async function assertRefused(
  { client }: Facade,
  response: Response,
  expected: { readonly status: number; readonly code: string; readonly says: readonly string[] },
): Promise<void> {
  const { status, code, detail } = await problemOf(response);
  const missing = expected.says.filter((words) => !detail.includes(words));
  deepStrictEqual(
    { status, code, missing, detail: missing.length === 0 ? "" : detail },
    { status: expected.status, code: expected.code, missing: [], detail: "" },
  );
  deepStrictEqual(client.calls, []);
}
