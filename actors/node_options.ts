/**
 * What a node is made from.
 *
 * @module
 */

import type { Clock } from "../core/clock.ts";
import type { ClusterSettings } from "../core/cluster.ts";
import type { DefinitionDefaults } from "../core/definition.ts";
import type { LeaseOptions } from "../core/lease.ts";
import type { Random } from "../core/random.ts";
import { WORKER_DUTIES } from "../core/worker.ts";
import type { MasterSpec } from "../storage/port.ts";
import type { TransportSpec } from "../transports/port.ts";
import type { HandlerSource } from "./handlers.ts";
import type { KernelEvent } from "./runtime/metrics.ts";
import type { DeclaredSchedule } from "./scheduler_protocol.ts";
import type { WorkerArgs } from "./worker_protocol.ts";

/** A worker of a node, without what all workers of the node share. */
export type NodeWorker = Pick<
  WorkerArgs,
  | "name"
  | "workerId"
  | "mode"
  | "lane"
  | "agentConnectionId"
  | "parallelism"
  | "buckets"
  | "bufferSize"
>;

/** Whether a worker owns buckets. */
export function hasBuckets({ mode, buckets }: NodeWorker): boolean {
  return WORKER_DUTIES[mode].ownsBuckets && Object.values(buckets).some((count) => count > 0);
}

/** What a node is made from. */
export interface NodeOptions {
  /** The cluster. */
  readonly clusterId: string;
  /** The master. */
  readonly spec: MasterSpec;
  /** Its agent connections, by name; none in a standalone cluster. */
  readonly agents: Readonly<Record<string, TransportSpec>>;
  /** Whether a node refuses to start when an agent connection's name leads to another store than before. */
  readonly protectAgents: boolean;
  /** Settings of a cluster that does not exist yet. */
  readonly settings: ClusterSettings;
  /** Changes the stored settings at start; `null` leaves them. */
  readonly changeSettings: ((stored: ClusterSettings) => ClusterSettings) | null;
  /** Definitions this node has. */
  readonly definitions: readonly DefinitionDefaults[];
  /** Where their handlers are. */
  readonly handlers: HandlerSource;
  /** Where the scheduler finds their schemas: always on this thread. */
  readonly schemas: HandlerSource;
  /** Which languages of recurrences it knows; see `recurrences.ts`. */
  readonly recurrences: string | null;
  /** Schedules its code declares. */
  readonly schedules: readonly DeclaredSchedule[];
  /** Its workers. */
  readonly workers: readonly NodeWorker[];
  /** Where handlers run. */
  readonly isolation: "inline" | "thread" | "process";
  /** How leases are kept. */
  readonly lease: LeaseOptions;
  /** How long an aborted handler may take to end, in milliseconds. */
  readonly graceMs: number;
  /** Name of the machine. */
  readonly host: string;
  /** Id of the process. */
  readonly processId: number;
  /** Where events of the kernel go. */
  readonly onEvent: (event: KernelEvent) => void;
  /** Whether its actors may have threads of their own. @default {true} */
  readonly threads?: boolean;
  /** Time. @default {systemClock} */
  readonly clock?: Clock;
  /** Chance. @default {systemRandom} */
  readonly random?: Random;
}
