/**
 * What a node is started with, as users write it.
 *
 * @module
 */

import type { ClusterSettingsInput } from "../core/cluster.ts";
import type { AnyJobDefinition } from "../core/definition.ts";
import type { ScheduleProfile } from "../core/profile.ts";
import type { BucketQuantities, WorkerMode } from "../core/worker.ts";
import type { RecurrenceType } from "../recurrence/mod.ts";

/** Where handlers run: beside the caller's code, on threads, or in child processes that can be killed. */
export type Isolation = "inline" | "thread" | "process";

/** One worker of the node. */
export interface WorkerOptions {
  /** Its name; a short random part is added. @default {the machine's name} */
  readonly name?: string;
  /** The agent connection it is bound to. @default {the standalone one} */
  readonly agent?: string;
  /** Its duties. @default {"Full"} */
  readonly mode?: WorkerMode;
  /** The lane it serves. @default {""} */
  readonly lane?: string;
  /** Scales the run slots of its buckets, 0.1 to 1,000. @default {1} */
  readonly parallelism?: number;
  /** Buckets per priority, 0 to 100 each. @default {1 each} */
  readonly buckets?: BucketQuantities;
  /** Jobs a bucket holds in memory before they are queued, 1 to 10,000. @default {250} */
  readonly bufferSize?: number;
}

/** The node's HTTP server. */
export interface HttpOptions {
  /** Port; 0 picks a free one. @default {8080} */
  readonly port?: number;
  /** Address to bind. Anything but loopback is refused until credentials can be configured. @default {"127.0.0.1"} */
  readonly hostname?: string;
  /** Path in front of the API. @default {"/jm-api"} */
  readonly basePath?: string;
}

/** Anything shaped like a logger of `@std/log`. */
export interface Logger {
  /** Something only developers need. */
  debug(message: string, ...details: unknown[]): unknown;
  /** Something that happened. */
  info(message: string, ...details: unknown[]): unknown;
  /** Something odd. */
  warn(message: string, ...details: unknown[]): unknown;
  /** Something that went wrong. */
  error(message: string, ...details: unknown[]): unknown;
}

/** What a node is started with. */
export interface JobMasterOptions {
  /** The cluster. @default {"local"} */
  readonly cluster?: string;
  /** The master database. @default {"sqlite:./jobmaster.db"} */
  readonly master?: string;
  /** Agent connections by name; none is a standalone cluster. */
  readonly agents?: Readonly<Record<string, string>>;
  /**
   * Whether the node refuses to start when the name of an agent connection leads to another store than before: what the
   * old one still holds would be out of reach. @default {true}
   */
  readonly protectAgents?: boolean;
  /** Workers of this node; none is a producer. @default {[]} */
  readonly workers?: readonly WorkerOptions[];
  /** Definitions, or the modules that export them. @default {[]} */
  readonly jobs?: readonly AnyJobDefinition[] | URL | readonly URL[];
  /** Schedules declared in code; those that the modules of `jobs` export are found without. @default {[]} */
  readonly schedules?: readonly ScheduleProfile[];
  /** Languages of recurrences besides `natural`, `cron` and `interval`. @default {[]} */
  readonly recurrences?: readonly RecurrenceType[];
  /** Where handlers run; `"thread"` and `"process"` need modules. @default {"inline"} */
  readonly isolation?: Isolation;
  /** Starts an HTTP server. */
  readonly http?: HttpOptions;
  /** Settings to store at start; what is left out keeps its stored value. */
  readonly settings?: ClusterSettingsInput;
  /** How leases are kept; for tests and impatient clusters. Each in milliseconds. */
  readonly lease?: { readonly leaseMs?: number; readonly renewMs?: number };
  /** Where the node's own log goes. @default {LogTape, category "jobmaster"} */
  readonly logger?: Logger;
}
