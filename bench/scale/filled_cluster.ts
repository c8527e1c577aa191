/**
 * The rows of a large cluster whose nodes are not there.
 *
 * @module
 */

import { PRIORITIES } from "../../core/job.ts";
import { STANDALONE_AGENT } from "../../core/names.ts";
import type { Master } from "../../storage/port.ts";
import { aBucket, aWorker, newJob } from "../../tests/support/factories.ts";

/** How large it is. */
export interface FilledSize {
  /** Nodes, one worker each. */
  readonly nodes: number;
  /** Buckets, of all nodes together. */
  readonly buckets: number;
}

/** Long enough that no worker dies while it is looked at, in milliseconds. */
const LEASE_MS = 3_600_000;

const agentConnectionId = STANDALONE_AGENT;

/** Writes workers and active buckets. */
export async function fill(
  master: Master,
  clusterId: string,
  { nodes, buckets }: FilledSize,
): Promise<void> {
  const each = Math.ceil(buckets / nodes);
  for (let node = 0; node < nodes; node++) {
    const workerId = `w-${`${node}`.padStart(4, "0")}`;
    const worker = aWorker({ id: workerId, clusterId, agentConnectionId });
    const { incarnation } = await master.workers.register({ worker, leaseMs: LEASE_MS });
    const made = Array.from({ length: each }, (_, i) =>
      aBucket({
        id: `${workerId}.${`${i}`.padStart(4, "0")}`,
        clusterId,
        agentConnectionId,
        workerId,
        incarnation,
        priority: PRIORITIES[i % PRIORITIES.length]!,
      }));
    await master.buckets.create({ clusterId, buckets: made });
  }
}

/** Writes jobs that are held and due now, of all priorities alike. */
export async function holdJobs(master: Master, clusterId: string, count: number): Promise<void> {
  const nowMs = Date.now();
  const jobs = Array.from({ length: count }, (_, i) =>
    newJob({
      id: crypto.randomUUID(),
      clusterId,
      scheduledAtMs: nowMs,
      createdAtMs: nowMs,
      priority: PRIORITIES[i % PRIORITIES.length]!,
    }));
  await master.jobs.insert({ clusterId, jobs });
}
