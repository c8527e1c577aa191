/**
 * Schemas of messages that nobody could use, and of what callers say of them.
 *
 * @module
 */

import { z } from "@hono/zod-openapi";
import { JobMasterError } from "../../core/errors.ts";
import { MAX_ID_LENGTH, shown } from "../../core/names.ts";
import type { BodyPart } from "../endpoint.ts";
import { type PageQuery, type QueryPart, readPage } from "../query.ts";
import type { ParkedChangeResource, ParkedResource } from "../resources/parked.ts";
import { decodeCursor } from "../whole_list.ts";
import { requiredField } from "./field.ts";
import { pageParameters } from "./page_query.ts";
import { readBy } from "./read.ts";
import { instant, orNull } from "./value.ts";

/** Most messages of one call. */
const MAX_IDS = 1_000;

/** A message nobody could use. */
export const parkedSchema: z.ZodType<ParkedResource> = z.strictObject({
  id: z.string(),
  bucketId: z.string(),
  reason: z.string(),
  parkedAt: instant,
  size: z.int(),
  body: orNull(z.string()),
  bodyBase64: orNull(z.string()),
}).openapi("ParkedMessage");

/** What became of messages that were named. */
export const parkedChangeSchema: z.ZodType<ParkedChangeResource> = z.strictObject({
  done: z.array(z.string()),
  passedOver: z.array(z.string()),
}).openapi("ParkedMessagesChange");

const querySchema = z.strictObject(pageParameters);

/** Which page of parked messages. */
export const parkedListQuery: QueryPart<PageQuery> = {
  schema: querySchema,
  read(query) {
    readBy(querySchema, query, "the query");
    const { cursor, limit } = readPage(query);
    return { cursor: cursor === null ? null : decodeCursor(cursor), limit };
  },
};

const idsSchema = z.strictObject({
  ids: requiredField(readIds, {
    type: "array",
    description: `Ids of messages, 1 to ${MAX_IDS}`,
    example: ["019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071:0"],
  }),
}).openapi("ParkedMessageIds");

/** Which parked messages. */
export const parkedIdsBody: BodyPart<readonly string[]> = {
  schema: idsSchema,
  read: (body) => readBy(idsSchema, body, "the body").ids,
};

function readIds(value: unknown): readonly string[] {
  const isList = Array.isArray(value) && value.length >= 1 && value.length <= MAX_IDS;
  if (isList && value.every(isId)) return [...new Set(value)];
  throw new JobMasterError(
    "invalid_request",
    `Cannot use ids ${shown(value)}: it must be an array of 1 to ${MAX_IDS} ids of messages`,
  );
}

function isId(value: unknown): value is string {
  return typeof value === "string" && value.length >= 1 && value.length <= MAX_ID_LENGTH;
}
