/**
 * What must hold at the moment a handler is called.
 *
 * @module
 */

import { isFinal } from "../../../core/job.ts";
import type { Worker } from "../../../core/worker.ts";
import type { Run } from "../history.ts";
import type { NodeProcess, World } from "../world.ts";

/** Checks that its worker may act, that nobody else is at the job, and that the attempt is granted once. */
export function checkStart(world: World, node: NodeProcess, run: Run): void {
  const { history } = world;
  const { jobId, key, attempt, token } = run;
  if (!isTrusted(world, node)) {
    history.violated(`${node.name} began job ${jobId} (${token}) without a lease`);
  }
  const row = world.master.rows.jobs.get(jobId);
  if (row !== undefined && isFinal(row.status)) {
    history.violated(`${node.name} began job ${jobId} (${token}), which is ${row.status}`);
  }
  for (const other of history.runsOf.get(jobId) ?? []) {
    if (other.isGoingOn() && !other.isAborted()) {
      history.violated(
        `${node.name} began job ${jobId} (${token}) while ${other.process} was at it (${other.token})`,
      );
    }
    if (other.attempt === attempt && !other.isAborted() && isDurable(world, key)) {
      history.violated(`attempt ${attempt} of job ${jobId} began twice (${other.token}, ${token})`);
    }
  }
}

/** Whether the master's clock agrees that the worker of a node has a lease. */
export function isTrusted(world: World, node: NodeProcess): boolean {
  const worker = workerOf(world, node);
  return worker !== undefined && worker.status !== "Dead" &&
    worker.leaseUntilMs > world.master.rows.clock.now();
}

/** The master's record of the worker of a process. */
export function workerOf(
  { master: { rows } }: World,
  { plan: { name }, name: process }: NodeProcess,
): Worker | undefined {
  return [...rows.workers.values()].find(({ host, processId }) =>
    host === name && process === `${name}#${processId}`
  );
}

/** Whether the master had the job before it ran; else its first attempt may run again without a trace. */
function isDurable({ history }: World, key: string): boolean {
  const asked = history.jobs.get(key);
  return asked === undefined || asked.request.acceptance !== "agent";
}
