/**
 * What is worth saying about a MySQL or MariaDB server: settings that may lose commits or refuse writes.
 *
 * @module
 */

import type { Advice } from "../port.ts";
import { adviceOr, fail, warn } from "./advice.ts";
import type { ServerOptions } from "./options.ts";
import { composed, type Session } from "./session.ts";

const LOOK = composed(
  `SELECT @@global.innodb_flush_log_at_trx_commit, @@global.read_only, @@global.log_bin,
  @@global.binlog_format, @@global.max_connections, @@global.innodb_doublewrite`,
);

/** Looks at the server through `session`. */
export async function adviseMysql(
  session: Session,
  options: ServerOptions,
): Promise<readonly Advice[]> {
  const [row] = await session.rows(LOOK);
  const [flush, readOnly, logs, format, most, doubleWrite] = row!;
  return adviceOr("Settings fit", [
    isOn(readOnly) &&
    warn("read_only is on: without special rights it only reads; name the primary"),
    isOn(logs) && format === "STATEMENT" &&
    fail("binlog_format is STATEMENT: it refuses writes at READ COMMITTED; set ROW"),
    Number(flush) !== 1 &&
    warn(
      `innodb_flush_log_at_trx_commit is ${flush}: accepted jobs are lost when the server crashes; set 1`,
    ),
    (doubleWrite === 0 || doubleWrite === "0" || doubleWrite === "OFF") &&
    warn("innodb_doublewrite is off: a power failure may destroy the database"),
    Number(most) < options.connections + 2 &&
    warn(`max_connections is ${most}: one node opens up to ${options.connections + 2}`),
  ]);
}

function isOn(value: unknown): boolean {
  return value === 1 || value === "1" || value === "ON";
}
