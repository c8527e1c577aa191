/**
 * What callers of a transport are told when it fails.
 *
 * @module
 */

import { codeOf, JobMasterError } from "../core/errors.ts";

/** Runs `work`; what a database behind the transport throws of a master is said of the agent connection instead. */
export async function asTransport<T>(label: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asTransportError(label, error);
  }
}

/** `thrown` as callers may see it. */
export function asTransportError(label: string, thrown: unknown): unknown {
  const code = codeOf(thrown);
  if (code !== "master_unavailable" && code !== "master_busy") return thrown;
  const { message, retryable, cause } = thrown as JobMasterError;
  const why = cause instanceof Error ? cause.message : message.replace(/^[^:]*: /, "");
  return unavailable(label, why, { retryable, cause: thrown });
}

/** The agent connection cannot be used. */
export function unavailable(
  label: string,
  why: string,
  { retryable = true, cause }: { readonly retryable?: boolean; readonly cause?: unknown } = {},
): JobMasterError {
  return new JobMasterError(
    "transport_unavailable",
    `Cannot use agent connection "${label}": ${why}`,
    { retryable, cause },
  );
}

/** What calls get after the transport was closed. */
export function closed(label: string): JobMasterError {
  return unavailable(label, "it has been closed", { retryable: false });
}
