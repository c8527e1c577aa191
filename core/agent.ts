/**
 * What an agent connection is: a named transport that a cluster has come to know.
 *
 * @module
 */

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
}
