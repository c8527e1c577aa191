/**
 * The memory master as an adapter that can be loaded by its URL.
 *
 * @module
 */

import type { Master, MasterAdapter, MasterSpec, MigrationReport } from "../../storage/port.ts";
import { memoryMaster } from "../support/memory_master/memory_master.ts";

const REPORT: MigrationReport = { current: 1, latest: 1, steps: [], drift: [] };

/** Opens an empty one. */
export const adapter: MasterAdapter = {
  open: () => Promise.resolve(forgetfulMaster()),
  inspect: () => Promise.resolve(REPORT),
  migrate: () => Promise.resolve(REPORT),
};

/** Names the adapter. */
export const memorySpec: MasterSpec = { module: import.meta.url, options: {}, label: "memory" };

/** What can be asked of the clusters of this adapter only: to forget all data. */
export interface Forgetful {
  /** Deletes all data. */
  forget(): Promise<void>;
}

function forgetfulMaster(): Master {
  let master = memoryMaster();
  const forgetful: Forgetful = {
    // deno-lint-ignore require-await -- as every method of a store
    async forget() {
      master = memoryMaster();
    },
  };
  const store = (name: keyof Master) =>
    new Proxy({}, {
      get: (_target, method) => Reflect.get({ ...master[name], ...forgetful }, method),
    });
  return {
    capabilities: master.capabilities,
    jobs: store("jobs") as Master["jobs"],
    queries: store("queries") as Master["queries"],
    schedules: store("schedules") as Master["schedules"],
    history: store("history") as Master["history"],
    buckets: store("buckets") as Master["buckets"],
    workers: store("workers") as Master["workers"],
    clusters: store("clusters") as Master["clusters"],
    agents: store("agents") as Master["agents"],
    watch: (wake) => master.watch(wake),
    watchReach: (tell) => master.watchReach(tell),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
