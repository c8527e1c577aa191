/**
 * What a bucket agent can be told or asked, what it starts with, and the state its duties share.
 *
 * @module
 */

import type { BucketId, WorkerId } from "../core/ids.ts";
import type { Job, Priority } from "../core/job.ts";
import type { RetryPolicy } from "../core/retry.ts";
import type { ClaimedJob, InsertedJob, RecordedJob } from "../storage/port.ts";
import type { Offered, ReadMessage } from "./agent_messages.ts";
import type { Batcher } from "./batcher.ts";
import type { BucketHoldings, BucketShelf } from "./bucket_shelf.ts";
import type { EarlyJob, EarlyJobs, EndedEarly, SavedEarly } from "./early_jobs.ts";
import type { EndedAttempt, ExecutorMessage, RunningAttempt } from "./executor_protocol.ts";
import type { HandlerSource } from "./handlers.ts";
import type { ActorContext } from "./runtime/definition.ts";
import type { Ask, Tell } from "./runtime/protocol.ts";
import type { ActorRef } from "./runtime/ref.ts";
import type { SettlerMessage } from "./settler.ts";
import type { MasterStores } from "./storage_actor.ts";
import type { TransportCalls } from "./transport_actor.ts";

/** What a bucket agent can be told or asked. */
export type BucketAgentMessage =
  /** Keeps places free for jobs that are about to be inserted as claimed; answers how many. */
  | Ask<"reserve", { count: number }, { granted: number }>
  /** Jobs inserted as claimed into reserved places; `unused` places are given back. */
  | Tell<"accept", { jobs: readonly Job[]; unused: number }>
  /** Something may be waiting in the master. */
  | Tell<"wake">
  /** A job in the buffer is due. */
  | Tell<"due">
  /** What its worker knows: how long it is trusted, whether the cluster runs jobs, how retries wait. */
  | Tell<"news", { trustedUntilMono: number; running: boolean; retry: RetryPolicy }>
  /** Attempts ended. */
  | Tell<"ended", { attempts: readonly EndedAttempt[] }>
  /** Attempts that still run have something new. */
  | Tell<"running", { attempts: readonly RunningAttempt[] }>
  /** A job that crashed before is about to start: put it on record first. */
  | Tell<"starting", { jobId: string; attempt: number }>
  /** Take no more jobs, hand the buffer back, finish what is claimed. */
  | Tell<"complete">
  /** Abort everything that runs, because the node stops now or the lease is lost. */
  | Tell<"interrupt", { code: "interrupted" | "lease_lost" }>
  /** What it holds. */
  | Ask<"holdings", unknown, AgentHoldings>
  /** The agent connection was told what became of messages, or could not be told. */
  | Tell<"answered">
  /** Looks after everything that is due to be looked after. */
  | Tell<"tick">
  /** Compares what it holds with what the master thinks it holds. */
  | Tell<"reconcile">
  /** The outcome of work on the master. */
  | DutyDone;

/** What a bucket agent needs to start. */
export interface BucketAgentArgs {
  /** The cluster. */
  readonly clusterId: string;
  /** The bucket it owns. */
  readonly bucketId: BucketId;
  /** The bucket's priority. */
  readonly priority: Priority;
  /** The owner. */
  readonly workerId: WorkerId;
  /** The owner's life. */
  readonly incarnation: number;
  /** Scales the run slots. */
  readonly parallelism: number;
  /** Most jobs in the buffer. */
  readonly bufferSize: number;
  /** How early a job may sit in the buffer, in milliseconds. */
  readonly leadTimeMs: number;
  /** Address of the storage actor. */
  readonly storage: string;
  /** Address of the transport actor that brings jobs; `null` when the master's rows do. */
  readonly transport: string | null;
  /** Address of the settler. */
  readonly settler: string;
  /** Where the handlers are. */
  readonly handlers: HandlerSource;
  /** Where they run. */
  readonly isolation: "inline" | "thread" | "process";
  /** Name of the machine. */
  readonly host: string;
  /** How long an aborted handler may take to end, in milliseconds. */
  readonly graceMs: number;
}

