/**
 * How long a node may trust what the master granted it.
 *
 * Trust is measured on the node's own monotonic clock from the moment the renewal was *sent*: the
 * database counts from a later moment, so the node always lets go first.
 *
 * @module
 */

/** How a lease is kept. */
export interface LeaseOptions {
  /** How long the master grants it, in milliseconds. @default {30_000} */
  readonly leaseMs: number;
  /** How often it is renewed, in milliseconds. @default {10_000} */
  readonly renewMs: number;
  /** How long before its end the owner lets go, in milliseconds. @default {3_000} */
  readonly marginMs: number;
}

/** 30 s, renewed every 10 s: two renewals may fail before trust ends. */
export const DEFAULT_LEASE: LeaseOptions = { leaseMs: 30_000, renewMs: 10_000, marginMs: 3_000 };

/** Until which monotonic reading a lease whose renewal was sent at `sentAtMonoMs` is trusted. */
export function trustedUntil(sentAtMonoMs: number, lease: LeaseOptions): number {
  return sentAtMonoMs + lease.leaseMs - lease.marginMs;
}
