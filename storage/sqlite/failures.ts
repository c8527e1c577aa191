/**
 * What SQLite's errors mean: wait and try again, the master is unavailable, or one call was wrong.
 *
 * @module
 */

import { JobMasterError } from "../../core/errors.ts";
import { shown } from "../../core/names.ts";

/** Primary result codes, see https://sqlite.org/rescode.html. */
const CODE = {
  error: 1,
  busy: 5,
  locked: 6,
  protocol: 15,
  tooBig: 18,
  constraint: 19,
  mismatch: 20,
  range: 25,
};

/** Codes that say another connection is in the way; `protocol` when many open the file at once. */
const IN_THE_WAY: readonly number[] = [CODE.busy, CODE.locked, CODE.protocol];

/** Codes that blame one statement. Every other one may have rolled the whole transaction back. */
const OF_ONE_CALL: readonly number[] = [
  CODE.error,
  CODE.tooBig,
  CODE.constraint,
  CODE.mismatch,
  CODE.range,
];

/** Codes that may pass: no memory, disk I/O, disk full, cannot open. */
const PASSING: readonly number[] = [7, 10, 13, 14];

/** Whether another connection held the lock for longer than the busy timeout. */
export function isBusy(thrown: unknown): boolean {
  const code = primaryCode(thrown);
  if (code !== undefined) return IN_THE_WAY.includes(code);
  return isSqlite(thrown) && thrown.message.includes("database is locked");
}

/** Whether `thrown` ends the transaction it happened in, not only the call. */
export function endsTransaction(thrown: unknown): boolean {
  const code = primaryCode(thrown);
  return code !== undefined && !OF_ONE_CALL.includes(code);
}

/** `thrown` as callers may see it: SQLite's errors become `master_unavailable`, others stay what they are. */
export function asMasterError(thrown: unknown, path: string): unknown {
  if (!isSqlite(thrown)) return thrown;
  const code = primaryCode(thrown);
  return new JobMasterError(
    "master_unavailable",
    `Cannot use master ${shown(path)}: ${thrown.message}`,
    { cause: thrown, retryable: code === undefined || PASSING.includes(code) },
  );
}

/** What calls get when the lock could not be had in time. */
export function masterBusy(path: string, waitedMs: number, cause: unknown): JobMasterError {
  return new JobMasterError(
    "master_busy",
    `Cannot write to master ${shown(path)}: another process held its lock for ${waitedMs} ms`,
    { cause, retryable: true },
  );
}

/** What calls get after `close`. */
export function masterClosed(path: string): JobMasterError {
  return new JobMasterError(
    "master_unavailable",
    `Cannot use master ${shown(path)}: it has been closed`,
  );
}

function isSqlite(thrown: unknown): thrown is Error {
  return thrown instanceof Error && (thrown as { code?: unknown }).code === "ERR_SQLITE_ERROR";
}

/** Extended codes carry the primary one in their lowest byte. Opening a file reports no code. */
function primaryCode(thrown: unknown): number | undefined {
  if (!isSqlite(thrown)) return undefined;
  const code = (thrown as { errcode?: unknown }).errcode;
  return typeof code === "number" ? code & 0xff : undefined;
}
