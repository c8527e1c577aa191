/**
 * Turns what user code hands to a log into bounded text. Never throws, whatever it is handed.
 *
 * @module
 */

import { cut, failureOf } from "../core/failure.ts";

/** Longest JSON text of the details of one entry, in characters. */
export const MAX_LOG_FIELDS = 4_000;

/** Details as JSON text of at most {@linkcode MAX_LOG_FIELDS} characters; what is too long or unreadable is named. */
export function encodeLogFields(fields: Readonly<Record<string, unknown>>): string {
  try {
    const text = JSON.stringify(fields, plainValue);
    if (text.length <= MAX_LOG_FIELDS) return text;
    return JSON.stringify({ truncated: cut(text, MAX_LOG_FIELDS / 2 - 20) });
  } catch (error) {
    return JSON.stringify({ unreadable: cut(failureOf(error).message, 200) });
  }
}

/** What JSON has no words for. */
function plainValue(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  if (!(value instanceof Error)) return value;
  const { name, message } = failureOf(value);
  return { name, message };
}

/** Anything as text. */
export function textOf(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "(unreadable)"; // an object without a way to become text
  }
}
