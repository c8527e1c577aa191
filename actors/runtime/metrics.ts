/**
 * What can be seen of running actors.
 *
 * @module
 */

import type { LogLevel } from "./definition.ts";

/** Where an actor is in its life. Forward only, but for a restart. */
export type ActorStatus = "starting" | "running" | "draining" | "stopping" | "stopped";

/** One actor, seen from outside. */
export interface ActorMetrics {
  /** Its address. */
  readonly address: string;
  /** Its name. */
  readonly name: string;
  /** Where it is in its life. */
  readonly status: ActorStatus;
  /** Messages waiting or being handled. */
  readonly depth: number;
  /** The bound of `depth`. */
  readonly capacity: number;
  /** Messages handled since it was first spawned. */
  readonly handled: number;
  /** Sum of the milliseconds messages waited before they were handled. */
  readonly waitMs: number;
  /** Longest such wait, in milliseconds. */
  readonly maxWaitMs: number;
  /** Times it was restarted. */
  readonly restarts: number;
}

/** Something that happened in the kernel. */
export type KernelEvent =
  | {
    readonly type: "log";
    readonly address: string;
    readonly level: LogLevel;
    readonly message: string;
    readonly fields: Readonly<Record<string, unknown>>;
  }
  | {
    readonly type: "dead_letter";
    readonly address: string;
    readonly messageType: string;
    readonly reason:
      | "mailbox_full"
      | "dropped_oldest"
      | "stopped"
      | "crashed"
      | "no_such_actor"
      | "not_cloneable";
  }
  | { readonly type: "crashed"; readonly address: string; readonly error: string }
  | { readonly type: "restarted"; readonly address: string; readonly restarts: number };
