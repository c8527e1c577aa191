/**
 * How an adapter is found, opened and migrated.
 *
 * @module
 */

import type { InsertResult, NewJob } from "./new_jobs.ts";
import type { Master } from "./master.ts";

/** Where an adapter's code is and what it is opened with. Plain data: it is loaded where it runs. */
export interface MasterSpec {
  /** Absolute URL of a module that exports an {@linkcode MasterAdapter} as `adapter`. */
  readonly module: string;
  /** What to hand to it. Structured-cloneable. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Address without secrets, for people. */
  readonly label: string;
}

/** One numbered step of the schema. */
export interface MigrationStep {
  /** Counts from 1. */
  readonly version: number;
  /** What it does. */
  readonly name: string;
  /** The statements it runs. */
  readonly sql: readonly string[];
}

/** State of the schema. */
export interface MigrationReport {
  /** Version in the database; 0 before the first. */
  readonly current: number;
  /** Version this program needs. */
  readonly latest: number;
  /** Steps that have not been taken (for `migrate`: that were taken by this call). */
  readonly steps: readonly MigrationStep[];
  /** What in the database differs from what the taken steps made. */
  readonly drift: readonly string[];
}

/** Something about a database, its settings or its rights that is good, odd or wrong. */
export interface Advice {
  /** `"fail"`: the master cannot work like this. `"warn"`: work may be lost or late. */
  readonly state: "ok" | "warn" | "fail";
  /** One sentence: what is so, and what to do about it. */
  readonly message: string;
}

/** What to store in a transaction of the application. */
export interface EnlistedJobs {
  /** The cluster. */
  readonly clusterId: string;
  /** When it was made, in epoch milliseconds: another database may have a cluster of that name too. */
  readonly clusterCreatedAtMs: number;
  /** The jobs. Their `placement` is ignored: they are held on the master, so that nobody runs one before the commit. */
  readonly jobs: readonly NewJob[];
}

/** What an adapter's module exports as `adapter`. */
export interface MasterAdapter {
  /**
   * Opens the master, migrating its schema first unless `options.migrate` is `false`.
   *
   * @throws {JobMasterError} `master_unavailable`; `schema_outdated` when the schema is not the one needed;
   * `configuration_invalid` for options it cannot use.
   */
  open(options: Readonly<Record<string, unknown>>): Promise<Master>;
  /** Compares the schema with what this program needs; changes nothing, not even by making a file. */
  inspect(options: Readonly<Record<string, unknown>>): Promise<MigrationReport>;
  /** Takes the missing steps under a lock; safe when several nodes start at once. */
  migrate(options: Readonly<Record<string, unknown>>): Promise<MigrationReport>;
  /** Looks at the database around the tables, which have the version needed; changes nothing. Missing when there is nothing to look at. */
  advise?(options: Readonly<Record<string, unknown>>): Promise<readonly Advice[]>;
  /**
   * Stores jobs, as `JobStore.insert` does, in the transaction that `client` has open: a connection of the
   * application to the master's database, of a package the adapter knows. The jobs appear with its commit or never. It
   * is not committed, rolled back or changed here: a call that fails takes back what it did, and no more. Calls for one
   * client take turns. Missing when the adapter knows no package.
   *
   * @throws {JobMasterError} `invalid_request` when `client` is something else, has no transaction open or leads to
   * another database; `master_busy` or `master_unavailable` with the database's own error as `cause`.
   */
  enlist?(
    options: Readonly<Record<string, unknown>>,
    client: object,
    enlisted: EnlistedJobs,
  ): Promise<InsertResult>;
}
