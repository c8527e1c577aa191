/**
 * The tables of an agent connection in a SQLite file.
 *
 * @module
 */

import { type MessageTables, messageTables, TABLES_VERSION } from "../sql/tables.ts";

export { type MessageTables, messageTables, TABLES_VERSION };

/** The statements that make them. */
export function makeFileTables({ store, messages, parked }: MessageTables): readonly string[] {
  return [
    `CREATE TABLE ${store} (
  id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, version INTEGER NOT NULL, made_at INTEGER NOT NULL
) STRICT`,
    `CREATE TABLE ${messages} (
  cluster_id TEXT NOT NULL, id TEXT NOT NULL, bucket_id TEXT NOT NULL, due_at INTEGER NOT NULL,
  visible_at INTEGER NOT NULL, deliveries INTEGER NOT NULL, pushed_at INTEGER NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (cluster_id, id)
) STRICT`,
    `CREATE INDEX ${messages}_due ON ${messages} (cluster_id, bucket_id, due_at, id)`,
    `CREATE TABLE ${parked} (
  cluster_id TEXT NOT NULL, id TEXT NOT NULL, bucket_id TEXT NOT NULL, reason TEXT NOT NULL,
  parked_at INTEGER NOT NULL, body TEXT NOT NULL,
  PRIMARY KEY (cluster_id, id)
) STRICT`,
    `CREATE INDEX ${parked}_by_time ON ${parked} (cluster_id, parked_at, id)`,
    `CREATE INDEX ${parked}_by_bucket ON ${parked} (cluster_id, bucket_id)`,
  ];
}
