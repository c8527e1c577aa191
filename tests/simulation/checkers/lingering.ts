/**
 * No handler goes on unaware after the lease of its worker has ended.
 *
 * @module
 */

import type { Run } from "../history.ts";
import type { NodeProcess, World } from "../world.ts";
import { workerOf } from "./starts.ts";

/** How often it is looked at, in milliseconds. */
const EVERY_MS = 500;

/** How long a process that runs may take to notice, in milliseconds: two looks a second apart, and some more. */
const NOTICE_MS = 2_500;

/** Looks at a run from time to time until it ends. */
export function watchLingering(world: World, node: NodeProcess, run: Run): void {
  const { timeline, history, master: { rows } } = world;
  const look = () => {
    if (node.machine.isDead || run.endedMs !== null || run.isAborted()) return;
    timeline.after(EVERY_MS, look);
    if (!node.machine.isRunning) return;
    const endedMs = rows.clock.now() - (workerOf(world, node)?.leaseUntilMs ?? -Infinity);
    const awakeMs = timeline.nowMs - node.machine.runningSinceMs;
    if (Math.min(endedMs, awakeMs) > NOTICE_MS) {
      history.violated(
        `${run.process} lets job ${run.jobId} (${run.token}) go on ${endedMs} ms after its lease`,
      );
    }
  };
  look();
}