/** The state of a bucket agent. */
export interface BucketAgentState {
  readonly args: BucketAgentArgs;
  readonly epoch: number;
  readonly store: MasterStores;
  /** Brings jobs; `null` when the master's rows do. */
  readonly transport: TransportCalls | null;
  /** Whether the queue was there when it was last used. */
  isQueueOpen: boolean;
  readonly settler: ActorRef<SettlerMessage>;
  readonly executor: ActorRef<ExecutorMessage>;
  readonly shelf: BucketShelf;
  retry: RetryPolicy;
  trustedUntilMono: number;
  running: boolean;
  completing: boolean;
  /** Something may be waiting in the master that has not been read. */
  stale: boolean;
  /** More is waiting in the master than the buffer can hold. */
  more: boolean;
  /** Duties under way on the master, at most one of each kind. */
  readonly busy: Set<DutyKind>;
  /** Claimed jobs the master named and this agent did not hold, at the last comparison. */
  strangers: ReadonlySet<string>;
  timer: Disposable | null;
  /** Jobs that only the agent connection has, waiting, running or ended here. */
  readonly early: EarlyJobs;
  /** Acknowledges messages; `null` without an agent connection. */
  readonly acks: Batcher<string, null> | null;
  /** Batches of messages whose acknowledgement or return is under way. */
  answering: number;
  /** The master had more when it was last read than was asked for. */
  behind: boolean;
  /** When the master is read beside the agent connection, on the monotonic clock. */
  sweepAtMono: number;
}

/** How much a bucket agent holds. */
export interface AgentHoldings extends BucketHoldings {
  /** Messages that are just being received, saved, acknowledged or given back, in batches. */
  readonly messages: number;
}

/** The context of a bucket agent. */
export type BucketAgentContext = ActorContext<BucketAgentMessage>;

/** The kinds of duties. */
export type DutyKind =
  | "receive"
  | "save"
  | "fetch"
  | "claim"
  | "settle"
  | "mark"
  | "record"
  | "release"
  | "cancellations"
  | "reconcile";

/** A duty came back. */
export type DutyDone = Tell<"duty_done", { done: Done }>;

/** What a duty brought back. */
export type Done =
  | {
    readonly kind: "receive";
    readonly messages: readonly ReadMessage[];
    /** Jobs that only the agent connection has, and that may run before they are saved. */
    readonly fresh: readonly Offered[];
    /** Jobs that the master may or may not have. */
    readonly offered: readonly Offered[];
    readonly full: boolean;
  }
  | {
    readonly kind: "save_early";
    readonly slow: readonly EarlyJob[];
    /** `null` when the master took none. */
    readonly saved: readonly SavedEarly[] | null;
  }
  | {
    readonly kind: "record_early";
    readonly early: readonly EndedEarly[];
    /** None when the settler stopped before the master had them. */
    readonly results: readonly RecordedJob[];
  }
  | {
    readonly kind: "save";
    readonly inserted: readonly InsertedJob[];
    readonly promised: number;
  }
  | { readonly kind: "fetch"; readonly jobs: readonly Job[] | "not_owner"; readonly full: boolean }
  | {
    readonly kind: "claim";
    readonly jobs: readonly Job[];
    readonly granted:
      | readonly { readonly jobId: string; readonly attempt: number }[]
      | "not_owner"
      | "cluster_not_active";
  }
  | { readonly kind: "settle"; readonly ended: readonly EndedAttempt[] }
  | { readonly kind: "mark"; readonly outcome: "marked" | "not_owner" }
  | { readonly kind: "record"; readonly jobId: string; readonly recorded: boolean }
  | { readonly kind: "release" }
  | { readonly kind: "cancellations"; readonly jobs: readonly ClaimedJob[] }
  | { readonly kind: "reconcile"; readonly jobs: readonly ClaimedJob[] }
  | { readonly kind: "failed"; readonly duty: DutyKind; readonly claiming: readonly string[] };
