/**
 * Fields of bodies and parameters of queries: the engine's own readers, with a schema to show.
 *
 * @module
 */

import { z } from "@hono/zod-openapi";
import { oneOf } from "../../core/cluster.ts";
import { codeOf } from "../../core/errors.ts";
import type { Query } from "../../core/parse_filter.ts";
import { single } from "../query.ts";

/** How a field looks in the OpenAPI document. An alias, because an interface may not stand for open-ended types. */
export type FieldShape = {
  /** Its JSON type, or types. */
  readonly type:
    | "string"
    | "integer"
    | "number"
    | "object"
    | "array"
    | ("string" | "integer" | "object" | "null")[];
  /** What it is for. */
  readonly description?: string;
  /** Its format. */
  readonly format?: string;
  /** Its values. */
  readonly enum?: (string | null)[];
  /** A value, to show. */
  readonly example?: unknown;
  /** Least value. */
  readonly minimum?: number;
  /** Greatest value. */
  readonly maximum?: number;
  /** Longest text. */
  readonly maxLength?: number;
  /** What is used when it is left out. */
  readonly default?: unknown;
};

/** A field of a body, read by `read`; it may be left out. */
export function field<T>(
  read: (value: unknown) => T,
  shape: FieldShape,
): z.ZodType<T | undefined> {
  return z.unknown().transform((value, context) => attempt(context, () => read(value)))
    .openapi(shape).optional();
}

/** A field of a body, read by `read`; it must be there. */
export function requiredField<T>(
  read: (value: unknown) => T,
  shape: FieldShape,
): z.ZodType<T> {
  return z.custom<NonNullable<unknown>>(() => true)
    .transform((value, context) => attempt(context, () => read(value))).openapi(shape);
}

/** A part of the path, read by `read`. */
export function pathField<T>(read: (value: string) => T, shape: FieldShape): z.ZodType<T> {
  return z.string().transform((value, context) => attempt(context, () => read(value)))
    .openapi(shape);
}

/** A query parameter that may be given once, read by `read`; it may be left out. */
export function parameter<T>(
  name: string,
  read: (value: string, name: string) => T,
  shape: FieldShape,
): z.ZodType<T | undefined> {
  return z.array(z.string()).transform((values, context) =>
    attempt(context, () => read(single({ [name]: values } satisfies Query, name) ?? "", name))
  ).openapi(shape).optional();
}

/** A query parameter that takes some of `words`: repeated, or separated by commas; it may be left out. */
export function wordsParameter<Word extends string>(
  name: string,
  words: readonly Word[],
): z.ZodType<readonly Word[] | undefined> {
  return z.array(z.string()).transform((values, context) =>
    attempt(
      context,
      () =>
        values.flatMap((value) => value.split(",")).map((each) => oneOf(each.trim(), words, name)),
    )
  ).openapi({ type: "array", items: { type: "string", enum: [...words] } }).optional();
}

/** A field that is only shown: the engine reads it together with others. It may be left out. */
export function described(shape: FieldShape): z.ZodType<unknown> {
  return z.unknown().openapi(shape).optional();
}

/** Turns a refused value into an issue. What is no `invalid_request` keeps its code: it ends the reading. */
function attempt<T>(context: z.RefinementCtx, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (codeOf(error) !== "invalid_request") throw error;
    context.addIssue({ code: "custom", message: (error as Error).message });
    return z.NEVER;
  }
}
