/**
 * What is shared in a simulation, and what its parts know of a node.
 *
 * @module
 */

import type { Priority } from "../../core/job.ts";
import type { LeaseOptions } from "../../core/lease.ts";
import type { Random } from "../../core/random.ts";
import type { WorkerMode } from "../../core/worker.ts";
import type { History } from "./history.ts";
import type { Machine } from "./machine.ts";
import type { AgentServer, MasterServer } from "./shared_stores.ts";
import type { Timeline } from "./timeline.ts";

/** Short leases, so that much happens in little time; as a tenth of it is the margin, clocks may differ a little. */
export const LEASE: LeaseOptions = { leaseMs: 6_000, renewMs: 2_000, marginMs: 600 };

/** Name of the agent connection. */
export const AGENT = "agent-1";

/** Which buckets workers have. */
export const SERVED: readonly Priority[] = ["Medium", "High"];

/** What all nodes of a simulation share. */
export interface World {
  readonly timeline: Timeline;
  readonly history: History;
  readonly random: Random;
  readonly master: MasterServer;
  /** `null` in a standalone cluster. */
  readonly agent: AgentServer | null;
}

/** What a node is like, in each of its processes. */
export interface NodePlan {
  /** Its name. */
  readonly name: string;
  /** The mode of its worker. */
  readonly mode: WorkerMode;
  /** How fast its clock runs. */
  readonly rate: number;
  /** How far its clock is ahead, in milliseconds. */
  readonly offsetMs: number;
}

/** One process of a node, as its handlers and the checkers know it. */
export interface NodeProcess {
  /** The node it is a process of. */
  readonly plan: NodePlan;
  /** Its own name. */
  readonly name: string;
  /** What it runs on. */
  readonly machine: Machine;
  /** Kills the process without a word. */
  kill(why: string): void;
}
