/**
 * The transport port: an agent connection that carries jobs to the owners of buckets.
 *
 * A transport holds messages, one queue for each bucket, and nothing that is true: the master decides what a message
 * means. Any message may come twice, late, or for a job that has moved on; taking one off the queue proves nothing.
 * Every method takes and answers structured-cloneable data, so a transport may be served by an actor in another
 * thread. Times are epoch milliseconds; leases are kept on the transport's own clock.
 *
 * @module
 */

import type { ParkedMessage } from "../core/agent.ts";
import type { BucketId } from "../core/ids.ts";

export type { ParkedMessage };

/** Names the queue of a bucket. */
export interface QueueName {
  /** The cluster. */
  readonly clusterId: string;
  /** The bucket. */
  readonly bucketId: BucketId;
}

/** A message to send. */
export interface NewMessage {
  /** Unique in the cluster; one that a queue holds, or held a moment ago, makes this one change nothing. At most 250 characters. */
  readonly id: string;
  /** Whose owner it is for. */
  readonly bucketId: BucketId;
  /** When the job is due: receivers ask for what is due soon. */
  readonly dueAtMs: number;
  /** What it says. At most `capabilities.maxBodyBytes` in UTF-8. */
  readonly body: string;
}

/** A message that was received, and is kept from other receivers until its lease ends. */
export interface Delivery {
  /** Its id; one of the transport's own when somebody else put it there without one. */
  readonly messageId: string;
  /** When its job is due; 0 for a message of somebody else. */
  readonly dueAtMs: number;
  /** What it says. Bytes that are no UTF-8 are replaced here, not in the queue. */
  readonly body: string;
  /** How often it was received, this time included. */
  readonly deliveries: number;
  /** Names this delivery in later calls. */
  readonly receipt: string;
}

/** Names parked messages. */
export interface ParkedNames {
  /** The cluster. */
  readonly clusterId: string;
  /** Ids of the messages. */
  readonly messageIds: readonly string[];
}

/** How full a queue is. */
export interface QueueDepth {
  /** The bucket. */
  readonly bucketId: BucketId;
  /** Messages nobody has received, and those whose lease ended. */
  readonly waiting: number;
  /** Messages under a lease. */
  readonly leased: number;
  /** Messages parked. */
  readonly parked: number;
}

/** What a transport can do. */
export interface TransportCapabilities {
  /**
   * What it means that `push` resolved. `"durable"`: the messages outlive a crash of the server. `"acknowledged"`: they
   * outlive the sender, and those the server has not yet written to its disk are lost with it.
   */
  readonly acceptance: "durable" | "acknowledged";
  /** Most messages, receipts or queues in one call. */
  readonly maxBatch: number;
  /** Longest body, in bytes of UTF-8. */
  readonly maxBodyBytes: number;
  /** Whether `receive` answers what is due first first; else in the order of arrival. */
  readonly ordersByDueTime: boolean;
}

/** Whether a transport can be reached. */
export interface TransportReach {
  /** Whether connections to it can be had. */
  readonly available: boolean;
  /** Why not; empty when it is available. */
  readonly reason: string;
}

/**
 * An agent connection.
 *
 * Every call rejects with `transport_unavailable` when it cannot be reached (retryable) or was closed, and with
 * `invalid_request` for more than `maxBatch` items. A call that rejected may have taken place: all of them may be
 * repeated.
 */
export interface Transport extends AsyncDisposable {
  /** What it can do. */
  readonly capabilities: TransportCapabilities;
  /** Product and version, for people. */
  readonly product: string;

  /**
   * Tells this store from any other: made at random with its tables or its stream, and gone with them. The same for
   * everybody who connects to it.
   */
  fingerprint(): Promise<string>;

  /** Makes the queues that are not there. The owner of a bucket calls it before it receives. */
  open(input: {
    readonly clusterId: string;
    readonly bucketIds: readonly BucketId[];
  }): Promise<void>;

