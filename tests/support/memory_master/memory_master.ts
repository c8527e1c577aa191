/**
 * A master in memory: the executable specification of the master port, and a double for tests.
 *
 * Every call runs in one go, so it is atomic; what goes in and out is copied, so nobody shares an object with it.
 *
 * @module
 */

import { type Clock, systemClock } from "../../../core/clock.ts";
import type { JobStore, Master } from "../../../storage/port.ts";
import { memoryAgents } from "./memory_agents.ts";
import { memoryBuckets } from "./memory_buckets.ts";
import { memoryClusters } from "./memory_clusters.ts";
import { memoryEndings } from "./memory_endings.ts";
import { memoryFlow } from "./memory_flow.ts";
import { memoryHistory } from "./memory_history.ts";
import { memoryQueries } from "./memory_queries.ts";
import { memorySchedules } from "./memory_schedules.ts";
import { MAX_BATCH, type MemoryState, type Synchronous } from "./memory_state.ts";
import { memoryWorkers } from "./memory_workers.ts";

/** Options of {@linkcode memoryMaster}. */
export interface MemoryMasterOptions {
  /** The database's clock. @default {systemClock} */
  readonly clock?: Pick<Clock, "now">;
}

/** Makes an empty master. */
export function memoryMaster({ clock = systemClock }: MemoryMasterOptions = {}): Master {
  return memoryMasterOf({ clock, clusters: new Map() });
}

/** A master over `state`, for who also looks at the rows themselves. */
export function memoryMasterOf(state: MemoryState): Master {
  return {
    capabilities: { wakeups: "poll", maxBatch: MAX_BATCH },
    jobs: promised<JobStore>({ ...memoryFlow(state), ...memoryEndings(state) }),
    queries: promised(memoryQueries(state)),
    schedules: promised(memorySchedules(state)),
    history: promised(memoryHistory(state)),
    buckets: promised(memoryBuckets(state)),
    workers: promised(memoryWorkers(state)),
    clusters: promised(memoryClusters(state)),
    agents: promised(memoryAgents(state)),
    watch: () => ({ [Symbol.dispose]: () => {} }),
    watchReach: () => ({ [Symbol.dispose]() {} }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** The store as the port wants it: every method answers a promise, over copies. */
function promised<T extends object>(store: Synchronous<T>): T {
  const methods = Object.entries(store as Record<string, (input: unknown) => unknown>);
  return Object.fromEntries(
    methods.map(([name, method]) => [
      name,
      (input: unknown) =>
        new Promise((resolve) => resolve(structuredClone(method(structuredClone(input))))),
    ]),
  ) as T;
}
