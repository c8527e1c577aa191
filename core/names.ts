/**
 * Which names are allowed.
 *
 * A *segment* is letters and digits with single `_` or `-` between them. An *id* is segments joined by
 * single `.` or `:`.
 *
 * @module
 */

import { JobMasterError } from "./errors.ts";

/** Longest segment, in characters. */
export const MAX_SEGMENT_LENGTH = 50;
/** Longest lane, in characters. */
export const MAX_LANE_LENGTH = 25;
/** Longest id, in characters. */
export const MAX_ID_LENGTH = 250;
/** The agent connection of a standalone cluster; no other may have this name. */
export const STANDALONE_AGENT = "standalone-agent-conn";

const SEGMENT = /^[\p{L}\p{N}]+(?:[-_][\p{L}\p{N}]+)*$/u;
const ID = /^[\p{L}\p{N}]+(?:[-_.:][\p{L}\p{N}]+)*$/u;

/**
 * Reads a segment: the name of a cluster or an agent connection.
 *
 * @throws {JobMasterError} `invalid_request` that names `what`, the value and the rule.
 */
export function parseSegment(value: unknown, what: string, maxLength = MAX_SEGMENT_LENGTH): string {
  if (typeof value === "string" && value.length <= maxLength && SEGMENT.test(value)) return value;
  throw new JobMasterError(
    "invalid_request",
    `Cannot use ${what} ${
      shown(value)
    }: it must be 1 to ${maxLength} letters and digits with single "-" or "_" between them`,
  );
}

/**
 * Reads an id: the name of a definition, a worker or a static schedule.
 *
 * @throws {JobMasterError} `invalid_request` that names `what`, the value and the rule.
 */
export function parseId(value: unknown, what: string): string {
  if (typeof value === "string" && value.length <= MAX_ID_LENGTH && ID.test(value)) return value;
  throw new JobMasterError(
    "invalid_request",
    `Cannot use ${what} ${
      shown(value)
    }: it must be 1 to ${MAX_ID_LENGTH} letters and digits with single "-", "_", "." or ":" between them`,
  );
}

/**
 * Reads a lane. Lanes ignore case; none and the empty text are the default lane `""`.
 *
 * @throws {JobMasterError} `invalid_request` that names the value and the rule.
 */
export function parseLane(value: unknown, what = "lane"): string {
  if (value === undefined || value === null || value === "") return "";
  const lane = parseSegment(value, what, MAX_LANE_LENGTH).toLowerCase();
  return parseSegment(lane, what, MAX_LANE_LENGTH); // the small form of a letter may be two characters
}

/** A name of a machine as a segment, for worker names. */
export function sanitizeSegment(value: string, maxLength = 40): string {
  const parts = value.normalize("NFKC").split(/[^\p{L}\p{N}]+/u).filter((part) => part !== "");
  const cut = parts.join("-").slice(0, maxLength);
  return cut.replace(/[-\uD800-\uDBFF]+$/, "") || "node"; // half a letter is none
}

/** `value` as it may stand in an error text: quoted and bounded. */
export function shown(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value.slice(0, 80)) : asText(value);
  return text.length <= 80 ? text : `${text.slice(0, 79).toWellFormed()}…`;
}

function asText(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  try {
    const json = JSON.stringify(value) ?? "null";
    return json === "null" ? String(value) : json; // NaN, functions and invalid dates have no JSON
  } catch {
    return "(unreadable)"; // a cycle, or user code that throws
  }
}
