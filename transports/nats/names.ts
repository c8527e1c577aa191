/**
 * Names of subjects and consumers: ids as one token each.
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { QueueName } from "../port.ts";

/** Longest token; NATS takes names of up to 255 characters, and two of these make a name. */
const MAX_TOKEN = 100;

/** The names within one stream. */
export class NatsNames {
  /** The stream of messages. */
  readonly stream: string;
  /** The stream of messages that were set aside. */
  readonly parked: string;

  /** Names that begin with the name of the stream. */
  constructor(stream: string) {
    this.stream = stream;
    this.parked = `${stream}-parked`;
  }

  /** Every subject of the stream of messages. */
  get allSubjects(): string {
    return `${this.stream}.queue.>`;
  }

  /** Every subject of the stream of parked messages. */
  get allParkedSubjects(): string {
    return `${this.stream}.parked.>`;
  }

  /** The subject of a queue. */
  subject({ clusterId, bucketId }: QueueName): string {
    return `${this.stream}.queue.${token(clusterId)}.${token(bucketId)}`;
  }

  /** The subject of what was set aside from a queue. */
  parkedSubject({ clusterId, bucketId }: QueueName): string {
    return `${this.stream}.parked.${token(clusterId)}.${token(bucketId)}`;
  }

  /** Every subject of the queues of a cluster. */
  queuesOfCluster(clusterId: string): string {
    return `${this.stream}.queue.${token(clusterId)}.>`;
  }

  /** Begins the subjects of what was set aside in a cluster. */
  parkedOfCluster(clusterId: string): string {
    return `${this.stream}.parked.${token(clusterId)}.`;
  }

  /** The consumer of a queue. */
  consumer({ clusterId, bucketId }: QueueName): string {
    return `${token(clusterId)}=${token(bucketId)}`;
  }
}

/** `a.b c` as `a=2Eb=20c`; a long id as what begins it and its digest. */
function token(id: string): string {
  const plain = id.replace(
    /[^A-Za-z0-9_-]/gu,
    (character) => [...new TextEncoder().encode(character)].map((byte) => `=${hex(byte)}`).join(""),
  );
  if (plain.length <= MAX_TOKEN) return plain;
  const digest = createHash("sha256").update(id).digest("hex").slice(0, 32);
  return `${plain.slice(0, MAX_TOKEN - 34)}==${digest}`;
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, "0");
}
