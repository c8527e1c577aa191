/**
 * The master in a SQLite file: embedded, for one node or for several processes of one machine.
 *
 * @module
 */

import { systemClock } from "../core/clock.ts";
import { systemRandom } from "../core/random.ts";
import type { Master, MasterAdapter, MigrationReport } from "./port.ts";
import { enlistJobs } from "./sqlite/callers_transaction.ts";
import { SqliteAgentStore } from "./sqlite/agent_store.ts";
import { SqliteBucketStore } from "./sqlite/bucket_store.ts";
import { SqliteClusterStore } from "./sqlite/cluster_store.ts";
import { SqliteConnection, type Surroundings } from "./sqlite/connection.ts";
import { SqliteHistoryStore } from "./sqlite/history_store.ts";
import { SqlJobQueries } from "./sql/job_queries.ts";
import { fileReads } from "./sqlite/file_reads.ts";
import { sqliteJobStore } from "./sqlite/job_store.ts";
import { inspectSchema, migrateSchema, reportOf, requireLatest } from "./sqlite/migrations.ts";
import { readOptions } from "./sqlite/options.ts";
import { MAX_BATCH } from "./sql/batch_limits.ts";
import { SqliteScheduleStore } from "./sqlite/schedule_store.ts";
import { forgetStatistics } from "./sqlite/statistics.ts";
import { storeParts } from "./sqlite/store_parts.ts";
import { type Tables, tablesOf } from "./sql/table_names.ts";
import { SqliteWorkerStore } from "./sqlite/worker_store.ts";

export type { Surroundings };

/** A master in a SQLite file. */
export interface SqliteMaster extends Master {
  /** Transactions this connection has committed. */
  readonly commits: number;
}

const SYSTEM: Surroundings = { clock: systemClock, random: systemRandom };

/**
 * Opens a master whose time and chance come from `surroundings`; its leases are judged on that clock.
 *
 * @throws {JobMasterError} See {@linkcode MasterAdapter.open}.
 */
export async function openSqlite(
  options: Readonly<Record<string, unknown>>,
  surroundings: Surroundings = SYSTEM,
): Promise<SqliteMaster> {
  const { path, prefix, synchronous, migrate } = readOptions(options);
  const tables = tablesOf(prefix);
  if (!migrate) requireLatest(path, inspectSchema(path, tables), tables);
  const connection = await SqliteConnection.open({ path, synchronous }, surroundings);
  try {
    if (migrate) await migrateSchema(connection, tables);
    await forgetStatistics(connection, tables);
    return await connection.read(() => masterOn(connection, tables));
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** The SQLite master, by its options: see `SqliteOptions`. */
export const adapter: MasterAdapter = {
  open: (options) => openSqlite(options),
  // deno-lint-ignore require-await -- what it throws rejects
  async inspect(options): Promise<MigrationReport> {
    const { path, prefix } = readOptions(options);
    return inspectSchema(path, tablesOf(prefix));
  },
  async migrate(options): Promise<MigrationReport> {
    const { path, prefix, synchronous } = readOptions(options);
    const tables = tablesOf(prefix);
    const connection = await SqliteConnection.open({ path, synchronous }, SYSTEM);
    try {
      const steps = await migrateSchema(connection, tables);
      return { ...await connection.read(() => reportOf(connection, tables)), steps };
    } finally {
      await connection.close();
    }
  },
  // deno-lint-ignore require-await -- what it throws rejects
  async enlist(options, client, enlisted) {
    return enlistJobs(readOptions(options), { client, clock: systemClock }, enlisted);
  },
};

function masterOn(connection: SqliteConnection, tables: Tables): SqliteMaster {
  const parts = storeParts(connection, tables);
  const { proofs, removal } = parts;
  return {
    capabilities: { wakeups: "push", maxBatch: MAX_BATCH },
    jobs: sqliteJobStore(connection, tables, parts),
    queries: new SqlJobQueries(fileReads(connection), tables),
    schedules: new SqliteScheduleStore(connection, tables, parts),
    history: new SqliteHistoryStore(connection, tables, removal),
    buckets: new SqliteBucketStore(connection, tables, proofs),
    workers: new SqliteWorkerStore(connection, tables, proofs),
    clusters: new SqliteClusterStore(connection, tables),
    agents: new SqliteAgentStore(connection, tables),
    watch: (wake) => connection.watch(wake),
    watchReach: () => ({ [Symbol.dispose]() {} }),
    get commits() {
      return connection.commits;
    },
    [Symbol.asyncDispose]: () => connection.close(),
  };
}
