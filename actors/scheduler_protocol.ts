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
import type { ScheduleRules } from "../core/schedule.ts";
import type { ScheduleRequest } from "../core/schedule_request.ts";
import type { EnlistedJobs, NewJob } from "../storage/port.ts";
import type { Batcher } from "./batcher.ts";
import type { Offer } from "./agent_messages.ts";
import type { AgentPosts, TransportAddresses } from "./agent_posts.ts";
import type { BucketAgentMessage } from "./bucket_agent_protocol.ts";
import type {
  ScheduleCommand,
  ScheduleCommandResult,
  SubmittedJob,
  SubmittedSchedule,
} from "./client.ts";
import type { HandlerMap, HandlerSource } from "./handlers.ts";
import type { RecurrenceReader } from "./recurrences.ts";
import type { ActorContext } from "./runtime/definition.ts";
import type { Ask, Tell } from "./runtime/protocol.ts";
import type { ActorRef } from "./runtime/ref.ts";
import type { MasterStores } from "./storage_actor.ts";

/** What the scheduler can be told or asked. */
export type SchedulerMessage =
  /** Schedules jobs, all or none. */
  | Ask<"submit", { requests: readonly JobRequest[] }, readonly SubmittedJob[]>
  /** Reads, checks and completes requests for jobs that the caller stores. */
  | Ask<"prepare", { requests: readonly JobRequest[] }, EnlistedJobs>
  /** Stores a recurring schedule. */
  | Ask<"create_schedule", { request: ScheduleRequest }, SubmittedSchedule>
  /** Changes a recurring schedule. */
  | Ask<
    "change_schedule",
    { scheduleId: string; command: ScheduleCommand },
    ScheduleCommandResult
  >
  /** Says that the code of this node has its static schedules. */
  | Tell<"keep_schedules">
  /** The buckets a worker of this node serves now; answers when jobs go there. */
  | Ask<
    "local_buckets",
    { worker: string; agents: readonly { bucketId: string; address: string }[] },
    void
  >
  /** Reads again what it knows of the cluster. */
  | Tell<"refresh">;

/** A schedule that code declares, read and checked. Plain data. */
export interface DeclaredSchedule {
  /** Its id in the cluster. */
  readonly id: string;
  /** The set it is declared in. */
  readonly profileId: string;
  /** Its rules. */
  readonly rules: ScheduleRules;
}

/** What the scheduler needs to start. */
export interface SchedulerArgs {
  /** The cluster. */
  readonly clusterId: string;
  /** Address of the storage actor. */
  readonly storage: string;
  /** The agent connections of this node. */
  readonly transports: TransportAddresses;
  /** Definitions this node has the code of: their payloads are checked here. */
  readonly handlers: HandlerSource;
  /** Which languages of recurrences this node knows; see `recurrences.ts`. */
  readonly recurrences: string | null;
  /** The schedules this node's code declares. */
  readonly schedules: readonly DeclaredSchedule[];
  /** Address of the leader, which is told when schedules have changed; there may be none. */
  readonly leader: string;
}

/** The state of the scheduler. */
export interface SchedulerState {
  readonly args: SchedulerArgs;
  readonly store: MasterStores;
  readonly posts: AgentPosts;
  readonly handlers: HandlerMap;
  readonly newId: () => string;
  readonly inserts: Batcher<NewJob, SubmittedJob>;
  /** Jobs for which the word of an agent connection is enough. */
  readonly offers: Batcher<Offer, SubmittedJob>;
  readonly agentsByWorker: Map<string, ReadonlyMap<string, ActorRef<BucketAgentMessage>>>;
  settings: ClusterSettings;
  clusterCreatedAtMs: number;
  definitions: ReadonlyMap<string, DefinitionDefaults>;
  buckets: BucketIndex<Bucket>;
  refreshing: Promise<void> | null;
  readonly recurrences: RecurrenceReader;
}

/** The context of the scheduler. */
export type SchedulerContext = ActorContext<SchedulerMessage>;
