/**
 * What is worth saying about a MySQL or MariaDB server: its version, settings that may lose commits or refuse batches.
 *
 * @module
 */

import type { Advice } from "../port.ts";
import type { ServerOptions } from "./options.ts";
import { composed, type Session } from "./session.ts";

/** Room for the largest batch, in bytes. */
const LEAST_PACKET = 16 * 1024 * 1024;

const LOOK = composed(`SELECT VERSION(), @@global.max_allowed_packet,
  @@global.innodb_flush_log_at_trx_commit, @@global.read_only, @@global.log_bin,
  @@global.binlog_format, @@global.max_connections, @@global.innodb_doublewrite`);

/** Looks at the server through `session`. */
export async function adviseMysql(
  session: Session,
  options: ServerOptions,
): Promise<readonly Advice[]> {
  const [row] = await session.rows(LOOK);
  const [version, packet, flush, readOnly, logs, format, most, doubleWrite] = row!;
  const advice: (Advice | false)[] = [
    isTooOld(`${version}`) &&
    fail(`${version} is too old: MySQL 8.0.19, MariaDB 10.6 or newer is needed`),
    isOn(readOnly) &&
    warn("read_only is on: without special rights it only reads; name the primary"),
    isOn(logs) && format === "STATEMENT" &&
    fail("binlog_format is STATEMENT: it refuses writes at READ COMMITTED; set ROW"),
    Number(packet) < LEAST_PACKET &&
    warn(`max_allowed_packet is ${packet} bytes: large batches are refused; set 16M or more`),
    Number(flush) !== 1 &&
    warn(
      `innodb_flush_log_at_trx_commit is ${flush}: accepted jobs are lost when the server crashes; set 1`,
    ),
    (doubleWrite === 0 || doubleWrite === "0" || doubleWrite === "OFF") &&
    warn("innodb_doublewrite is off: a power failure may destroy the database"),
    Number(most) < options.connections + 2 &&
    warn(`max_connections is ${most}: one node opens up to ${options.connections + 2}`),
  ];
  const found = advice.filter((entry) => entry !== false);
  return found.length > 0 ? found : [{ state: "ok", message: "Settings fit" }];
}

function isOn(value: unknown): boolean {
  return value === 1 || value === "1" || value === "ON";
}

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number);
  const number = major * 1_000_000 + minor * 1_000 + patch;
  return number < (/mariadb/i.test(version) ? 10_006_000 : 8_000_019);
}

function fail(message: string): Advice {
  return { state: "fail", message };
}

function warn(message: string): Advice {
  return { state: "warn", message };
}
