/**
 * What errors of Postgres, of PgBouncer and of the way to them mean.
 *
 * @module
 */

import { type FailureKind, SqlFailure } from "./failures.ts";

/** Codes by what they mean, whole or by their class. Longer entries win. See the manual's appendix A. */
const KINDS: Readonly<Record<string, FailureKind>> = {
  "08": "lost", // connection exceptions; PgBouncer's own errors
  "0A000": "refused",
  "25006": "lost", // read-only: a standby, after a failover
  "25P03": "lost", // idle in transaction for too long
  "26000": "lost", // the pooler or somebody else dropped prepared statements
  "40001": "conflict",
  "40P01": "conflict",
  "53": "passing", // no memory, no disk
  "53300": "full", // too many connections
  "55P03": "locked",
  "57014": "passing", // statement deadline
  "57P": "lost", // shutting down, starting up, crashed
  "58": "passing", // I/O
};

/** What the server says when the columns of a table changed under a prepared statement. */
const STALE_PLAN = "cached plan must not change result type";

/** Errors on the way that stay: certificates, a server without TLS, no password where one is needed. */
const SETUP = /^(?:ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH)/;
const SETUP_TEXT = /does not support SSL|establishing an SSL|^SASL|^SCRAM|certificate/i;

/** `thrown` of the driver as a failure. */
export function postgresFailure(thrown: unknown): SqlFailure {
  if (thrown instanceof SqlFailure) return thrown;
  const { message, code, severity } = fieldsOf(thrown);
  if (severity === undefined) return failureOnTheWay(message, code);
  const kind = message.includes(STALE_PLAN) ? "lost" : kindOf(code);
  return new SqlFailure(kind, message, code);
}

/** An error of the system or of the driver as a failure. */
export function failureOnTheWay(message: string, code: string): SqlFailure {
  const kind = SETUP.test(code) || SETUP_TEXT.test(message) ? "refused" : "lost";
  return new SqlFailure(kind, message, code);
}

/** What can be said of anything thrown. */
export function fieldsOf(
  thrown: unknown,
): { readonly message: string; readonly code: string; readonly severity: string | undefined } {
  const error = (typeof thrown === "object" ? thrown : null) as {
    readonly message?: unknown;
    readonly code?: unknown;
    readonly severity?: unknown;
    readonly errors?: readonly { readonly message?: unknown }[]; // one per address that was tried
  } | null;
  const message = error?.message || error?.errors?.[0]?.message || thrown;
  return {
    message: String(message),
    code: typeof error?.code === "string" ? error.code : "",
    severity: typeof error?.severity === "string" ? error.severity : undefined,
  };
}

function kindOf(code: string): FailureKind {
  return KINDS[code] ?? KINDS[code.slice(0, 3)] ?? KINDS[code.slice(0, 2)] ?? "refused";
}
