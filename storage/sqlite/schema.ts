/**
 * The numbered steps that make the tables.
 *
 * A step that has been released never changes: a new one follows it.
 *
 * @module
 */

import type { MigrationStep } from "../port.ts";
import { CLAIMED, HELD, UNCLAIMED, UNSUCCESSFUL } from "../sql/codes.ts";
import { scheduleTables } from "./schedule_schema.ts";
import type { Tables } from "../sql/table_names.ts";

/** The table that records the steps taken; made before the first of them. */
export function schemaTable(tables: Tables): string {
  return `CREATE TABLE IF NOT EXISTS ${tables.schema} (
  version INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  applied_at INTEGER NOT NULL
)`;
}

/** Every step, in order. */
export function migrationSteps(tables: Tables): readonly MigrationStep[] {
  return [
    { version: 1, name: "clusters", sql: [...clusterTables(tables), ...workerTables(tables)] },
    {
      version: 2,
      name: "jobs",
      sql: [jobTable(tables), ...jobIndexes(tables), countTable(tables)],
    },
    { version: 3, name: "history", sql: historyTables(tables) },
    { version: 4, name: "schedules", sql: scheduleTables(tables) },
    { version: 5, name: "agent connections", sql: [connectionTable(tables)] },
    {
      version: 6,
      name: "agent connections that drain",
      sql: [`ALTER TABLE ${tables.connections} ADD COLUMN draining_at INTEGER`],
    },
  ];
}

function connectionTable({ connections }: Tables): string {
  return `CREATE TABLE ${connections} (
  cluster_id TEXT NOT NULL,
  name TEXT NOT NULL,
  product TEXT NOT NULL,
  address TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  PRIMARY KEY (cluster_id, name)
) WITHOUT ROWID`;
}

function clusterTables(tables: Tables): readonly string[] {
  return [
    `CREATE TABLE ${tables.clusters} (
  id TEXT PRIMARY KEY,
  settings TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) WITHOUT ROWID`,
    `CREATE TABLE ${tables.definitions} (
  cluster_id TEXT NOT NULL,
  id TEXT NOT NULL,
  defaults TEXT NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (cluster_id, id)
) WITHOUT ROWID`,
  ];
}

function workerTables(tables: Tables): readonly string[] {
  return [
    `CREATE TABLE ${tables.incarnations} (
  cluster_id TEXT PRIMARY KEY,
  last INTEGER NOT NULL
) WITHOUT ROWID`,
    `CREATE TABLE ${tables.workers} (
  cluster_id TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  mode TEXT NOT NULL,
  lane TEXT NOT NULL,
  agent_connection_id TEXT NOT NULL,
  parallelism REAL NOT NULL,
  incarnation INTEGER NOT NULL,
  status TEXT NOT NULL,
  host TEXT NOT NULL,
  process_id INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  heartbeat_at INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  PRIMARY KEY (cluster_id, id)
) WITHOUT ROWID`,
    `CREATE TABLE ${tables.leases} (
  cluster_id TEXT NOT NULL,
  name TEXT NOT NULL,
  holder TEXT,
  term INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  PRIMARY KEY (cluster_id, name)
) WITHOUT ROWID`,
    `CREATE TABLE ${tables.buckets} (
  cluster_id TEXT NOT NULL,
  id TEXT NOT NULL,
  status TEXT NOT NULL,
  priority INTEGER NOT NULL,
  lane TEXT NOT NULL,
  agent_connection_id TEXT NOT NULL,
  worker_id TEXT,
  incarnation INTEGER,
  epoch INTEGER NOT NULL,
  color TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  status_changed_at INTEGER NOT NULL,
  PRIMARY KEY (cluster_id, id)
) WITHOUT ROWID`,
  ];
}

