/**
 * What a worker is: a registered runtime with a mode, a lane and a lease.
 *
 * @module
 */

import type { WorkerId } from "./ids.ts";
import type { Priority } from "./job.ts";

/** Every worker mode. */
export const WORKER_MODES = ["Full", "Coordinator", "Execution", "Drain"] as const;

/** Which duties a worker has. */
export type WorkerMode = typeof WORKER_MODES[number];

/** What each mode does. */
export const WORKER_DUTIES: Readonly<Record<WorkerMode, WorkerDuties>> = {
  Full: { ownsBuckets: true, coordinates: true, drains: true },
  Coordinator: { ownsBuckets: false, coordinates: true, drains: false },
  Execution: { ownsBuckets: true, coordinates: false, drains: false },
  Drain: { ownsBuckets: false, coordinates: false, drains: true },
};

/** The duties of a mode. */
export interface WorkerDuties {
  /** Owns buckets and runs handlers. */
  readonly ownsBuckets: boolean;
  /** Moves due jobs from the master into buckets, plans schedules, cleans up. */
  readonly coordinates: boolean;
  /** Empties lost buckets. */
  readonly drains: boolean;
}

/** Every worker status. */
export const WORKER_STATUSES = ["Active", "Stopping", "Dead"] as const;

/** Whether a worker is up: `Stopping` finishes its work, `Dead` let its lease run out. */
export type WorkerStatus = typeof WORKER_STATUSES[number];

/** Every legal step of a worker. A dead worker registers anew, under a new incarnation. */
export const WORKER_TRANSITIONS: Readonly<Record<WorkerStatus, readonly WorkerStatus[]>> = {
  Active: ["Stopping", "Dead"],
  Stopping: ["Dead"],
  Dead: [],
};

/** A registered worker, as the master stores it. */
export interface Worker {
  /** `{name}.{short id}`; unique in the cluster. */
  readonly id: WorkerId;
  /** The cluster it belongs to. */
  readonly clusterId: string;
  /** The name it was given. */
  readonly name: string;
  /** Which duties it has. */
  readonly mode: WorkerMode;
  /** The lane it serves; `""` is the default lane. */
  readonly lane: string;
  /** The agent connection it is bound to. */
  readonly agentConnectionId: string;
  /** Scales the run slots of its buckets. */
  readonly parallelism: number;
  /** Tells the lives of the worker apart; issued by the master, never repeated. */
  readonly incarnation: number;
  /** Whether it is up. */
  readonly status: WorkerStatus;
  /** Name of the machine. */
  readonly host: string;
  /** Id of the process on that machine. */
  readonly processId: number;
  /** When it registered, in epoch milliseconds. */
  readonly createdAtMs: number;
  /** When its lease was last renewed, on the database's clock. */
  readonly heartbeatAtMs: number;
  /** Until when the others leave its buckets alone, on the database's clock. */
  readonly leaseUntilMs: number;
}

/** How many buckets a worker owns, per priority. @default {1 each} */
export type BucketQuantities = Readonly<Partial<Record<Priority, number>>>;
