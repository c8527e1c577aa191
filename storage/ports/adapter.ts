/**
 * How an adapter is found, opened and migrated.
 *
 * @module
 */

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
}
