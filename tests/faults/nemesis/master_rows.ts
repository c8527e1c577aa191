/**
 * What a master says of its jobs, read behind the back of the nodes.
 *
 * @module
 */

import type { JobStatus, OutcomeKind } from "../../../core/job.ts";
import { STATUS, wordsOf } from "../../../storage/sql/codes.ts";

/** Runs a statement; answers rows as records. */
export type Ask = (text: string) => Promise<readonly unknown[]>;

/** A job of the master. */
export interface MasterJob {
  /** Its id. */
  readonly id: string;
  /** Its status. */
  readonly status: JobStatus;
  /** Attempts that were granted. */
  readonly attempts: number;
  /** What its handler returned, as JSON text. */
  readonly result: string | null;
  /** The schedule it is of. */
  readonly schedule: string | null;
  /** Which occurrence, in epoch milliseconds. */
  readonly occurrenceMs: number | null;
  /** Its attempts that are on record, in their order. */
  readonly executions: readonly { readonly attempt: number; readonly outcome: OutcomeKind }[];
}

/** A job that has ended, as one text that changes when anything about it does, by id. */
export type EndedJobs = ReadonlyMap<string, string>;

type Row = Readonly<Record<string, string | number | null>>;

const WORDS = wordsOf(STATUS);

/** Every job by id. */
export async function readJobs(ask: Ask): Promise<ReadonlyMap<string, MasterJob>> {
  const executions = Map.groupBy(
    await ask("SELECT job_id, attempt, outcome FROM jm_executions ORDER BY attempt") as Row[],
    ({ job_id }) => String(job_id),
  );
  const rows = await ask(
    "SELECT id, status, attempts, result, schedule_id, occurrence_at FROM jm_jobs",
  ) as Row[];
  return new Map(rows.map((row) => [String(row.id), {
    id: String(row.id),
    status: WORDS[Number(row.status)]!,
    attempts: Number(row.attempts),
    result: row.result as string | null,
    schedule: row.schedule_id as string | null,
    occurrenceMs: row.occurrence_at === null ? null : Number(row.occurrence_at),
    executions: (executions.get(String(row.id)) ?? []).map(({ attempt, outcome }) => ({
      attempt: Number(attempt),
      outcome: outcome as OutcomeKind,
    })),
  }]));
}

/** Jobs that have ended. */
export async function readEnded(ask: Ask): Promise<EndedJobs> {
  const rows = await ask(
    `SELECT id, status, attempts, finished_at, worker_id, result FROM jm_jobs WHERE status >= ${STATUS.Succeeded}`,
  ) as Row[];
  return new Map(rows.map(({ id, ...rest }) => [String(id), JSON.stringify(rest)]));
}

/** How many jobs have not ended. */
export async function countOpen(ask: Ask): Promise<number> {
  const [row] = await ask(
    `SELECT count(*) AS open_jobs FROM jm_jobs WHERE status < ${STATUS.Succeeded}`,
  ) as Row[];
  return Number(row!.open_jobs);
}
