/**
 * What the API shows, and how it is made from what the engine knows.
 *
 * Names are camelCase, statuses are their names, instants ISO-8601 in UTC, durations ISO-8601.
 *
 * @module
 */

export * from "./resources/cluster.ts";
export * from "./resources/fleet.ts";
export * from "./resources/job.ts";
export * from "./resources/log.ts";
export * from "./resources/page.ts";
export * from "./resources/parked.ts";
export * from "./resources/problem.ts";
export * from "./resources/schedule.ts";
export * from "./resources/why.ts";
