/**
 * JobMaster: a distributed job engine. Import it, or run it: `deno run -A mod.ts help`.
 *
 * @module
 */

export type {
  ClusterClient,
  CommandResult,
  JobCommand,
  ListOptions,
  NodeHealth,
  RemoveAgentOptions,
  ScheduleCommand,
  ScheduleCommandResult,
  SchedulePreview,
  ScheduleReport,
  StoreJobs,
  SubmittedJob,
  SubmittedSchedule,
} from "./actors/client.ts";
export type { ActorMetrics, ActorStatus } from "./actors/runtime/metrics.ts";
export type * from "./core/mod.ts";
export { defineJob, defineSchedules, JobMasterError } from "./core/mod.ts";
export type {
  BucketFilter,
  JobStatistics,
  MasterHealth,
  Page,
  Percentiles,
} from "./storage/port.ts";
export * from "./http/mod.ts";
export { Agents, type ListParkedOptions } from "./library/agents.ts";
export { JobMaster, type StopOptions } from "./library/job_master.ts";
export { Jobs, type ListJobsOptions, type WaitOptions } from "./library/jobs.ts";
export type { JobView } from "./library/job_view.ts";
export type {
  HttpOptions,
  Isolation,
  JobMasterOptions,
  Logger,
  WorkerOptions,
} from "./library/options.ts";
export {
  type RecurringOptions,
  type RecurringSchedule,
  Schedule,
  type ScheduledJob,
  type ScheduleOptions,
  type TransactionOptions,
} from "./library/schedule.ts";
export type { ScheduleView } from "./library/schedule_view.ts";
export { type ListSchedulesOptions, type NextRunsOptions, Schedules } from "./library/schedules.ts";
export type { NextOptions, Recurrence, RecurrenceType } from "./recurrence/mod.ts";

if (import.meta.main) {
  // Not awaited: job modules import this module, which must have been evaluated by then.
  import("./cli/main.ts").then(({ main }) => main(Deno.args)).then((code) => Deno.exit(code));
}
