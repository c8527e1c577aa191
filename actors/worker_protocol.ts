/**
 * What a worker can be told or asked, what it starts with, and its state.
 *
 * @module
 */

import type { ClusterSettings } from "../core/cluster.ts";
import type { Priority } from "../core/job.ts";
import type { LeaseOptions } from "../core/lease.ts";
import type { Worker, WorkerMode } from "../core/worker.ts";
import type { MasterSpec } from "../storage/port.ts";
import type { BucketAgentMessage } from "./bucket_agent_protocol.ts";
import type { HandlerSource } from "./handlers.ts";
import type { HeartbeatMessage, Pulse } from "./heartbeat.ts";
import type { ActorContext } from "./runtime/definition.ts";
import type { Ask, Tell } from "./runtime/protocol.ts";
import type { ActorRef } from "./runtime/ref.ts";
import type { SchedulerMessage } from "./scheduler_protocol.ts";
import type { MasterStores } from "./storage_actor.ts";

/** What a worker can be told or asked. */
export type WorkerMessage =
  /** The master may have changed: its buckets look for work. */
  | Tell<"master_changed">
  /** A job was changed from outside: its buckets look for requests to cancel, too. */
  | Tell<"job_changed">
  /** Looks at its lease and at the cluster's settings. */
  | Tell<"look">
  /** What its heartbeat said; `null` when it said nothing in time. */
  | Tell<"felt", { pulse: Pulse | null; askedAtMono: number }>
  /** What the master said about the cluster and the agent connection. */
  | Tell<"seen", { settings: ClusterSettings | null; asked: ServingChange | null }>
  /** Goes on with giving its buckets up. */
  | Tell<"close_step">
  /** Takes no more jobs, finishes what it has, and leaves the cluster. */
  | Tell<"retire">
  /** Goes on with leaving. */
  | Tell<"retire_step">
  /** Aborts what runs, so that retiring ends soon. */
  | Tell<"interrupt">
  /** Ends this life. */
  | Tell<"die", { why: string }>
  /** How far it is. */
  | Ask<"condition", unknown, WorkerCondition>;

/** What the state of its agent connection asks of a worker: to give its buckets up, or to try to have some again. */
export type ServingChange = "close" | "reopen";

/** How far a worker is. */
export interface WorkerCondition {
  /** Where it is in its life. */
  readonly phase: "working" | "retiring" | "retired";
  /** Whether its lease is trusted. */
  readonly trusted: boolean;
  /** Attempts it has claimed and not yet settled. */
  readonly claimed: number;
}

/** What a worker needs to start. */
export interface WorkerArgs {
  /** The cluster. */
  readonly clusterId: string;
  /** Its name. */
  readonly name: string;
  /** Its id. */
  readonly workerId: string;
  /** Its duties. */
  readonly mode: WorkerMode;
  /** The lane it serves. */
  readonly lane: string;
  /** The agent connection it is bound to. */
  readonly agentConnectionId: string;
  /** Scales the run slots. */
  readonly parallelism: number;
  /** Buckets per priority. */
  readonly buckets: Readonly<Record<Priority, number>>;
  /** Most jobs in a bucket's buffer. */
  readonly bufferSize: number;
  /** How leases are kept. */
  readonly lease: LeaseOptions;
  /** The master, for the heartbeat's own connection. */
  readonly spec: MasterSpec;
  /** Address of the storage actor. */
  readonly storage: string;
  /** Address of the transport actor of its agent connection; `null` in a standalone cluster. */
  readonly transport: string | null;
  /** Address of the scheduler. */
  readonly scheduler: string;
  /** Where the handlers are. */
  readonly handlers: HandlerSource;
  /** Where they run. */
  readonly isolation: "inline" | "thread" | "process";
  /** Name of the machine. */
  readonly host: string;
  /** Id of the process. */
  readonly processId: number;
  /** How long an aborted handler may take to end, in milliseconds. */
  readonly graceMs: number;
}

/** The state of a worker. */
export interface WorkerState {
  readonly args: WorkerArgs;
  readonly store: MasterStores;
  readonly worker: Worker;
  readonly heartbeat: ActorRef<HeartbeatMessage>;
  readonly scheduler: ActorRef<SchedulerMessage>;
  /** Address of the settler. */
  readonly settler: string;
  /** The agents of its buckets, by bucket id. */
  agents: ReadonlyMap<string, ActorRef<BucketAgentMessage>>;
  /** Whether it has buckets, gives them up because its agent connection drains, or has none for that reason. */
  serving: "open" | "closing" | "closed";
  settings: ClusterSettings;
  trustedUntilMono: number;
  phase: WorkerCondition["phase"];
  /** Whether its trust has ended, and with it soon this life. */
  lapsed: boolean;
  /** Whether it waits for its heartbeat. */
  pulsing: boolean;
  /** Whether it waits for the master. */
  looking: boolean;
}

/** The context of a worker. */
export type WorkerContext = ActorContext<WorkerMessage>;
