/**
 * Storing jobs in a transaction that the application has open in SQLite.
 *
 * Everything happens at once, without a pause in which the application could run statements of its own.
 *
 * @module
 */

import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../core/clock.ts";
import { JobMasterError } from "../../core/errors.ts";
import { shown } from "../../core/names.ts";
import type { EnlistedJobs, InsertResult } from "../port.ts";
import { checkBatch } from "../sql/batch_limits.ts";
import { prepareRows, type Preparing } from "./connection.ts";
import { asMasterError, isBusy } from "./failures.ts";
import { JobInsertion } from "./job_insertion.ts";
import type { SqliteOptions } from "./options.ts";
import { Proofs } from "./proofs.ts";
import { type Tables, tablesOf } from "../sql/table_names.ts";

/** No name that an application would choose. */
const SAVEPOINT = "jobmaster_enlist";

/**
 * Stores jobs in the open transaction of `client`.
 *
 * @throws {JobMasterError} See `MasterAdapter.enlist`.
 */
export function enlistJobs(
  { path, prefix }: Pick<SqliteOptions, "path" | "prefix">,
  { client, clock }: { readonly client: object; readonly clock: Clock },
  enlisted: EnlistedJobs,
): InsertResult {
  checkBatch(enlisted.jobs, "jobs");
  const database = openTransaction(client);
  demandFile(database, path);
  try {
    return atSavepoint(
      database,
      () => insert(database, clock, { tables: tablesOf(prefix), path, enlisted }),
    );
  } catch (error) {
    if (isBusy(error)) throw busy(path, error);
    throw asMasterError(error, path);
  }
}

function openTransaction(client: object): DatabaseSync {
  if (!(client instanceof DatabaseSync)) {
    throw refusal("it is none; the SQLite master takes a DatabaseSync of node:sqlite, after BEGIN");
  }
  if (client.isOpen && client.isTransaction) return client;
  throw refusal(
    `${
      client.isOpen ? "none is open" : "the database is closed"
    }; call exec("BEGIN IMMEDIATE") first`,
  );
}

/** In WAL mode a commit over several attached files may be cut in two, so the master's has to be the main one. */
function demandFile(database: DatabaseSync, path: string): void {
  const list = prepareRows(database, "PRAGMA database_list").all();
  const file = list.find((row) => row[1] === "main")?.[2] as string | undefined;
  if (file && real(file) === real(path)) return;
  throw refusal(
    `it is one of ${file ? shown(file) : "a database without a file"}, the master is ${
      shown(path)
    }`,
  );
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

/** Takes back what `work` did when it throws; SQLite may have ended the transaction by then. */
function atSavepoint<T>(database: DatabaseSync, work: () => T): T {
  database.exec(`SAVEPOINT ${SAVEPOINT}`);
  try {
    return work();
  } catch (error) {
    if (database.isTransaction) database.exec(`ROLLBACK TO ${SAVEPOINT}`);
    throw error;
  } finally {
    if (database.isTransaction) database.exec(`RELEASE ${SAVEPOINT}`);
  }
}

function insert(
  database: DatabaseSync,
  clock: Clock,
  { tables, path, enlisted }: {
    readonly tables: Tables;
    readonly path: string;
    readonly enlisted: EnlistedJobs;
  },
): InsertResult {
  const { clusterId, clusterCreatedAtMs, jobs } = enlisted;
  // Takes the lock: after a read it could not be had any more once another connection has committed.
  database.exec(`UPDATE ${tables.clusters} SET version = version WHERE false`);
  const find = `SELECT created_at FROM ${tables.clusters} WHERE id = ?`;
  const [createdAtMs] = prepareRows(database, find).get(clusterId) ?? [];
  if (createdAtMs !== clusterCreatedAtMs) {
    throw refusal(`its cluster ${shown(clusterId)} is not the one of master ${shown(path)}`);
  }
  const connection = preparing(database, clock);
  const proofs = new Proofs(connection, tables);
  if (proofs.modeOf(clusterId) === "Archived") return { outcome: "cluster_archived" };
  const insertion = new JobInsertion(connection, tables, proofs);
  return {
    outcome: "accepted",
    jobs: jobs.map((job) => insertion.insert(clusterId, job, () => null)),
  };
}

function preparing(database: DatabaseSync, clock: Clock): Preparing {
  return {
    clock,
    prepare: (sql) => {
      const statement = database.prepare(sql);
      statement.setReadBigInts(false);
      return statement;
    },
    prepareRows: (sql) => prepareRows(database, sql),
  };
}

function busy(path: string, cause: unknown): JobMasterError {
  return new JobMasterError(
    "master_busy",
    `Cannot write to master ${
      shown(path)
    } in tx: another connection holds its lock or has committed since tx first read; begin with BEGIN IMMEDIATE and repeat the transaction`,
    { cause, retryable: true },
  );
}

function refusal(rule: string): JobMasterError {
  return new JobMasterError("invalid_request", `Cannot schedule in transaction tx: ${rule}`);
}
