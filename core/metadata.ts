/**
 * Tags of a job: which are allowed, how they add up, and how they are written as text.
 *
 * @module
 */

import { JobMasterError } from "./errors.ts";
import type { Metadata, MetadataValue } from "./job.ts";
import { shown } from "./names.ts";
import { encodePayload } from "./payload.ts";

/** Most tags of one job. */
export const MAX_METADATA_KEYS = 50;
/** Most UTF-8 bytes of the JSON of all tags of one job. */
export const MAX_METADATA_BYTES = 8_192;
/** Longest key of a tag, in characters. */
export const MAX_METADATA_KEY_LENGTH = 100;

/**
 * The definition's tags with the call's on top.
 *
 * @throws {JobMasterError} `invalid_request` that names the key and the rule; `payload_too_large` above 8,192 bytes.
 */
export function readMetadata(own: unknown, defaults: Metadata): Metadata {
  if (own === undefined || own === null) return defaults;
  if (typeof own !== "object" || Array.isArray(own)) {
    throw new JobMasterError(
      "invalid_request",
      `Cannot use metadata ${shown(own)}: it must be an object of text, numbers and booleans`,
    );
  }
  for (const [key, value] of Object.entries(own)) checkTag(key, value);
  const merged = { ...defaults, ...own as Metadata };
  if (Object.keys(merged).length > MAX_METADATA_KEYS) {
    throw new JobMasterError(
      "invalid_request",
      `Cannot use ${Object.keys(merged).length} metadata keys: at most ${MAX_METADATA_KEYS}`,
    );
  }
  encodePayload(merged, { what: "metadata", maxBytes: MAX_METADATA_BYTES });
  return merged;
}

function checkTag(key: string, value: unknown): void {
  if (!isMetadataValue(value)) {
    throw new JobMasterError(
      "invalid_request",
      `Cannot use metadata ${shown(key)}: its value must be text, a number or a boolean`,
    );
  }
  if (!isMetadataKey(key)) {
    throw new JobMasterError(
      "invalid_request",
      `Cannot use metadata key ${shown(key)}: it must be 1 to 100 characters`,
    );
  }
}

/** Whether a tag may have this key. */
export function isMetadataKey(key: unknown): key is string {
  return typeof key === "string" && key !== "" && key.length <= MAX_METADATA_KEY_LENGTH &&
    isPlainText(key);
}

/** Whether a tag may have this value. */
export function isMetadataValue(value: unknown): value is MetadataValue {
  return typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value)) ||
    (typeof value === "string" && isPlainText(value));
}

/** Whether every database keeps the text as it is: no lone surrogate, no NUL. */
export function isPlainText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

/**
 * Tags written as `key=value`; the value is read by {@linkcode parseMetadataValue}.
 *
 * @throws {JobMasterError} `invalid_request` for text without a key.
 */
export function parseTag(text: string): [string, MetadataValue] {
  const at = text.indexOf("=");
  if (at >= 1) return [text.slice(0, at), parseMetadataValue(text.slice(at + 1))];
  throw new JobMasterError(
    "invalid_request",
    `Cannot read metadata ${shown(text)}: it must be like key=value`,
  );
}

/** A value as it is typed: numbers and `true`/`false` are read as such, everything else (`007` too) is text. */
export function parseMetadataValue(text: string): MetadataValue {
  if (text === "true" || text === "false") return text === "true";
  return /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/.test(text) ? Number(text) : text;
}
