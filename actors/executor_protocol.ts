/**
 * What an executor can be told, what it tells, and what it starts with.
 *
 * @module
 */

import type { Progress } from "../core/job.ts";
import type { LogEntry } from "../core/log.ts";
import type { Ending } from "../core/settlement.ts";
import type { HostReport } from "./handler_host.ts";
import type { AbortCode, JobRun } from "./handler_run.ts";
import type { HandlerSource } from "./handlers.ts";
import type { ActorContext } from "./runtime/definition.ts";
import type { Tell } from "./runtime/protocol.ts";

/** What an executor can be told. */
export type ExecutorMessage =
  /** Handlers may be called until this monotonic reading; the sender sends it anew whenever it is moved. */
  | Tell<"trust", { untilMono: number }>
  /** Runs attempts as slots become free, in order. The sender keeps within the waiting places. */
  | Tell<"run", { runs: readonly JobRun[] }>
  /** The start of a job that crashed before is on record: run it. */
  | Tell<"begin", { jobId: string }>
  /** Gives back the attempts that have not started. */
  | Tell<"recall">
  /** Aborts attempts, waiting or running; all of them when `jobIds` is `null`. */
  | Tell<"abort", { jobIds: readonly string[] | null; code: AbortCode }>
  /** Reports what is new about running attempts. */
  | Tell<"tick">
  /** The grace of an aborted attempt is over. */
  | Tell<"overdue", { jobId: string; attempt: number }>
  /** An attempt reached its timeout. */
  | Tell<"deadline", { jobId: string; attempt: number }>
  | HostReport;

/** One attempt that ended. */
export interface EndedAttempt {
  /** The attempt. */
  readonly run: JobRun;
  /** How it ended. */
  readonly ending: Ending;
  /** When it started, in epoch milliseconds. */
  readonly startedAtMs: number;
  /** When it ended, in epoch milliseconds. */
  readonly finishedAtMs: number;
  /** What its handler last said. */
  readonly progress: Progress | null;
  /** What it wrote since the last report. */
  readonly logs: readonly LogEntry[];
}

/** What is new about an attempt that runs. */
export interface RunningAttempt {
  /** The job. */
  readonly jobId: string;
  /** The attempt. */
  readonly attempt: number;
  /** When it started, in epoch milliseconds. */
  readonly startedAtMs: number;
  /** What its handler last said. */
  readonly progress: Progress | null;
  /** What it wrote since the last report. */
  readonly logs: readonly LogEntry[];
}

/** What an executor needs to start. */
export interface ExecutorArgs {
  /** Address of its bucket agent. */
  readonly bucketAgent: string;
  /** Attempts that run at once. */
  readonly runSlots: number;
  /** Where its handlers are. */
  readonly handlers: HandlerSource;
  /** Where they run. */
  readonly isolation: "inline" | "thread" | "process";
  /** Name of the machine. */
  readonly host: string;
  /** How long an aborted handler may take to end, in milliseconds. */
  readonly graceMs: number;
}

/** The context of an executor. */
export type ExecutorContext = ActorContext<ExecutorMessage>;
