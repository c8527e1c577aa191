/**
 * What a planner can be told, what it starts with, and the state its duties share.
 *
 * @module
 */

import type { BucketIndex } from "../core/assignment.ts";
import type { Bucket } from "../core/bucket.ts";
import type { ClusterSettings } from "../core/cluster.ts";
import type { LeaseProof } from "../storage/port.ts";
import type { RecurrenceReader } from "./recurrences.ts";
import type { ActorContext } from "./runtime/definition.ts";
import type { Tell } from "./runtime/protocol.ts";
import type { ActorRef } from "./runtime/ref.ts";
import type { ScheduleDefinitions } from "./schedule_definitions.ts";
import type { MasterChanged, MasterStores } from "./storage_actor.ts";

/** What a planner can be told. */
export type PlannerMessage =
  /** Looks for schedules that are due. */
  | Tell<"plan">
  /** The master may have changed: look soon. */
  | Tell<"master_changed">;

/** What a planner needs to start. */
export interface PlannerArgs {
  /** The cluster. */
  readonly clusterId: string;
  /** Address of the storage actor. */
  readonly storage: string;
  /** Addresses of this node's workers, which are woken when jobs were planned. */
  readonly workers: readonly string[];
  /** Which languages of recurrences this node knows; see `recurrences.ts`. */
  readonly recurrences: string | null;
  /** The term it acts under. */
  readonly lease: LeaseProof;
}

/** The state of a planner. */
export interface PlannerState {
  readonly args: PlannerArgs;
  readonly store: MasterStores;
  readonly workers: readonly ActorRef<MasterChanged>[];
  readonly recurrences: RecurrenceReader;
  readonly definitions: ScheduleDefinitions;
  readonly newId: () => string;
  /** What was last said of schedules that cannot be planned, by schedule. */
  readonly reported: Map<string, string>;
  soon: Disposable | null;
}

/** The context of a planner. */
export type PlannerContext = ActorContext<PlannerMessage>;

/** What the cluster is like while a batch is planned. */
export interface PlanningScene {
  /** Its settings. */
  readonly settings: ClusterSettings;
  /** The buckets that take jobs. */
  readonly buckets: BucketIndex<Bucket>;
  /** Now, in epoch milliseconds. */
  readonly nowMs: number;
}
