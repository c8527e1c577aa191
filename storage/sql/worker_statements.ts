/**
 * The SQL of workers and leases.
 *
 * @module
 */

import { WORKERS } from "./columns.ts";
import type { Dialect } from "./dialect.ts";
import { fixed } from "./session.ts";
import type { Tables } from "./table_names.ts";

/** The columns of a worker, in the order statements select and insert them. */
export const WORKER_COLUMNS: readonly string[] = Object.keys(WORKERS);

/** The statements about workers and leases. */
export function workerStatements(tables: Tables, dialect: Dialect) {
  return {
    ...lifeStatements(tables, dialect),
    ...expiryStatements(tables, dialect),
    ...leaseStatements(tables, dialect),
  };
}

function lifeStatements({ workers, incarnations }: Tables, dialect: Dialect) {
  const { clockMs, inserted } = dialect;
  const life = "w.cluster_id = ? AND w.id = ? AND w.incarnation = ?";
  const select = `SELECT ${WORKER_COLUMNS.join(", ")} FROM ${workers} WHERE cluster_id = ?`;
  const [, , ...others] = WORKER_COLUMNS;
  return {
    issue: fixed(
      `INSERT INTO ${incarnations} (cluster_id, last) VALUES (?, 1)
${dialect.orUpdate(["cluster_id"], { last: `${incarnations}.last + 1` })}`,
    ),
    issued: fixed(`SELECT last, ${clockMs} FROM ${incarnations} WHERE cluster_id = ?`),
    register: fixed(
      `INSERT INTO ${workers} (${WORKER_COLUMNS.join(", ")})
VALUES (${WORKER_COLUMNS.map(() => "?").join(", ")})
${
        dialect.orUpdate(
          ["cluster_id", "id"],
          Object.fromEntries(others.map((column) => [column, inserted(column)])),
        )
      }`,
    ),
    // The clock is read once: the lease begins with the heartbeat.
    renew: fixed(dialect.update({
      table: workers,
      alias: "w",
      from:
        `(SELECT c.at_ms, c.at_ms + ? AS until_ms FROM (SELECT ${clockMs} AS at_ms) AS c) AS beat`,
      where: `${life} AND w.status <> 'Dead'`,
      set: { heartbeat_at: "beat.at_ms", lease_until: "beat.until_ms" },
    })),
    stop: fixed(
      `UPDATE ${workers} AS w SET status = 'Stopping' WHERE ${life} AND w.status <> 'Dead'`,
    ),
    remove: fixed(
      `DELETE FROM ${workers} WHERE cluster_id = ? AND id = ? AND incarnation = ?`,
    ),
    list: fixed(`${select} ORDER BY id LIMIT ?`),
    find: fixed(`${select} AND id = ?`),
  };
}

function expiryStatements({ workers }: Tables, dialect: Dialect) {
  const { clockMs } = dialect;
  const given = dialect.jsonTable("?", "given", { id: "text" });
  const where = "w.cluster_id = ? AND w.id = given.id";
  return {
    expired: fixed(
      `SELECT id FROM ${workers} WHERE cluster_id = ? AND lease_until <= ${clockMs}
  AND (status <> 'Dead' OR lease_until <= ${clockMs} - ?) ORDER BY id`,
    ),
    lock: fixed(
      `SELECT w.id, w.status, CASE WHEN w.lease_until <= ${clockMs} - ? THEN 1 ELSE 0 END
FROM ${given} ${dialect.join} ${workers} AS w ON ${where}
WHERE w.lease_until <= ${clockMs} ORDER BY w.id ${dialect.forUpdate("w")}`,
    ),
    bury: fixed(
      dialect.update({ table: workers, alias: "w", from: given, where, set: { status: "'Dead'" } }),
    ),
    forget: fixed(dialect.delete({ table: workers, alias: "w", from: given, where })),
  };
}

function leaseStatements({ leases }: Tables, dialect: Dialect) {
  const { clockMs } = dialect;
  const one = "WHERE cluster_id = ? AND name = ?";
  return {
    lockLease: fixed(
      `SELECT l.holder, l.term, CASE WHEN l.lease_until > ${clockMs} THEN 1 ELSE 0 END
FROM ${leases} AS l WHERE l.cluster_id = ? AND l.name = ? ${dialect.forUpdate("l")}`,
    ),
    makeLease: fixed(
      `INSERT INTO ${leases} (cluster_id, name, holder, term, lease_until)
VALUES (?, ?, NULL, 0, 0) ${dialect.orIgnore(leases)}`,
    ),
    grant: fixed(
      `UPDATE ${leases} SET holder = ?, term = ?, lease_until = ${clockMs} + ? ${one}`,
    ),
    free: fixed(`UPDATE ${leases} SET holder = NULL ${one} AND holder = ? AND term = ?`),
  };
}
