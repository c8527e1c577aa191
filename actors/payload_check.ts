/**
 * Checks a payload against a definition's schema, when it is scheduled and again before it runs.
 *
 * @module
 */

import { encodeError, JobMasterError } from "../core/errors.ts";
import type { StandardSchema, StandardSchemaIssue } from "../core/standard_schema.ts";

/**
 * What the schema makes of `value`; `value` itself without a schema.
 *
 * @throws {JobMasterError} `invalid_payload` with every problem found.
 */
export async function checkPayload(
  schema: StandardSchema | null,
  value: unknown,
): Promise<unknown> {
  if (schema === null) return value;
  const result = await validate(schema, value);
  if (result.issues === undefined) return result.value;
  const problems = result.issues.slice(0, 20).map(describe);
  throw new JobMasterError("invalid_payload", `Cannot take data: ${problems.join("; ")}`, {
    problems,
  });
}

async function validate(schema: StandardSchema, value: unknown) {
  try {
    return await schema["~standard"].validate(value);
  } catch (error) { // a schema is code of the application
    const { message } = encodeError(error);
    const text = `Cannot check data: its schema threw: ${message}`;
    throw new JobMasterError("invalid_payload", text, { retryable: true }); // it may have looked something up
  }
}

function describe({ path, message }: StandardSchemaIssue): string {
  const steps = (path ?? []).map((step) => String(typeof step === "object" ? step.key : step));
  return `${["data", ...steps].join(".")}: ${message}`;
}
