/**
 * What became of every job, told from three sides: what the caller was promised, what handlers wrote down, and what the
 * master says.
 *
 * @module
 */

import pg from "pg";
import { STATUS } from "../storage/sql/codes.ts";

/** A start that a handler wrote down. */
export interface Start {
  /** In which attempt. */
  readonly attempt: number;
  /** When, in epoch milliseconds. */
  readonly atMs: number;
}

/** A job as the master has it. */
export interface JobRow {
  /** Its status, as a code. */
  readonly status: number;
  /** Attempts that were granted. */
  readonly attempts: number;
  /** The worker that ran its last attempt. */
  readonly worker: string | null;
  /** When it was due, in epoch milliseconds. */
  readonly dueAtMs: number;
  /** The outcomes of its attempts, in order. */
  readonly outcomes: readonly string[];
}

/** What is known of one job. */
export interface JobFacts {
  /** Its id. */
  readonly id: string;
  /** `undefined` when the master has none. */
  readonly row: JobRow | undefined;
  /** What handlers wrote down. */
  readonly starts: readonly Start[];
}

/** What may have become of a job. */
export type Fate =
  /** It succeeded, and ran once. */
  | "once"
  /** It succeeded after attempts that the master knows have come to nothing. */
  | "again"
  /** What ran and what the master says do not agree. */
  | "unexplained"
  /** The master has it, and it has not ended. */
  | "stuck"
  /** It ended without success. */
  | "failed"
  /** Nobody has it. */
  | "lost";

/** Every fate, the good ones first. */
export const FATES: readonly Fate[] = ["once", "again", "unexplained", "stuck", "failed", "lost"];

/** How many of these jobs met each fate, in the order of {@linkcode FATES}. */
export function fatesOf(jobs: readonly JobFacts[]): readonly number[] {
  const counts = new Map<Fate, number>();
  for (const job of jobs) counts.set(fateOf(job), (counts.get(fateOf(job)) ?? 0) + 1);
  return FATES.map((fate) => counts.get(fate) ?? 0);
}

/** When a job started first, in epoch milliseconds. */
export function firstStart({ starts }: JobFacts): number | undefined {
  return starts.length === 0 ? undefined : Math.min(...starts.map(({ atMs }) => atMs));
}

/** Judges a job: each start must be an attempt the master granted, and exactly one of them, the last, succeeded. */
export function fateOf({ row, starts }: JobFacts): Fate {
  if (row === undefined) return starts.length === 0 ? "lost" : "unexplained";
  if (row.status < STATUS.Succeeded) return "stuck";
  if (row.status !== STATUS.Succeeded) return "failed";
  const attempts = new Set(starts.map(({ attempt }) => attempt));
  const won = row.outcomes.filter((outcome) => outcome === "succeeded").length;
  const isExplained = won === 1 && row.outcomes.at(-1) === "succeeded" &&
    row.outcomes.length === row.attempts && attempts.size === starts.length &&
    attempts.has(row.attempts) && Math.max(...attempts) <= row.attempts;
  if (!isExplained) return "unexplained";
  return row.attempts === 1 ? "once" : "again";
}

/** Every start in the files of a folder, by job. */
export async function readStarts(folder: string): Promise<ReadonlyMap<string, Start[]>> {
  const starts = new Map<string, Start[]>();
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".starts")) continue;
    for (const line of (await Deno.readTextFile(`${folder}/${name}`)).split("\n")) {
      const [id, attempt, atMs] = line.split(" ");
      if (atMs === undefined) continue;
      const start = { attempt: Number(attempt), atMs: Number(atMs) };
      const known = starts.get(id!);
      if (known === undefined) starts.set(id!, [start]);
      else known.push(start);
    }
  }
  return starts;
}

/** A Postgres master that is asked behind the back of its nodes. */
export class MasterRows implements AsyncDisposable {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  /** Connects. */
  static async open(url: string): Promise<MasterRows> {
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => {}); // the next query says it
    await client.connect();
    return new MasterRows(client);
  }

  /** Runs a query. */
  async query(text: string): Promise<readonly Record<string, string | number | null>[]> {
    return (await this.#client.query(text)).rows;
  }

  /** The first column of the only row. */
  async number(text: string): Promise<number> {
    const [row = {}] = await this.query(text);
    return Number(Object.values(row)[0]);
  }

  /** Jobs that have not ended. */
  open(): Promise<number> {
    return this.number(`SELECT count(*) FROM jm_jobs WHERE status < ${STATUS.Succeeded}`);
  }

  /** Jobs that have ended. */
  ended(): Promise<number> {
    return this.number(`SELECT count(*) FROM jm_jobs WHERE status >= ${STATUS.Succeeded}`);
  }

  /** Every job by id. */
  async jobs(): Promise<ReadonlyMap<string, JobRow>> {
    const executions = Map.groupBy(
      await this.query("SELECT job_id, outcome, worker_id FROM jm_executions ORDER BY attempt"),
      ({ job_id }) => job_id,
    );
    const rows = await this.query("SELECT id, status, attempts, scheduled_at FROM jm_jobs");
    return new Map(rows.map((row) => [String(row.id), {
      status: Number(row.status),
      attempts: Number(row.attempts),
      worker: executions.get(row.id!)?.at(-1)?.worker_id as string ?? null,
      dueAtMs: Number(row.scheduled_at),
      outcomes: (executions.get(row.id!) ?? []).map(({ outcome }) => String(outcome)),
    }]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end();
  }
}
