/**
 * Storing jobs in a transaction that the application has open on a server, over the application's own connection.
 *
 * @module
 */

import { codeOf, JobMasterError } from "../../core/errors.ts";
import { shown } from "../../core/names.ts";
import type { EnlistedJobs, InsertResult } from "../port.ts";
import { checkBatch } from "./batch_limits.ts";
import type { Dialect } from "./dialect.ts";
import { isBusy, type SqlFailure } from "./failures.ts";
import { type InsertingTransaction, JobInsertion } from "./job_insertion.ts";
import { storedJob } from "./new_jobs.ts";
import { Proofs } from "./proofs.ts";
import { composed } from "./session.ts";
import { tablesOf } from "./table_names.ts";

/** No name that an application would choose. */
export const SAVEPOINT = "jobmaster_enlist";

/** A connection of the application that may have a transaction open. */
export interface CallersConnection {
  /** The connection itself, however it is wrapped: calls for one take turns. */
  readonly identity: object;
  /**
   * Runs `work` after a savepoint, takes back what it did when it throws, and forgets the savepoint.
   *
   * @throws {JobMasterError} `invalid_request` when no transaction is open.
   */
  atSavepoint<T>(
    work: (transaction: InsertingTransaction, dialect: Dialect) => Promise<T>,
  ): Promise<T>;
  /** What an error of its package means. */
  failureOf(thrown: unknown): SqlFailure;
}

/** Where jobs are stored. */
export interface EnlistingPlace {
  /** The prefix of the tables. */
  readonly prefix: string;
  /** Address of the master, for people. */
  readonly label: string;
}

/**
 * Stores jobs in the open transaction of `connection`.
 *
 * @throws {JobMasterError} See `MasterAdapter.enlist`.
 */
export async function enlistJobs(
  connection: CallersConnection,
  place: EnlistingPlace,
  enlisted: EnlistedJobs,
): Promise<InsertResult> {
  checkBatch(enlisted.jobs, "jobs");
  try {
    return await inTurn(
      connection.identity,
      () =>
        connection.atSavepoint((transaction, dialect) =>
          store(transaction, { ...place, dialect }, enlisted)
        ),
    );
  } catch (error) {
    if (codeOf(error) !== "internal") throw error;
    throw explained(connection.failureOf(error), place, error);
  }
}

async function store(
  transaction: InsertingTransaction,
  { prefix, label, dialect }: EnlistingPlace & { readonly dialect: Dialect },
  { clusterId, clusterCreatedAtMs, jobs }: EnlistedJobs,
): Promise<InsertResult> {
  const tables = tablesOf(prefix);
  const find = composed(`SELECT mode, created_at FROM ${tables.clusters} WHERE id = ?`);
  const [mode, createdAtMs] = (await transaction.rows(find, [clusterId]))[0] ?? [];
  if (createdAtMs !== clusterCreatedAtMs) {
    throw refusal(`its cluster ${shown(clusterId)} is not the one of master ${shown(label)}`);
  }
  if (mode === "Archived") return { outcome: "cluster_archived" };
  const insertion = new JobInsertion(dialect, tables, new Proofs(tables, dialect));
  const held = jobs.map((job) => storedJob(clusterId, job, null));
  return { outcome: "accepted", jobs: await insertion.insert(transaction, clusterId, held) };
}

const turns = new WeakMap<object, Promise<unknown>>();

/** Two calls in one transaction would undo each other's savepoints. */
function inTurn<T>(identity: object, work: () => Promise<T>): Promise<T> {
  const turn = (turns.get(identity) ?? Promise.resolve()).then(work);
  turns.set(identity, turn.catch(() => {/* told to its own caller */}));
  return turn;
}

const NO_TRANSACTION = "none is open; begin one first";
const READ_ONLY = "it is read-only";

/** Codes of the servers that say what is wrong with the transaction. */
const REFUSALS: Readonly<Record<string, string>> = {
  "25P01": NO_TRANSACTION,
  "25P02": "it has failed already; roll it back",
  "25006": READ_ONLY,
  ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION: READ_ONLY,
};

/** Codes that say that tables or columns are missing, or where to look for them. */
const MISSING: readonly string[] = [
  "42P01",
  "42703",
  "ER_NO_SUCH_TABLE",
  "ER_BAD_FIELD_ERROR",
  "ER_NO_DB_ERROR",
];

function explained(
  failure: SqlFailure,
  { prefix, label }: EnlistingPlace,
  cause: unknown,
): JobMasterError {
  const { code, message } = failure;
  if (Object.hasOwn(REFUSALS, code)) return refusal(REFUSALS[code]!, cause);
  if (MISSING.includes(code)) {
    return refusal(
      `its database or schema lacks tables with prefix ${shown(prefix)} of master ${
        shown(label)
      }: ${message}`,
      cause,
    );
  }
  return new JobMasterError(
    isBusy(failure) ? "master_busy" : "master_unavailable",
    `Cannot store jobs of master ${shown(label)} in transaction tx: ${message}${
      failure.kind === "refused" ? "" : "; repeat the whole transaction"
    }`,
    { cause, retryable: failure.kind !== "refused" },
  );
}

/** Why a client cannot be used, with what can. */
export function refusal(why: string, cause?: unknown): JobMasterError {
  return new JobMasterError("invalid_request", `Cannot schedule in transaction tx: ${why}`, {
    cause,
  });
}

/** The refusal of a connection that has no transaction open. */
export function noTransaction(): JobMasterError {
  return refusal(NO_TRANSACTION);
}
