/**
 * Headers of messages on NATS. Their values are percent-encoded: a server takes only ASCII.
 *
 * @module
 */

/** The header that names the bucket of a message. */
export const BUCKET = "Jm-Bucket";

/** The text of a header; empty for one that somebody else has written. */
export function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return "";
  }
}
