/**
 * How a lost commit is found out about on Postgres: by the number of its transaction, whose fate the server knows.
 *
 * A server that crashes forgets which numbers it gave to transactions that it had not written to disk, and gives them
 * again. So a number says something about its transaction only as long as the server has not crashed; afterwards it
 * does if the server knew it when it came up again.
 *
 * @module
 */

import { SqlFailure } from "./failures.ts";
import { composed, fixed, type Row, type Statement } from "./session.ts";
import type { Connection } from "./wire.ts";

/** The server's session that a transaction runs in. */
export interface PostgresSession {
  /** The process that serves it. */
  readonly pid: number;
  /** When it began, in seconds of the server's clock, as text with all digits. */
  readonly beganAt: string;
  /** The server's history: another one after a standby took over. */
  readonly timeline: string;
}

/** What tells a transaction from all others. */
export interface PostgresWitness extends PostgresSession {
  /** Its number. */
  readonly xid: string;
}

/** SQL of the columns that {@linkcode sessionOf} reads. */
export const SESSION_COLUMNS = `pg_backend_pid(),
  (SELECT extract(epoch FROM backend_start)::text FROM pg_stat_get_activity(pg_backend_pid())),
  CASE WHEN NOT pg_is_in_recovery() THEN substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) END`;

/** Reads {@linkcode SESSION_COLUMNS}. */
export function sessionOf([pid, beganAt, timeline]: Row): PostgresSession {
  return { pid: Number(pid), beganAt: String(beganAt), timeline: String(timeline) };
}

/** Asks for the number of the transaction, in a session that is known. */
export const WITNESS: Statement = fixed("SELECT pg_current_xact_id()::text");

/** Asks for the number of the transaction and for its session. */
export const POOLED_WITNESS: Statement = composed(
  `SELECT pg_current_xact_id()::text, ${SESSION_COLUMNS}`,
);

/** The fate of a number, and whether the server has neither been started nor crashed since the session began. */
const FATE = fixed(`SELECT pg_xact_status(?::xid8),
  extract(epoch FROM greatest(
    pg_postmaster_start_time(), (SELECT stats_reset FROM pg_stat_bgwriter)
  )) < ?::double precision,
  substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) = ?`);

/** What the server says of a number that it has not given. */
const NEVER_GIVEN = "22023";

const END = fixed(
  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = ? AND backend_xid = ?::xid8::xid",
);

/** Whether the server knew a number when it came up; NULL once that is forgotten, with its next checkpoint. */
const WAS_KNOWN = fixed(`SELECT CASE
  WHEN redo_lsn = checkpoint_lsn AND current_setting('wal_level') <> 'minimal' THEN
    ((split_part(next_xid, ':', 1)::bigint << 32) | split_part(next_xid, ':', 2)::bigint)::text::xid8
      > ?::xid8
END FROM pg_control_checkpoint()`);

/**
 * Whether the transaction was committed; `undefined` while it is open. It is ended then, because its client is gone.
 *
 * @throws {SqlFailure} `refused` when nobody can tell any more.
 */
export async function tookPlace(
  connection: Connection,
  { xid, pid, beganAt, timeline }: PostgresWitness,
): Promise<boolean | undefined> {
  const row = await fateOf(connection, [xid, beganAt, timeline]);
  if (row === null) return false;
  const [fate, isSameLife, isSameHistory] = row;
  if (fate === "in progress") {
    const ended = await connection.rows(END, [pid, xid]);
    // Of another life it may be another one's number; its session is what tells.
    return ended.length > 0 || isSameLife === 1 ? undefined : false;
  }
  if (isSameLife === 1 && isSameHistory === 1) return fate === "committed";
  if (fate !== "committed") return false;
  const [known] = isSameHistory === 1 ? await connection.rows(WAS_KNOWN, [xid]) : [];
  if (typeof known?.[0] === "number") return known[0] === 1;
  throw new SqlFailure("refused", "the server has been replaced or started anew since");
}

async function fateOf(
  connection: Connection,
  values: readonly [string, string, string],
): Promise<Row | null> {
  try {
    const [row] = await connection.rows(FATE, values);
    return row ?? null;
  } catch (error) {
    if (error instanceof SqlFailure && error.code === NEVER_GIVEN) return null;
    throw error;
  }
}