  /**
   * Puts messages into the queues of their buckets, whether or not these were opened. All or, when it rejects, any of
   * them. Ids of messages too long for the transport come back and are not sent.
   */
  push(input: {
    readonly clusterId: string;
    readonly messages: readonly NewMessage[];
  }): Promise<{ readonly oversize: readonly string[] }>;

  /**
   * Takes up to `limit` messages that are due at or before `dueBeforeMs` out of a queue, under a lease of `leaseMs`.
   * Answers at once, none when none wait. What is due later may be held back until it is due as soon as `dueBeforeMs` is
   * now, whatever is asked for meanwhile. After the lease a message is received again, with `deliveries` counted up.
   */
  receive(
    input: QueueName & {
      readonly limit: number;
      readonly dueBeforeMs: number;
      readonly leaseMs: number;
    },
  ): Promise<readonly Delivery[]>;

  /** Lets leases end `leaseMs` from now. Passes over receipts that no longer hold. */
  extend(
    input: QueueName & { readonly receipts: readonly string[]; readonly leaseMs: number },
  ): Promise<void>;

  /** Deletes received messages: what they said is known to the master. Passes over receipts that no longer hold. */
  ack(input: QueueName & { readonly receipts: readonly string[] }): Promise<void>;

  /** Ends leases: the messages are received again after `delayMs`. Passes over receipts that no longer hold. */
  release(
    input: QueueName & { readonly receipts: readonly string[]; readonly delayMs: number },
  ): Promise<void>;

  /** Sets received messages aside with the reason; they are not received again. Passes over receipts that no longer hold. */
  park(
    input: QueueName & {
      readonly parked: readonly { readonly receipt: string; readonly reason: string }[];
    },
  ): Promise<void>;

  /** The parked messages of a cluster, the latest first, after the one whose `cursor` is given; at most `limit`. */
  listParked(input: {
    readonly clusterId: string;
    readonly limit: number;
    readonly after?: string | null;
  }): Promise<readonly ParkedMessage[]>;

  /** How many messages of a cluster are parked. */
  countParked(input: { readonly clusterId: string }): Promise<number>;

  /**
   * Puts parked messages back into the queues of their buckets with their bytes, due now, as if they had never been
   * received. Answers the ids of those that are there now; it passes over ids that are not parked. None is ever in
   * neither place: after a crash one may be in both. One whose id the queue holds meanwhile with other content is put
   * beside that one, or stays parked and is not answered. Of several of one id the latest is meant.
   */
  requeueParked(input: ParkedNames): Promise<readonly string[]>;

  /** Deletes parked messages. Answers the ids of those that were there. Of several of one id the latest is meant. */
  discardParked(input: ParkedNames): Promise<readonly string[]>;

  /** How full these queues are, in their order. */
  depths(input: {
    readonly clusterId: string;
    readonly bucketIds: readonly BucketId[];
  }): Promise<readonly QueueDepth[]>;

  /** Buckets whose queues hold messages, opened or not; at most `limit`. */
  queues(input: {
    readonly clusterId: string;
    readonly limit: number;
  }): Promise<readonly BucketId[]>;

  /**
   * Lets go of a queue whose bucket is gone. Messages in it stay: one that was sent meanwhile is received by whoever opens
   * the queue again.
   */
  close(input: QueueName): Promise<void>;

  /** Calls `tell` with each change of whether it can be reached. */
  watchReach(tell: (reach: TransportReach) => void): Disposable;
}

/** Where a transport's code is and what it is opened with. Plain data: it is loaded where it runs. */
export interface TransportSpec {
  /** Absolute URL of a module that exports a {@linkcode TransportAdapter} as `adapter`. */
  readonly module: string;
  /** What to hand to it. Structured-cloneable. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Address without secrets, for people. */
  readonly label: string;
}

/** What a transport's module exports as `adapter`. */
export interface TransportAdapter {
  /**
   * Connects, making its tables or its stream first where they are missing.
   *
   * @throws {JobMasterError} `transport_unavailable`, retryable; `configuration_invalid` for options it cannot use.
   */
  open(options: Readonly<Record<string, unknown>>): Promise<Transport>;
}
