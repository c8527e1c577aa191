/**
 * Schema of the problem document.
 *
 * @module
 */

import { z } from "@hono/zod-openapi";
import { ERROR_CODES } from "../../core/errors.ts";

/** A problem document (RFC 9457). */
export const problemSchema = z.strictObject({
  type: z.string().openapi({ example: "urn:jobmaster:error:job_not_found" }),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(ERROR_CODES),
  problems: z.array(z.string()).optional(),
  instance: z.string(),
}).openapi("Problem");
