/**
 * What jobs of a simulation do, and what is checked at the moment they begin.
 *
 * @module
 */

import type { JobHandler } from "../../core/definition.ts";
import { JobMasterError } from "../../core/errors.ts";
import { watchLingering } from "./checkers/lingering.ts";
import { checkStart } from "./checkers/starts.ts";
import type { Deed, Run, Task } from "./history.ts";
import type { NodeProcess, World } from "./world.ts";

/** The handler of all jobs, in one process. */
export function handlerIn(world: World, node: NodeProcess): JobHandler<Task> {
  return async (job) => {
    const run: Run = {
      jobId: job.id,
      key: job.data.key,
      attempt: job.attempt,
      token: job.fencingToken,
      process: node.name,
      startedMs: world.timeline.nowMs,
      endedMs: null,
      isAborted: () => job.signal.aborted,
      isGoingOn: () => run.endedMs === null && node.machine.isRunning,
      result: null,
    };
    checkStart(world, node, run);
    world.history.began(run);
    watchLingering(world, node, run);
    try {
      await doIt({ deed: job.data, attempt: job.attempt, signal: job.signal }, node);
      run.result = `${node.name} ${job.fencingToken}`;
      return run.result;
    } finally {
      run.endedMs = world.timeline.nowMs;
    }
  };
}

interface Doing {
  readonly deed: Deed;
  readonly attempt: number;
  readonly signal: AbortSignal;
}

async function doIt({ deed, attempt, signal }: Doing, node: NodeProcess): Promise<void> {
  switch (deed.kind) {
    case "work":
      return await pause(node, deed.ms, signal);
    case "stubborn":
      return await pause(node, deed.ms, null);
    case "flaky":
      if (attempt > deed.failures) return;
      throw new JobMasterError("job_failed", `Failed as it was told to, attempt ${attempt}`);
    case "poison":
      if (attempt > deed.kills) return;
      node.kill("a handler killed it");
      return await new Promise<never>(() => {});
  }
}

function pause(node: NodeProcess, ms: number, signal: AbortSignal | null): Promise<void> {
  if (ms === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = node.machine.schedule(ms, resolve);
    signal?.addEventListener("abort", () => {
      timer[Symbol.dispose]();
      reject(signal.reason);
    });
  });
}
