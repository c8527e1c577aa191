/**
 * The names of the tables and the prefix they start with, on servers and in a SQLite file.
 *
 * @module
 */

const PREFIX = /^[a-z][a-z0-9_]{0,20}$/;

/** What a prefix has to be, as refusals say it. */
export const PREFIX_RULE = 'it must be 1 to 21 lower-case letters, digits and "_", a letter first';

/** Whether tables may be named under `value`. */
export function isPrefix(value: unknown): value is string {
  return typeof value === "string" && PREFIX.test(value);
}

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
  /** Agent connections. */
  readonly connections: string;
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
    connections: `${prefix}connections`,
  };
}

/** Names of the tables of an agent connection. */
export interface MessageTables {
  /** One row: which store this is. */
  readonly store: string;
  /** The messages. */
  readonly messages: string;
  /** Messages set aside. */
  readonly parked: string;
}

/** The tables of an agent connection under `prefix`; a master may have the same prefix. */
export function messageTables(prefix: string): MessageTables {
  return {
    store: `${prefix}agent_store`,
    messages: `${prefix}agent_messages`,
    parked: `${prefix}agent_parked`,
  };
}
