/**
 * The calls the tests of the SQLite master make most.
 *
 * @module
 */

import type { Master } from "../../storage/port.ts";
import { AT_MS, jobId, newJob, settings } from "../support/factories.ts";

/** The cluster of a test. */
export const CLUSTER = { clusterId: "c-1" };

/** Makes the cluster. */
export async function ensureCluster(master: Master, clusterId = "c-1"): Promise<void> {
  await master.clusters.ensure({ clusterId, settings: settings(), nowMs: AT_MS });
}

/** Stores one job. */
export function insert(master: Master, number: number): Promise<unknown> {
  return master.jobs.insert({ ...CLUSTER, jobs: [newJob({ id: jobId(number) })] });
}

/** How many jobs are stored. */
export function stored(master: Master): Promise<number> {
  return master.queries.count({ ...CLUSTER, filter: {} });
}
