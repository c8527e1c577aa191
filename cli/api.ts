/**
 * The HTTP API of a cluster, as commands call it. Remote and direct use differ only in `send`.
 *
 * @module
 */

import type { Clock } from "../core/clock.ts";
import { ApiError } from "./api_error.ts";
import { pause } from "./context.ts";

/** A job as the API shows it; commands read these fields and pass the others on. */
export interface JobDocument {
  /** Its id. */
  readonly id: string;
  /** Where it is in its life. */
  readonly status: string;
  /** Names its handler. */
  readonly definitionId: string;
  /** Everything else. */
  readonly [field: string]: unknown;
}

/** Anything else the API shows. */
export type Document = Readonly<Record<string, unknown>>;

/** One page of a list. */
export interface PageDocument<Item> {
  /** The items. */
  readonly items: readonly Item[];
  /** Where the next page starts; `null` at the end. */
  readonly nextCursor: string | null;
}

/** Query parameters; several values repeat the parameter. */
export type ApiQuery = Readonly<Record<string, string | readonly string[] | undefined>>;

/** One call. */
export interface ApiCall {
  /** @default {"GET"} */
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  /** Path segments below the base; each is encoded. */
  readonly path: readonly string[];
  /** Query parameters. */
  readonly query?: ApiQuery;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** What an {@linkcode Api} is made of. */
export interface ApiOptions {
  /** The cluster. */
  readonly clusterId: string;
  /** Address of the API, base path included, without a slash at the end. */
  readonly baseUrl: string;
  /** Sends a request. */
  readonly send: (request: Request) => Promise<Response>;
  /** Paces repeated calls. */
  readonly clock: Clock;
  /** Sent with every call. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Releases what `send` needs. */
  readonly close?: () => Promise<void>;
}

/** Times a call is sent while the cluster answers that it is too busy. */
const MAX_SENDS = 6;
const MAX_BUSY_PAUSE_MS = 5_000;

/** The API of one cluster. Every call fails with an {@linkcode ApiError} that carries the problem's code. */
export class Api implements AsyncDisposable {
  /** The cluster. */
  readonly clusterId: string;
  readonly #options: ApiOptions;

  /** Connects nothing: the first call does. */
  constructor(options: ApiOptions) {
    this.clusterId = options.clusterId;
    this.#options = options;
  }

  /** Makes a call below the cluster's path. */
  inCluster<Answer>(call: ApiCall): Promise<Answer> {
    return this.call({ ...call, path: [this.clusterId, ...call.path] });
  }

  /** Makes a call about the cluster itself. */
  ofCluster<Answer>(call: Omit<ApiCall, "path">): Promise<Answer> {
    return this.call({ ...call, path: ["clusters", this.clusterId] });
  }

  /**
   * Makes a call, again while the cluster answers 503 with `Retry-After`: then it has taken nothing. A call that
   * timed out inside may have been taken, so it is not made again.
   *
   * @throws {ApiError} with the problem's status, code and detail.
   */
  async call<Answer>(call: ApiCall): Promise<Answer> {
    for (let sends = 1;; sends++) {
      const response = await this.#send(call);
      if (response.ok) return await readBody(response) as Answer;
      const error = await readProblem(response);
      const waitMs = error.code === "ask_timeout" ? undefined : busyPauseMs(response);
      if (waitMs === undefined || sends === MAX_SENDS) throw error;
      await pause(this.#options.clock, waitMs);
    }
  }

  #send({ method = "GET", path, query = {}, body }: ApiCall): Promise<Response> {
    const { baseUrl, headers = {}, send } = this.#options;
    const url = `${baseUrl}/${path.map(encodeURIComponent).join("/")}${queryText(query)}`;
    return send(
      new Request(url, {
        method,
        redirect: "manual",
        headers: {
          accept: "application/json",
          ...headers,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
  }

  /** Releases the connection. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#options.close?.();
  }
}

function queryText(query: ApiQuery): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const each of typeof value === "string" ? [value] : value) parameters.append(name, each);
  }
  const text = parameters.toString();
  return text === "" ? "" : `?${text}`;
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(
      502,
      "not_an_api",
      `Cannot read the answer of ${
        response.url || "the API"
      }: it is not JSON, so this is not the address of an API`,
    );
  }
}

async function readProblem(response: Response): Promise<ApiError> {
  const text = await response.text();
  const { status } = response;
  const problem = parseProblem(text);
  const code = typeof problem.code === "string" ? problem.code : `http_${status}`;
  const said = problem.detail ?? problem.title;
  const error = new ApiError(status, code, String(said ?? `The API answered ${status}`));
  if (Array.isArray(problem.problems)) error.problems = problem.problems.map(String);
  return error;
}

function parseProblem(text: string): Document {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {}; // something in between answered; its status says enough
  }
}

function busyPauseMs(response: Response): number | undefined {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  if (response.status !== 503 || Number.isNaN(seconds)) return undefined;
  return Math.min(Math.max(seconds * 1_000, 50), MAX_BUSY_PAUSE_MS);
}
