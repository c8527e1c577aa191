/**
 * The columns of the tables, and the types they have on each kind of server.
 *
 * Rows of executions, log entries and schedules are written and read by position, in the order the columns have here.
 *
 * @module
 */

import type { Dialect } from "./dialect.ts";

/** How a table's columns are written: a type of {@linkcode ColumnTypes}, `?` after it when it may be NULL. */
export type Columns = Readonly<Record<string, string>>;

/** SQL of the types columns have. */
export interface ColumnTypes {
  /** A name or id of up to 250 characters, compared by code points. */
  readonly id: string;
  /** A name of up to 50 characters, compared by code points. */
  readonly name: string;
  /** Text of any length. */
  readonly text: string;
  /** A whole number of up to 2^53, also an instant. */
  readonly whole: string;
  /** A small whole number that stands for a word. */
  readonly code: string;
  /** A fraction. */
  readonly real: string;
}

const POSTGRES_TYPES: ColumnTypes = {
  id: 'text COLLATE "C"',
  name: 'text COLLATE "C"',
  text: 'text COLLATE "C"',
  whole: "bigint",
  code: "smallint",
  real: "double precision",
};

/** The table's own collation compares by code points and pads nothing. */
const MYSQL_TYPES: ColumnTypes = {
  id: "varchar(250)",
  name: "varchar(50)",
  text: "longtext",
  whole: "bigint",
  code: "smallint",
  real: "double",
};

/** The column types of this kind of server. */
export function columnTypes({ name }: Dialect): ColumnTypes {
  return name === "postgres" ? POSTGRES_TYPES : MYSQL_TYPES;
}

/** Columns of the table of steps taken. */
export const STEPS: Columns = { version: "whole", name: "name", applied_at: "whole" };

/** Columns of the marks that commits leave on MySQL: one row for each connection. */
export const COMMITS: Columns = { connection_id: "whole", token: "whole", written_at: "whole" };

/** Columns of the table of clusters. */
export const CLUSTERS: Columns = {
  id: "name",
  mode: "name",
  settings: "text",
  version: "whole",
  created_at: "whole",
  updated_at: "whole",
};

/** Columns of the table of agent connections. */
export const CONNECTIONS: Columns = {
  cluster_id: "name",
  name: "name",
  product: "text",
  address: "text",
  fingerprint: "id",
  created_at: "whole",
  seen_at: "whole",
  draining_at: "whole?",
};

/** Columns of the table of definitions. */
export const DEFINITIONS: Columns = {
  cluster_id: "name",
  id: "id",
  defaults: "text",
  updated_at: "whole",
};

/** Columns of the table of incarnations. */
export const INCARNATIONS: Columns = { cluster_id: "name", last: "whole" };

/** Columns of the table of workers. */
export const WORKERS: Columns = {
  cluster_id: "name",
  id: "id",
  name: "id",
  mode: "name",
  lane: "name",
  agent_connection_id: "id",
  parallelism: "real",
  incarnation: "whole",
  status: "name",
  host: "text",
  process_id: "whole",
  created_at: "whole",
  heartbeat_at: "whole",
  lease_until: "whole",
};

/** Columns of the table of leases. */
export const LEASES: Columns = {
  cluster_id: "name",
  name: "id",
  holder: "id?",
  term: "whole",
  lease_until: "whole",
};

/** Columns of the table of buckets. */
export const BUCKETS: Columns = {
  cluster_id: "name",
  id: "id",
  status: "name",
  priority: "code",
  lane: "name",
  agent_connection_id: "id",
  worker_id: "id?",
  incarnation: "whole?",
  epoch: "whole",
  color: "name",
  created_at: "whole",
  status_changed_at: "whole",
};

/** Columns of the table of jobs. `metadata` is a list of tags, `error_text` the error's name and message as filters look for it. */
export const JOBS: Columns = {
  cluster_id: "name",
  id: "name",
  definition_id: "id",
  status: "code",
  priority: "code",
  lane: "name",
  trigger_source: "code",
  original_scheduled_at: "whole",
  scheduled_at: "whole",
  created_at: "whole",
  claimed_at: "whole?",
  started_at: "whole?",
  finished_at: "whole?",
  attempts: "whole",
  last_attempt: "whole",
  crashes: "whole",
  max_retries: "whole",
  timeout_ms: "whole",
  cancel_requested_at: "whole?",
  revision: "whole",
  bucket_id: "id?",
  agent_connection_id: "id?",
  worker_id: "id?",
  schedule_id: "id?",
  occurrence_at: "whole?",
  unique_key: "id?",
  retry: "text?",
  progress: "text?",
  metadata: "text",
  error: "text?",
  error_text: "text?",
  result: "text?",
  data: "text",
};

/** Columns of the counts of ended jobs. */
export const FINAL_COUNTS: Columns = {
  cluster_id: "name",
  status: "code",
  slot: "code",
  count: "whole",
};

/** Columns of the table of executions. */
export const EXECUTIONS: Columns = {
  cluster_id: "name",
  job_id: "name",
  attempt: "whole",
  outcome: "name",
  started_at: "whole",
  finished_at: "whole",
  worker_id: "id?",
  error: "text?",
};

/** Columns of the table of log entries. */
export const LOGS: Columns = {
  cluster_id: "name",
  id: "name",
  level: "code",
  subject_type: "code",
  subject_id: "id",
  attempt: "whole?",
  written_at: "whole",
  host: "text",
  message: "text",
  fields: "text?",
};

/** Columns of the table of schedules. */
export const SCHEDULES: Columns = {
  cluster_id: "name",
  id: "id",
  type: "name",
  status: "name",
  revision: "whole",
  overlap: "name",
  plan_at: "whole?",
  next_at: "whole?",
  cursor_at: "whole",
  checkpoint_at: "whole",
  ensured_at: "whole?",
  idle_at: "whole?",
  terminated_at: "whole?",
  skipped_count: "whole",
  created_at: "whole",
  updated_at: "whole",
  definition_id: "id",
  profile_id: "id?",
  recurrence_type: "id",
  recurrence_text: "text",
  time_zone: "id?",
  start_after: "whole?",
  end_before: "whole?",
  jitter_ms: "whole",
  priority: "code?",
  lane: "id?",
  timeout_ms: "whole?",
  max_retries: "whole?",
  misfire: "text",
  retry: "text?",
  metadata: "text",
  error: "text?",
  code: "text?",
  data: "text",
};

/** The names of the columns in their order, without the cluster's. */
export function withinCluster(columns: Columns): readonly string[] {
  return Object.keys(columns).filter((name) => name !== "cluster_id");
}

/** What a column holds in a JSON table. */
export function jsonTypeOf(columns: Columns, name: string): "text" | "whole" {
  const type = columns[name]!.replace("?", "");
  return type === "whole" || type === "code" ? "whole" : "text";
}
