/**
 * What an agent connection is: a named transport that a cluster has come to know, and what nobody could use of what
 * came over it.
 *
 * @module
 */

import type { BucketId } from "./ids.ts";

/** An agent connection, as the master stores it. */
export interface AgentConnection {
  /** The cluster it belongs to. */
  readonly clusterId: string;
  /** Its name, unique in the cluster. */
  readonly name: string;
  /** Product and version behind it, e.g. `"NATS 2.9.10"`. */
  readonly product: string;
  /** Its address when it was last seen, without secrets. */
  readonly address: string;
  /** Tells the store behind it from any other. */
  readonly fingerprint: string;
  /** When the cluster came to know it, in epoch milliseconds. */
  readonly createdAtMs: number;
  /** When a node that could reach it last said so, in epoch milliseconds. */
  readonly seenAtMs: number;
  /** Since when it is being drained, in epoch milliseconds; `null` when it is not. */
  readonly drainingAtMs: number | null;
}

/** A message nobody could use, kept with its bytes for people. */
export interface ParkedMessage {
  /** Its id. */
  readonly messageId: string;
  /** The bucket it was for. */
  readonly bucketId: BucketId;
  /** Why it was parked. */
  readonly reason: string;
  /** When, in epoch milliseconds. */
  readonly parkedAtMs: number;
  /** Its bytes as they were received. */
  readonly bytes: Uint8Array;
  /** Where a list goes on after it. */
  readonly cursor: string;
}
