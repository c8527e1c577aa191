/**
 * The master port: the cluster's durable truth, as plain data and atomic intents.
 *
 * Every method is one atomic intent over structured-cloneable data, so a master may be served by an actor in
 * another thread with nothing changed. Time is an argument, except where a lease is granted, renewed or judged:
 * there the database's own clock is the authority. Every list is bounded by its `limit`. Every write may be
 * repeated without harm: ids come from the client and transitions are conditional.
 *
 * Adapters hold no rules beyond the ones written here, and no logs or metrics. They repeat only what a database asks to
 * have repeated: a transaction that lost a lock, a deadlock or its connection before its commit.
 *
 * @module
 */

export type * from "./ports/jobs.ts";
export type * from "./ports/new_jobs.ts";
export type * from "./ports/settlement.ts";
export type * from "./ports/queries.ts";
export type * from "./ports/history.ts";
export type * from "./ports/schedules.ts";
export type * from "./ports/buckets.ts";
export type * from "./ports/workers.ts";
export type * from "./ports/clusters.ts";
export type * from "./ports/agents.ts";
export type * from "./ports/adapter.ts";
export type * from "./ports/master.ts";
