/**
 * Lends a master that somebody else closes.
 *
 * @module
 */

import type { Master } from "../../storage/port.ts";

/** The same master, but closing it does nothing. */
export function keptOpen(master: Master): Master {
  const { capabilities, jobs, queries, schedules, history, buckets, workers, clusters, agents } =
    master;
  return {
    ...{ capabilities, jobs, queries, schedules, history, buckets, workers, clusters, agents },
    watch: (wake) => master.watch(wake),
    watchReach: (tell) => master.watchReach(tell),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
