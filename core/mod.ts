/**
 * The words of the engine as types and pure functions: jobs, buckets, workers, clusters, times, names, errors.
 *
 * @module
 */

export type * from "./agent.ts";
export * from "./assignment.ts";
export * from "./bucket.ts";
export * from "./capacity.ts";
export * from "./clock.ts";
export * from "./cluster.ts";
export * from "./definition.ts";
export * from "./errors.ts";
export * from "./failure.ts";
export * from "./filter.ts";
export * from "./ids.ts";
export * from "./job.ts";
export * from "./lease.ts";
export * from "./log.ts";
export * from "./metadata.ts";
export * from "./misfire.ts";
export * from "./names.ts";
export * from "./parse_filter.ts";
export * from "./payload.ts";
export * from "./planning.ts";
export * from "./profile.ts";
export * from "./random.ts";
export * from "./request.ts";
export * from "./retry.ts";
export * from "./schedule.ts";
export * from "./schedule_input.ts";
export * from "./schedule_request.ts";
export * from "./settlement.ts";
export * from "./standard_schema.ts";
export * from "./time.ts";
export * from "./why.ts";
export * from "./worker.ts";
