/**
 * Reads a part of a request by its schema, and says everything that is wrong with it.
 *
 * @module
 */

import type { z } from "@hono/zod-openapi";
import { JobMasterError } from "../../core/errors.ts";
import { shown } from "../../core/names.ts";

/**
 * Reads `value` by `schema`; `what` names it in error texts. Unknown fields are refused.
 *
 * @throws {JobMasterError} `invalid_request` with every problem found.
 */
export function readBy<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  value: unknown,
  what: string,
): z.output<z.ZodObject<Shape>> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const known = Object.keys(schema.shape);
  const problems = result.error.issues.flatMap((issue) => {
    if (issue.code === "custom") return [issue.message];
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => unknownField(key, known, what));
    }
    return [
      `Cannot read ${what} ${shown(value)}: it must be an object of ${
        known.join(", ") || "no fields"
      }`,
    ];
  });
  throw new JobMasterError("invalid_request", problems.join("; "), { problems });
}

function unknownField(key: string, known: readonly string[], what: string): string {
  return `Cannot use ${shown(key)} in ${what}: it takes ${known.join(", ") || "nothing"}`;
}
