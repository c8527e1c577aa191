/**
 * How far back statistics look.
 *
 * @module
 */

import { z } from "@hono/zod-openapi";
import { parseDuration } from "../../core/time.ts";
import type { QueryPart } from "../query.ts";
import { parameter } from "./field.ts";
import { readBy } from "./read.ts";

const DEFAULT_WINDOW_MS = 300_000;
const MIN_WINDOW_MS = 1_000;
const MAX_WINDOW_MS = 90 * 86_400_000;

const windowSchema = z.strictObject({
  window: parameter(
    "window",
    (value, what) => parseDuration(value, { what, minMs: MIN_WINDOW_MS, maxMs: MAX_WINDOW_MS }),
    { type: "string", default: "5m", description: "1 s to 90 d", example: "1h" },
  ),
});

/** The window of statistics, in milliseconds. */
export const windowQuery: QueryPart<number> = {
  schema: windowSchema,
  read: (query) => readBy(windowSchema, query, "the query").window ?? DEFAULT_WINDOW_MS,
};
