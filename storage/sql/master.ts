/**
 * A master made of the stores on a server.
 *
 * @module
 */

import type { Master } from "../port.ts";
import { MAX_BATCH } from "./batch_limits.ts";
import { SqlAgentStore } from "./agent_store.ts";
import { SqlBucketStore } from "./bucket_store.ts";
import { SqlClusterStore } from "./cluster_store.ts";
import { SqlHistoryStore } from "./history_store.ts";
import { SqlJobQueries } from "./job_queries.ts";
import { sqlJobStore } from "./job_store.ts";
import { SqlScheduleStore } from "./schedule_store.ts";
import type { SqlServer } from "./session.ts";
import { storeParts } from "./store_parts.ts";
import type { Tables } from "./table_names.ts";
import { SqlWorkerStore } from "./worker_store.ts";

/** The master on `tables` of `server`, which it closes in the end. */
export function sqlMaster(server: SqlServer, tables: Tables): Master {
  const parts = storeParts(server.dialect, tables);
  const { proofs, removal } = parts;
  return {
    capabilities: { wakeups: server.wakeups, maxBatch: MAX_BATCH },
    jobs: announcing(server, sqlJobStore(server, tables, parts), [
      ...["insert", "assign", "release", "reclaim", "change"] as const,
    ]),
    queries: new SqlJobQueries(server, tables),
    schedules: announcing(server, new SqlScheduleStore(server, tables, parts), [
      ...["insert", "update", "plan"] as const,
    ]),
    history: new SqlHistoryStore(server, tables, removal),
    buckets: new SqlBucketStore(server, tables, proofs),
    workers: new SqlWorkerStore(server, tables, proofs),
    agents: new SqlAgentStore(server, tables),
    clusters: announcing(server, new SqlClusterStore(server, tables), ["update"]),
    watch: (wake) => server.watch(wake),
    watchReach: (tell) => server.watchReach(tell),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

type Method = (input: never) => Promise<unknown>;

/** `store`, telling other processes after its `methods` that there is something new for them. */
function announcing<Store extends { readonly [Name in keyof Store]: Method }>(
  server: SqlServer,
  store: Store,
  methods: readonly (keyof Store)[],
): Store {
  return new Proxy(store, {
    get(target, name) {
      const method = target[name as keyof Store].bind(target) as Method;
      if (!methods.includes(name as keyof Store)) return method;
      return async (input: never) => {
        const answer = await method(input);
        server.announce();
        return answer;
      };
    },
  });
}
