/**
 * The names of the tables, on servers and in a SQLite file.
 *
 * @module
 */

/** Names of the tables of one prefix. */
export interface Tables {
  /** Steps taken. */
  readonly schema: string;
  /** Clusters and their settings. */
  readonly clusters: string;
  /** Definitions nodes have stored. */
  readonly definitions: string;
  /** Registered workers. */
  readonly workers: string;
  /** Last incarnation issued, per cluster. */
  readonly incarnations: string;
  /** Leases by name. */
  readonly leases: string;
  /** Buckets. */
  readonly buckets: string;
  /** Jobs. Also the start of the names of their indexes. */
  readonly jobs: string;
  /** Jobs that ended, counted per status. */
  readonly finalCounts: string;
  /** Attempts that ended. */
  readonly executions: string;
  /** Log entries. */
  readonly logs: string;
  /** Recurring schedules. */
  readonly schedules: string;
}

/** The tables' names under `prefix`. */
export function tablesOf(prefix: string): Tables {
  return {
    schema: `${prefix}schema`,
    clusters: `${prefix}clusters`,
    definitions: `${prefix}definitions`,
    workers: `${prefix}workers`,
    incarnations: `${prefix}incarnations`,
    leases: `${prefix}leases`,
    buckets: `${prefix}buckets`,
    jobs: `${prefix}jobs`,
    finalCounts: `${prefix}final_counts`,
    executions: `${prefix}executions`,
    logs: `${prefix}logs`,
    schedules: `${prefix}schedules`,
  };
}
