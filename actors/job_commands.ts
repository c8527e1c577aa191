/**
 * Commands on jobs: as the master takes them, and as people read them.
 *
 * @module
 */

import { JobMasterError } from "../core/errors.ts";
import type { Execution, Job } from "../core/job.ts";
import type { JobChange } from "../storage/port.ts";
import type { JobCommand } from "./client.ts";

/** A command as the master takes it. */
export function toChange(command: JobCommand, nowMs: number): JobChange {
  switch (command.type) {
    case "run_now":
      return { type: "reschedule", scheduledAtMs: nowMs };
    case "retry":
      return { type: "retry", scheduledAtMs: nowMs };
    case "reschedule":
      return {
        type: "reschedule",
        scheduledAtMs: "afterMs" in command ? nowMs + command.afterMs : command.scheduledAtMs,
      };
    default:
      return command;
  }
}

/** The error of a command that does not fit the job's status. */
export function stateConflict(command: JobCommand, { id, status }: Job): JobMasterError {
  return new JobMasterError(
    "job_state_conflict",
    `Cannot ${spoken(command)} job "${id}": it is ${status}; ${rule(command)}`,
  );
}

/** The error of a command that an archived cluster refuses. */
export function archived(command: JobCommand, jobId: string, clusterId: string): JobMasterError {
  return new JobMasterError(
    "cluster_archived",
    `Cannot ${spoken(command)} job "${jobId}": cluster "${clusterId}" is Archived`,
  );
}

function spoken({ type }: JobCommand): string {
  return type === "run_now" ? "run" : type;
}

function rule({ type }: JobCommand): string {
  switch (type) {
    case "cancel":
      return "only a job that has not ended can be cancelled";
    case "retry":
      return "only a job that has ended can be retried";
    case "remove":
      return "only a job that has ended can be removed; cancel it first";
    default:
      return "only a job that waits can be moved";
  }
}

/** The attempt that runs, as an execution. */
export function runningExecution(job: Job): Execution {
  return {
    jobId: job.id,
    attempt: job.attempts,
    outcome: null,
    startedAtMs: job.startedAtMs ?? job.scheduledAtMs,
    finishedAtMs: null,
    workerId: job.workerId,
    error: null,
  };
}
