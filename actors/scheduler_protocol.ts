/**
 * What the scheduler can be told or asked, what it starts with, and its state.
 *
 * @module
 */

import type { BucketIndex } from "../core/assignment.ts";
import type { Bucket } from "../core/bucket.ts";
import type { ClusterSettings } from "../core/cluster.ts";
import type { DefinitionDefaults } from "../core/definition.ts";
import type { JobRequest } from "../core/request.ts";
import type { NewJob } from "../storage/port.ts";
import type { Batcher } from "./batcher.ts";
import type { BucketAgentMessage } from "./bucket_agent_protocol.ts";
import type { SubmittedJob } from "./client.ts";
import type { HandlerMap, HandlerSource } from "./handlers.ts";
import type { ActorContext } from "./runtime/definition.ts";
import type { Ask, Tell } from "./runtime/protocol.ts";
import type { ActorRef } from "./runtime/ref.ts";
import type { MasterStores } from "./storage_actor.ts";

/** What the scheduler can be told or asked. */
export type SchedulerMessage =
  /** Schedules jobs, all or none. */
  | Ask<"submit", { requests: readonly JobRequest[] }, readonly SubmittedJob[]>
  /** The buckets a worker of this node serves now; answers when jobs go there. */
  | Ask<
    "local_buckets",
    { worker: string; agents: readonly { bucketId: string; address: string }[] },
    void
  >
  /** Reads again what it knows of the cluster. */
  | Tell<"refresh">;

/** What the scheduler needs to start. */
export interface SchedulerArgs {
  /** The cluster. */
  readonly clusterId: string;
  /** Address of the storage actor. */
  readonly storage: string;
  /** Definitions this node has the code of: their payloads are checked here. */
  readonly handlers: HandlerSource;
}

/** The state of the scheduler. */
export interface SchedulerState {
  readonly args: SchedulerArgs;
  readonly store: MasterStores;
  readonly handlers: HandlerMap;
  readonly newId: () => string;
  readonly inserts: Batcher<NewJob, SubmittedJob>;
  readonly agentsByWorker: Map<string, ReadonlyMap<string, ActorRef<BucketAgentMessage>>>;
  settings: ClusterSettings;
  definitions: ReadonlyMap<string, DefinitionDefaults>;
  buckets: BucketIndex<Bucket>;
  refreshing: Promise<void> | null;
}

/** The context of the scheduler. */
export type SchedulerContext = ActorContext<SchedulerMessage>;
