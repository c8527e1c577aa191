/**
 * Headers of messages on NATS. Their values are percent-encoded: a server takes only ASCII.
 *
 * @module
 */

/** The header that names the bucket of a message. */
export const BUCKET = "Jm-Bucket";

/** The header that keeps a message's id when it is copied: `Nats-Msg-Id` then names the copy. */
export const MESSAGE = "Jm-Message";

/** Reads a header; empty when it is not there. */
export interface ReadableHeaders {
  /** Its value. */
  get(name: string): string;
}

/** The id of a message in the queue of a cluster; one of ours when somebody else put it there without one. */
export function messageIdOf(
  given: ReadableHeaders | undefined,
  { clusterId, sequence }: { readonly clusterId: string; readonly sequence: number },
): string {
  const kept = decoded(given?.get(MESSAGE) ?? "");
  if (kept !== "") return kept;
  const id = given?.get("Nats-Msg-Id") ?? "";
  const own = `${clusterId}/`;
  return id.startsWith(own) ? id.slice(own.length) : `stream-${sequence}`;
}

/** The text of a header; empty for one that somebody else has written. */
export function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return "";
  }
}
