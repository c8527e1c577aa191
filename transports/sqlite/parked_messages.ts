/**
 * Messages that are set aside in a SQLite file, and what people do with them.
 *
 * @module
 */

import type { SqliteConnection } from "../../storage/sqlite/connection.ts";
import { MAX_BATCH } from "../batch_limit.ts";
import { parkedCursor, readParkedCursor } from "../parked_cursor.ts";
import type { ParkedMessage, ParkedNames, Transport } from "../port.ts";
import type { MessageTables } from "./tables.ts";

/** The statements about parked messages. */
export type ParkedStatements = ReturnType<typeof parkedStatements>;

/** Prepares the statements. */
export function parkedStatements(
  connection: SqliteConnection,
  { messages, parked }: MessageTables,
) {
  const one = "WHERE cluster_id = ? AND id = ?";
  return {
    list: connection.prepareRows(
      `SELECT id, bucket_id, reason, parked_at, body FROM ${parked} INDEXED BY ${parked}_by_time
WHERE cluster_id = ? AND parked_at <= ? AND (parked_at < ? OR id < ?)
ORDER BY parked_at DESC, id DESC LIMIT ?`,
    ),
    countAll: connection.prepareRows(
      `SELECT count(*) FROM ${parked} INDEXED BY ${parked}_by_time WHERE cluster_id = ?`,
    ),
    push: connection.prepare(
      `INSERT INTO ${messages} (cluster_id, id, bucket_id, due_at, visible_at, deliveries, pushed_at, body)
SELECT cluster_id, id, bucket_id, 0, 0, 0, ?, body FROM ${parked} ${one} ON CONFLICT DO NOTHING`,
    ),
    drop: connection.prepare(`DELETE FROM ${parked} ${one}`),
  };
}

/** The latest parked messages after a place. */
export function listParked(
  sql: ParkedStatements,
  { clusterId, limit, after }: Parameters<Transport["listParked"]>[0],
): readonly ParkedMessage[] {
  const { parkedAtMs, id } = readParkedCursor(after);
  const size = Math.min(limit, MAX_BATCH);
  return sql.list.all(clusterId, parkedAtMs, parkedAtMs, id, size).map((row): ParkedMessage => ({
    messageId: row[0] as string,
    bucketId: row[1] as string,
    reason: row[2] as string,
    parkedAtMs: row[3] as number,
    bytes: new TextEncoder().encode(row[4] as string),
    cursor: parkedCursor({ id: row[0] as string, parkedAtMs: row[3] as number }),
  }));
}

/** Puts parked messages back. One whose id was sent anew stays parked. */
export function requeueParked(
  { push, drop }: ParkedStatements,
  { clusterId, messageIds }: ParkedNames,
  nowMs: number,
): readonly string[] {
  return messageIds.filter((id) => {
    if (Number(push.run(nowMs, clusterId, id).changes) === 0) return false;
    drop.run(clusterId, id);
    return true;
  });
}

/** Deletes parked messages. */
export function discardParked(
  { drop }: ParkedStatements,
  { clusterId, messageIds }: ParkedNames,
): readonly string[] {
  return messageIds.filter((id) => Number(drop.run(clusterId, id).changes) > 0);
}
