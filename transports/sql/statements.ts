/**
 * The statements of an agent connection on a database server.
 *
 * @module
 */

import { columnsOf } from "../../storage/sql/batches.ts";
import type { Dialect } from "../../storage/sql/dialect.ts";
import { composed, fixed } from "../../storage/sql/session.ts";
import { MESSAGES, type MessageTables, PARKED } from "./tables.ts";

/** Columns of a message that its sender gives. */
const GIVEN = ["id", "bucket_id", "due_at", "body"] as const;

/** The statements on `tables`. */
export function messageStatements(dialect: Dialect, tables: MessageTables) {
  return {
    ...queueStatements(dialect, tables),
    ...removalStatements(dialect, tables),
    ...parkingStatements(dialect, tables),
    ...parkedStatements(dialect, tables),
  };
}

/** In batches `g` each item names a message and the delivery that was received. */
function queueStatements(dialect: Dialect, { messages }: MessageTables) {
  const { clockMs } = dialect;
  const received = columnsOf(MESSAGES, ["id", "deliveries"]);
  const isReceived =
    "t.cluster_id = ? AND t.bucket_id = ? AND t.id = g.id AND t.deliveries = g.deliveries";
  const given = GIVEN.map((name) => `g.${name}`).join(", ");
  return {
    push: fixed(
      `INSERT INTO ${messages} (cluster_id, ${GIVEN.join(", ")}, visible_at, deliveries, pushed_at)
SELECT ?, ${given}, 0, 0, ${clockMs} FROM ${dialect.jsonTable("?", "g", columnsOf(MESSAGES, GIVEN))}
WHERE 1 = 1 ${dialect.orIgnore(messages)}`,
    ),
    take: fixed(
      `SELECT t.id, t.due_at, t.body, t.deliveries FROM ${messages} AS t ${
        dialect.byIndex(`${messages}_due`)
      }
WHERE t.cluster_id = ? AND t.bucket_id = ? AND t.due_at <= ? AND t.visible_at <= ${clockMs}
ORDER BY t.due_at, t.id LIMIT ? ${dialect.forUpdateSkipLocked("t")}`,
    ),
    lease: fixed(dialect.updateListed({
      table: messages,
      batch: { id: "text", lease_ms: "whole" },
      set: { visible_at: `${clockMs} + g.lease_ms`, deliveries: "t.deliveries + 1" },
    })),
    extend: fixed(dialect.update({
      table: messages,
      alias: "t",
      from: dialect.jsonTable("?", "g", { ...received, lease_ms: "whole" }),
      where: isReceived,
      set: { visible_at: `${clockMs} + g.lease_ms` },
    })),
    ack: fixed(dialect.delete({
      table: messages,
      alias: "t",
      from: dialect.jsonTable("?", "g", received),
      where: isReceived,
    })),
  };
}

/** Which queues there are, and taking messages out of them. */
function removalStatements(dialect: Dialect, { messages }: MessageTables) {
  return {
    queues: composed(
      `SELECT DISTINCT bucket_id FROM ${messages} WHERE cluster_id = ? ORDER BY bucket_id LIMIT ?`,
    ),
    drop: composed(
      dialect.deleteListed({
        table: messages,
        index: "PRIMARY",
        column: "id",
        where: "cluster_id = ?",
      }),
    ),
  };
}

function parkingStatements(dialect: Dialect, { messages, parked }: MessageTables) {
  const { clockMs } = dialect;
  const bucket = dialect.jsonTable("?", "g", { id: "text" });
  const count = (condition: string) => `count(CASE WHEN ${condition} THEN 1 END)`;
  return {
    lock: fixed(dialect.selectListed({
      table: messages,
      batch: columnsOf(MESSAGES, ["id"]),
      columns: "t.id, t.bucket_id, t.deliveries, t.body",
      lock: "update",
    })),
    park: fixed(
      `INSERT INTO ${parked} (cluster_id, id, bucket_id, reason, parked_at, body)
SELECT ?, g.id, g.bucket_id, g.reason, ${clockMs}, g.body FROM ${
        dialect.jsonTable("?", "g", columnsOf(PARKED, ["id", "bucket_id", "reason", "body"]))
      }
WHERE 1 = 1 ${
        dialect.orUpdate(["cluster_id", "id"], {
          bucket_id: dialect.inserted("bucket_id"),
          reason: dialect.inserted("reason"),
          parked_at: dialect.inserted("parked_at"),
          body: dialect.inserted("body"),
        })
      }`,
    ),
    counts: composed(
      `SELECT t.bucket_id, ${count(`t.visible_at <= ${clockMs}`)}, ${
        count(`t.visible_at > ${clockMs}`)
      }
FROM ${bucket} ${dialect.join} ${messages} AS t ON t.cluster_id = ? AND t.bucket_id = g.id GROUP BY t.bucket_id`,
    ),
    parkedCounts: composed(
      `SELECT t.bucket_id, count(*) FROM ${bucket} ${dialect.join} ${parked} AS t
ON t.cluster_id = ? AND t.bucket_id = g.id GROUP BY t.bucket_id`,
    ),
  };
}

/** What is done with messages that are parked. */
function parkedStatements(dialect: Dialect, { messages, parked }: MessageTables) {
  const chosen = `${dialect.jsonTable("?", "g", columnsOf(PARKED, ["id"]))}
${dialect.join} ${parked} AS p ON p.cluster_id = ? AND p.id = g.id`;
  return {
    listParked: fixed(
      `SELECT id, bucket_id, reason, parked_at, body FROM ${parked} ${
        dialect.byIndex(`${parked}_by_time`)
      }
WHERE cluster_id = ? AND parked_at <= ? AND (parked_at < ? OR id < ?)
ORDER BY parked_at DESC, id DESC LIMIT ?`,
    ),
    countParked: composed(`SELECT count(*) FROM ${parked} WHERE cluster_id = ?`),
    lockParked: fixed(dialect.selectListed({
      table: parked,
      batch: columnsOf(PARKED, ["id"]),
      columns: "t.id",
      lock: "update",
    })),
    requeue: composed(
      `INSERT INTO ${messages} (cluster_id, ${GIVEN.join(", ")}, visible_at, deliveries, pushed_at)
SELECT p.cluster_id, p.id, p.bucket_id, 0, p.body, 0, 0, ${dialect.clockMs} FROM ${chosen}
WHERE 1 = 1 ${dialect.orIgnore(messages)}`,
    ),
    requeued: composed(
      `SELECT p.id FROM ${chosen} ${dialect.join} ${messages} AS m
ON m.cluster_id = p.cluster_id AND m.id = p.id AND m.bucket_id = p.bucket_id AND m.body = p.body`,
    ),
    dropParked: composed(
      dialect.deleteListed({
        table: parked,
        index: "PRIMARY",
        column: "id",
        where: "cluster_id = ?",
      }),
    ),
  };
}
