/**
 * An API that answers what a test says, and remembers what it was asked.
 *
 * @module
 */

import { Api } from "../../../cli/api.ts";
import type { Clock } from "../../../core/clock.ts";
import { systemClock } from "../../../core/clock.ts";

/** One request as it arrived. */
export interface Asked {
  /** The method. */
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** The body; `null` for none. */
  readonly body: unknown;
  /** What is done with redirects. */
  readonly redirect: RequestRedirect;
  /** The headers. */
  readonly headers: Headers;
}

/** An API under a test's control. */
export interface ScriptedApi {
  /** What commands use. */
  readonly api: Api;
  /** What it was asked, in order. */
  readonly asked: readonly Asked[];
}

/** Makes an API; `answer` is called for each request. */
export function scriptedApi(
  answer: (asked: Asked, index: number) => Response,
  { clock = impatientClock(), headers = {} }: {
    readonly clock?: Clock;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): ScriptedApi {
  const asked: Asked[] = [];
  const send = async (request: Request) => {
    const { pathname, search } = new URL(request.url);
    const text = await request.text();
    asked.push({
      method: request.method,
      path: pathname + search,
      body: text === "" ? null : JSON.parse(text),
      redirect: request.redirect,
      headers: request.headers,
    });
    return answer(asked.at(-1)!, asked.length - 1);
  };
  const api = new Api({ clusterId: "c 1", baseUrl: "http://h/jm-api", send, clock, headers });
  return { api, asked };
}

/** A clock whose waits pass at once: its time moves on by what is waited for. */
export function impatientClock(): Clock & { readonly waits: readonly number[] } {
  const waits: number[] = [];
  let elapsedMs = 0;
  return {
    waits,
    now: () => elapsedMs,
    monotonic: () => elapsedMs,
    schedule(delayMs, callback) {
      waits.push(delayMs);
      elapsedMs += delayMs;
      systemClock.immediate(callback);
      return { [Symbol.dispose]: () => {} };
    },
    immediate: (callback) => systemClock.immediate(callback),
  };
}

/** A problem document. */
export function problem(status: number, code: string, more: object = {}): Response {
  const { headers, ...fields } = more as { readonly headers?: HeadersInit };
  return Response.json({ code, detail: `Cannot: ${code}`, ...fields }, {
    status,
    ...(headers === undefined ? {} : { headers }),
  });
}