/** Jobs keep their rowid: their rows are too large for the nodes of an index. Long columns come last. */
function jobTable({ jobs }: Tables): string {
  return `CREATE TABLE ${jobs} (
  seq INTEGER PRIMARY KEY,
  cluster_id TEXT NOT NULL,
  id TEXT NOT NULL,
  definition_id TEXT NOT NULL,
  status INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  lane TEXT NOT NULL,
  trigger_source INTEGER NOT NULL,
  original_scheduled_at INTEGER NOT NULL,
  scheduled_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  claimed_at INTEGER,
  started_at INTEGER,
  finished_at INTEGER,
  attempts INTEGER NOT NULL,
  last_attempt INTEGER NOT NULL,
  crashes INTEGER NOT NULL DEFAULT 0,
  max_retries INTEGER NOT NULL,
  timeout_ms INTEGER NOT NULL,
  cancel_requested_at INTEGER,
  revision INTEGER NOT NULL,
  bucket_id TEXT,
  agent_connection_id TEXT,
  worker_id TEXT,
  schedule_id TEXT,
  unique_key TEXT,
  retry TEXT,
  progress TEXT,
  metadata TEXT NOT NULL,
  error TEXT,
  result TEXT,
  data TEXT NOT NULL
)`;
}

function jobIndexes({ jobs }: Tables): readonly string[] {
  return [
    `CREATE UNIQUE INDEX ${jobs}_by_id ON ${jobs} (cluster_id, id)`,
    `CREATE UNIQUE INDEX ${jobs}_by_unique_key ON ${jobs} (cluster_id, definition_id, unique_key)
  WHERE unique_key IS NOT NULL`,
    `CREATE INDEX ${jobs}_by_created ON ${jobs} (cluster_id, created_at, id)`,
    `CREATE INDEX ${jobs}_by_schedule ON ${jobs} (cluster_id, schedule_id, created_at, id)
  WHERE schedule_id IS NOT NULL`,
    `CREATE INDEX ${jobs}_held ON ${jobs} (cluster_id, lane, priority, scheduled_at, id, created_at, status)
  WHERE ${HELD}`,
    `CREATE INDEX ${jobs}_unclaimed ON ${jobs} (cluster_id, bucket_id, scheduled_at, id, status)
  WHERE ${UNCLAIMED}`,
    `CREATE INDEX ${jobs}_claimed ON ${jobs} (cluster_id, bucket_id, id, status)
  WHERE ${CLAIMED}`,
    `CREATE INDEX ${jobs}_cancelling ON ${jobs} (cluster_id, bucket_id, id)
  WHERE cancel_requested_at IS NOT NULL AND ${CLAIMED}`,
    `CREATE INDEX ${jobs}_finished ON ${jobs} (cluster_id, finished_at, id, status)
  WHERE finished_at IS NOT NULL`,
    `CREATE INDEX ${jobs}_unsuccessful ON ${jobs} (cluster_id, created_at, id, status)
  WHERE ${UNSUCCESSFUL}`,
  ];
}

function countTable({ finalCounts }: Tables): string {
  return `CREATE TABLE ${finalCounts} (
  cluster_id TEXT NOT NULL,
  status INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (cluster_id, status)
) WITHOUT ROWID`;
}

function historyTables({ executions, logs }: Tables): readonly string[] {
  return [
    `CREATE TABLE ${executions} (
  cluster_id TEXT NOT NULL,
  job_id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER NOT NULL,
  worker_id TEXT,
  error TEXT,
  PRIMARY KEY (cluster_id, job_id, attempt)
) WITHOUT ROWID`,
    `CREATE TABLE ${logs} (
  seq INTEGER PRIMARY KEY,
  cluster_id TEXT NOT NULL,
  id TEXT NOT NULL,
  level INTEGER NOT NULL,
  subject_type INTEGER NOT NULL,
  subject_id TEXT NOT NULL,
  attempt INTEGER,
  written_at INTEGER NOT NULL,
  host TEXT NOT NULL,
  message TEXT NOT NULL,
  fields TEXT
)`,
    `CREATE UNIQUE INDEX ${logs}_by_id ON ${logs} (cluster_id, id)`,
    `CREATE INDEX ${logs}_by_written ON ${logs} (cluster_id, written_at, id)`,
    `CREATE INDEX ${logs}_by_subject
  ON ${logs} (cluster_id, subject_type, subject_id, written_at, id)`,
  ];
}
