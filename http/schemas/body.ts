/**
 * Bodies of endpoints that take none.
 *
 * @module
 */

import { z } from "@hono/zod-openapi";
import type { BodyPart } from "../endpoint.ts";
import { readBy } from "./read.ts";

const nothing = z.strictObject({});

/** No body. A client may send `{}`; a field that would do nothing is refused. */
export const noBody: BodyPart<void> = {
  schema: null,
  read(body) {
    if (body !== undefined) readBy(nothing, body, "the body");
  },
};
