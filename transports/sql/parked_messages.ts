/**
 * Messages that are set aside in a table of a database server, and what people do with them.
 *
 * @module
 */

import { batch, byId } from "../../storage/sql/batches.ts";
import type { Row, Session, SqlValue, Transaction } from "../../storage/sql/session.ts";
import { MAX_BATCH } from "../batch_limit.ts";
import { parkedCursor, readParkedCursor } from "../parked_cursor.ts";
import type { ParkedMessage, ParkedNames, Transport } from "../port.ts";
import type { messageStatements } from "./statements.ts";

type Statements = ReturnType<typeof messageStatements>;

/** The latest parked messages after a place. */
export async function listParked(
  session: Session,
  sql: Statements,
  { clusterId, limit, after }: Parameters<Transport["listParked"]>[0],
): Promise<readonly ParkedMessage[]> {
  const { parkedAtMs, id } = readParkedCursor(after);
  const values = [clusterId, parkedAtMs, parkedAtMs, id, Math.min(limit, MAX_BATCH)];
  return (await session.rows(sql.listParked, values)).map((row): ParkedMessage => ({
    messageId: row[0] as string,
    bucketId: row[1] as string,
    reason: row[2] as string,
    parkedAtMs: row[3] as number,
    bytes: new TextEncoder().encode(row[4] as string),
    cursor: parkedCursor({ id: row[0] as string, parkedAtMs: row[3] as number }),
  }));
}

/**
 * Puts parked messages back, in one transaction. A message whose id was sent anew with another content stays parked:
 * which one would be lost is seen after the insert.
 */
export async function requeueParked(
  tx: Transaction,
  sql: Statements,
  { clusterId, messageIds }: ParkedNames,
): Promise<readonly string[]> {
  const ids = idsOf(await tx.rows(sql.lockParked, [named(messageIds), clusterId]));
  if (ids.length === 0) return [];
  await tx.run(sql.requeue, [named(ids), clusterId]);
  const moved = idsOf(await tx.rows(sql.requeued, [named(ids), clusterId]));
  if (moved.length > 0) tx.last(sql.dropParked, [named(moved), clusterId]);
  return moved;
}

/** Deletes parked messages, in one transaction. */
export async function discardParked(
  tx: Transaction,
  sql: Statements,
  { clusterId, messageIds }: ParkedNames,
): Promise<readonly string[]> {
  const ids = idsOf(await tx.rows(sql.lockParked, [named(messageIds), clusterId]));
  if (ids.length > 0) tx.last(sql.dropParked, [named(ids), clusterId]);
  return ids;
}

/** Ids as a batch, in the order in which rows are locked. */
function named(ids: readonly string[]): SqlValue {
  return batch(byId([...new Set(ids)].map((id) => ({ id }))));
}

function idsOf(rows: readonly Row[]): readonly string[] {
  return rows.map(([id]) => id as string);
}
