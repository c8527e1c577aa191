/**
 * Misfire policies as users write them.
 *
 * @module
 */

import { oneOf, wholeNumber } from "./cluster.ts";
import { JobMasterError } from "./errors.ts";
import { shown } from "./names.ts";
import { DEFAULT_MISFIRE, MAX_MISFIRES, MISFIRE_POLICIES, type MisfirePolicy } from "./schedule.ts";

/** A misfire policy as users write it: `"skip"`, `"latest"`, `"all"` (the last 100), `"all(20)"`, or an object. */
export type MisfireInput =
  | "skip"
  | "latest"
  | "all"
  | `all(${number})`
  | { readonly policy: "skip" | "latest" | "all"; readonly max?: number };

/**
 * Reads a misfire policy.
 *
 * @throws {JobMasterError} `invalid_request` that says what would be right.
 */
export function readMisfire(value: unknown): MisfirePolicy {
  const match = typeof value === "string" ? /^all\((\d{1,6})\)$/.exec(value) : null;
  if (match !== null) return all(Number(match[1]));
  if (typeof value === "string") {
    const policy = oneOf(value, MISFIRE_POLICIES, "misfire");
    return policy === "all" ? DEFAULT_MISFIRE : { policy };
  }
  const { policy, max, ...rest } = fieldsOf(value);
  const word = oneOf(policy, MISFIRE_POLICIES, "misfire policy");
  if (Object.keys(rest).length > 0 || (max !== undefined && word !== "all")) {
    throw refused(value);
  }
  if (word !== "all") return { policy: word };
  return max === undefined ? DEFAULT_MISFIRE : all(max);
}

function all(max: unknown): MisfirePolicy {
  return { policy: "all", max: wholeNumber(max, "misfire max", { min: 1, max: MAX_MISFIRES }) };
}

/** A misfire policy as users write it. */
export function formatMisfire(misfire: MisfirePolicy): string {
  return misfire.policy === "all" ? `all(${misfire.max})` : misfire.policy;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw refused(value);
}

function refused(value: unknown): JobMasterError {
  return new JobMasterError(
    "invalid_request",
    `Cannot use misfire ${shown(value)}: it must be "skip", "latest", "all" or "all(20)"`,
  );
}
