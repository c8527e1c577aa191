/**
 * What errors of MySQL and MariaDB and of the way to them mean.
 *
 * @module
 */

import { type FailureKind, SqlFailure } from "./failures.ts";

/** The server's error numbers. What is not listed will be refused again. */
const KINDS: Readonly<Record<number, FailureKind>> = {
  1021: "passing", // disk full
  1037: "passing", // out of memory
  1038: "passing", // out of sort memory
  1040: "full", // too many connections
  1041: "passing", // out of resources
  1053: "lost", // shutting down
  1077: "lost", // shutting down
  1079: "lost", // shut down
  1080: "lost", // closed by force
  1114: "passing", // table full
  1129: "lost", // host blocked after too many errors
  1152: "lost", // aborted connection
  1159: "lost", // read timeout
  1161: "lost", // write timeout
  1184: "lost", // aborted connection
  1203: "full", // too many connections of this user
  1205: "locked",
  1206: "passing", // too many locks
  1213: "conflict",
  1226: "full", // limit of this user
  1243: "lost", // prepared statement is gone
  1290: "lost", // read-only, after a failover
  1317: "passing", // interrupted
  1412: "conflict", // table was changed meanwhile
  1613: "conflict", // rolled back: took too long
  1614: "conflict", // rolled back: deadlock
  1615: "conflict", // prepared statement has to be prepared again
  1792: "lost", // read-only transaction
  1836: "lost", // read-only
  1927: "lost", // killed
  1969: "passing", // statement deadline of MariaDB
  3024: "passing", // statement deadline of MySQL
  3101: "conflict", // group replication
  3168: "lost", // being upgraded
  3572: "locked",
  4031: "lost", // idle for too long
};

/** Errors on the way that stay: certificates, a server without TLS, ways to log in this side does not know. */
const SETUP = /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HANDSHAKE_|AUTH_)/;

/** `thrown` of the driver as a failure. Its own error is dropped: it holds the statement with its values. */
export function mysqlFailure(thrown: unknown): SqlFailure {
  if (thrown instanceof SqlFailure) return thrown;
  const error = (typeof thrown === "object" ? thrown : null) as {
    readonly message?: unknown;
    readonly code?: unknown;
    readonly errno?: unknown;
    readonly errors?: readonly { readonly message?: unknown }[]; // one per address that was tried
  } | null;
  const message = String(error?.message || error?.errors?.[0]?.message || thrown);
  const code = typeof error?.code === "string" ? error.code : "";
  const isServers = typeof error?.errno === "number" && error.errno >= 1_000;
  if (isServers) return new SqlFailure(KINDS[Number(error.errno)] ?? "refused", message, code);
  return new SqlFailure(SETUP.test(code) ? "refused" : "lost", message, code);
}
