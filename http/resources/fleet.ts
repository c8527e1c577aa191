/**
 * What the API shows of buckets and workers.
 *
 * @module
 */

import type { AgentConnection } from "../../core/agent.ts";
import type { Bucket, BucketStatus } from "../../core/bucket.ts";
import type { Priority } from "../../core/job.ts";
import { formatInstant } from "../../core/time.ts";
import type { Worker, WorkerMode, WorkerStatus } from "../../core/worker.ts";
import { instantOrNull, laneOrNull } from "./nullable.ts";

/** A bucket. */
export interface BucketResource {
  /** Its id. */
  readonly id: string;
  /** The cluster it belongs to. */
  readonly clusterId: string;
  /** Where it is in its life. */
  readonly status: BucketStatus;
  /** The one priority it serves. */
  readonly priority: Priority;
  /** The one lane it serves; `null` is the default lane. */
  readonly lane: string | null;
  /** The agent connection its messages travel on. */
  readonly agentConnectionId: string;
  /** Its owner. */
  readonly workerId: string | null;
  /** Counts its owners. */
  readonly epoch: number;
  /** Its colour on screen, e.g. `#008080`. */
  readonly color: string;
  /** When it was made. */
  readonly createdAt: string;
  /** When its status last changed. */
  readonly statusChangedAt: string;
}

/** A worker. */
export interface WorkerResource {
  /** Its id. */
  readonly id: string;
  /** The cluster it belongs to. */
  readonly clusterId: string;
  /** The name it was given. */
  readonly name: string;
  /** Which duties it has. */
  readonly mode: WorkerMode;
  /** The lane it serves; `null` is the default lane. */
  readonly lane: string | null;
  /** The agent connection it is bound to. */
  readonly agentConnectionId: string;
  /** Scales the run slots of its buckets. */
  readonly parallelism: number;
  /** Tells its lives apart. */
  readonly incarnation: number;
  /** Whether it is up. */
  readonly status: WorkerStatus;
  /** Name of the machine. */
  readonly host: string;
  /** Id of the process on that machine. */
  readonly processId: number;
  /** When it registered. */
  readonly createdAt: string;
  /** When its lease was last renewed. */
  readonly heartbeatAt: string;
  /** Until when the others leave its buckets alone. */
  readonly leaseUntil: string;
}

/** An agent connection. */
export interface AgentResource {
  /** Its name, unique in the cluster. */
  readonly id: string;
  /** The cluster it belongs to. */
  readonly clusterId: string;
  /** Product and version behind it. */
  readonly product: string;
  /** Its address when it was last seen, without secrets. */
  readonly address: string;
  /** Tells the store behind it from any other. */
  readonly fingerprint: string;
  /** When the cluster came to know it. */
  readonly createdAt: string;
  /** When a node that could reach it last said so. */
  readonly seenAt: string;
  /** Since when it is being drained. */
  readonly drainingSince: string | null;
  /** How many of its messages nobody could use; `null` when the node that answers cannot see them. */
  readonly parked: number | null;
}

/** What the API shows of an agent connection. */
export function toAgentResource(agent: AgentConnection, parked: number | null): AgentResource {
  return {
    id: agent.name,
    clusterId: agent.clusterId,
    product: agent.product,
    address: agent.address,
    fingerprint: agent.fingerprint,
    createdAt: formatInstant(agent.createdAtMs),
    seenAt: formatInstant(agent.seenAtMs),
    drainingSince: instantOrNull(agent.drainingAtMs),
    parked,
  };
}

/** What the API shows of a bucket. */
export function toBucketResource(bucket: Bucket): BucketResource {
  return {
    id: bucket.id,
    clusterId: bucket.clusterId,
    status: bucket.status,
    priority: bucket.priority,
    lane: laneOrNull(bucket.lane),
    agentConnectionId: bucket.agentConnectionId,
    workerId: bucket.workerId,
    epoch: bucket.epoch,
    color: bucket.color,
    createdAt: formatInstant(bucket.createdAtMs),
    statusChangedAt: formatInstant(bucket.statusChangedAtMs),
  };
}

/** What the API shows of a worker. */
export function toWorkerResource(worker: Worker): WorkerResource {
  return {
    id: worker.id,
    clusterId: worker.clusterId,
    name: worker.name,
    mode: worker.mode,
    lane: laneOrNull(worker.lane),
    agentConnectionId: worker.agentConnectionId,
    parallelism: worker.parallelism,
    incarnation: worker.incarnation,
    status: worker.status,
    host: worker.host,
    processId: worker.processId,
    createdAt: formatInstant(worker.createdAtMs),
    heartbeatAt: formatInstant(worker.heartbeatAtMs),
    leaseUntil: formatInstant(worker.leaseUntilMs),
  };
}
