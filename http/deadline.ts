/**
 * No request waits for ever.
 *
 * @module
 */

import type { Clock } from "../core/clock.ts";

/** How long to wait, and what to say then. */
export interface Deadline {
  /** Where time comes from. */
  readonly clock: Clock;
  /** How long to wait, in milliseconds. */
  readonly timeoutMs: number;
  /** Makes the error of a wait that took too long. */
  readonly expired: () => Error;
}

/** The outcome of `work`, or the deadline's error when that comes first. The work itself is not stopped. */
export async function withDeadline<T>(work: Promise<T>, deadline: Deadline): Promise<T> {
  const expiry = Promise.withResolvers<never>();
  using _timer = deadline.clock.schedule(
    deadline.timeoutMs,
    () => expiry.reject(deadline.expired()),
  );
  return await Promise.race([work, expiry.promise]);
}
