/**
 * What went wrong between this process and a database server, and what calls are told.
 *
 * @module
 */

import { type ErrorCode, JobMasterError } from "../../core/errors.ts";

/**
 * What a failure means for the work it ended:
 *
 * - `lost`: the connection is gone, cannot be had, or leads to a server that cannot write. Another one may do.
 * - `conflict`: the server chose this transaction to fail, so that another could go on.
 * - `locked`: another transaction held a lock for too long.
 * - `full`: the server takes no further connection now; those that are there work.
 * - `crowded`: every connection of the pool was in use for too long.
 * - `passing`: this call failed; a later one may not. A deadline, a full disk.
 * - `refused`: the server will refuse it again.
 */
export type FailureKind =
  | "lost"
  | "conflict"
  | "locked"
  | "full"
  | "crowded"
  | "passing"
  | "refused";

/** Kinds after which the whole work is tried again. */
const TRANSIENT: ReadonlySet<FailureKind> = new Set(["lost", "conflict", "locked", "full"]);

/** Kinds that say others were in the way. */
const BUSY: ReadonlySet<FailureKind> = new Set(["conflict", "locked", "full", "crowded"]);

/** Asks on another connection whether a commit took place; `undefined` while the server is still at it. */
export type CommitQuestion<C> = (connection: C) => Promise<boolean | undefined>;

/** A failure of the server or of the way to it. Its text holds no SQL and no password. */
export class SqlFailure extends Error {
  /** Always `"SqlFailure"`. */
  override readonly name: string = "SqlFailure";
  /** What it means. */
  readonly kind: FailureKind;
  /** The server's code, the system's, or empty. */
  readonly code: string;

  /** A failure; `code` is the server's or the system's own. */
  constructor(kind: FailureKind, message: string, code = "") {
    super(code === "" ? message : `${message} (${code})`);
    this.kind = kind;
    this.code = code;
  }
}

/** The connection was lost after COMMIT was sent and before it was answered. */
export class CommitUnknown<C> extends SqlFailure {
  /** Always `"CommitUnknown"`. */
  override readonly name: string = "CommitUnknown";
  /** Finds out; `null` when nothing was written, so that it does not matter. */
  readonly question: CommitQuestion<C> | null;

  /** What `lost` means during a commit. */
  constructor(lost: SqlFailure, question: CommitQuestion<C> | null) {
    super("lost", lost.message);
    this.question = question;
  }
}

/** Whether the whole work may be tried again. */
export function isTransient(thrown: unknown): thrown is SqlFailure {
  return thrown instanceof SqlFailure && TRANSIENT.has(thrown.kind);
}

/** Whether others were in the way. */
export function isBusy({ kind }: SqlFailure): boolean {
  return BUSY.has(kind);
}

/** `thrown` as callers may see it: failures become `master_unavailable` or `master_busy`, others stay what they are. */
export function asMasterError(thrown: unknown, master: string): unknown {
  if (!(thrown instanceof SqlFailure)) return thrown;
  const code: ErrorCode = isBusy(thrown) ? "master_busy" : "master_unavailable";
  return new JobMasterError(code, `Cannot use master "${master}": ${thrown.message}`, {
    cause: thrown,
    retryable: thrown.kind !== "refused",
  });
}

/** What calls get after the server was closed. */
export function masterClosed(master: string): JobMasterError {
  return new JobMasterError(
    "master_unavailable",
    `Cannot use master "${master}": it has been closed`,
  );
}
