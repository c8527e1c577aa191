/**
 * What happened to jobs in a window, and what there is now.
 *
 * @module
 */

import { FINAL_STATUSES, type FinalStatus, type JobStatus } from "../../core/job.ts";
import type { JobQueries, JobStatistics, Percentiles } from "../port.ts";
import { STATUS } from "./codes.ts";
import { condition } from "./filters.ts";
import type { JobScans } from "./job_scans.ts";
import { fixed, type ReadableDatabase, type Row, type Statement } from "./session.ts";
import type { Scan, SlicedReader } from "./sliced_reader.ts";
import type { Tables } from "./table_names.ts";

/** Most finished jobs the percentiles are taken from. */
const MAX_SAMPLE = 10_000;

type Input = Parameters<JobQueries["statistics"]>[0];

/** Counts jobs, from indexes alone but for the sample. */
export class JobStatisticsReader {
  readonly #database: ReadableDatabase;
  readonly #reader: SlicedReader;
  readonly #scans: JobScans;
  readonly #ended: Statement;
  readonly #sample: Statement;

  /** Counts the jobs of `tables`. */
  constructor(
    database: ReadableDatabase,
    { jobs, finalCounts }: Tables,
    parts: { readonly reader: SlicedReader; readonly scans: JobScans },
  ) {
    this.#database = database;
    this.#reader = parts.reader;
    this.#scans = parts.scans;
    this.#ended = fixed(`SELECT status, count FROM ${finalCounts} WHERE cluster_id = ?`);
    this.#sample = fixed(
      `SELECT started_at - scheduled_at, finished_at - started_at
FROM ${jobs} ${database.dialect.byIndex(`${jobs}_finished`)}
WHERE cluster_id = ? AND finished_at >= ? AND started_at IS NOT NULL
ORDER BY finished_at DESC, id DESC LIMIT ${MAX_SAMPLE}`,
    );
  }

  /** See {@linkcode JobQueries.statistics}. */
  async read({ clusterId, sinceMs, nowMs }: Input): Promise<JobStatistics> {
    const ended = this.#scans.finished(sinceMs);
    return {
      counts: await this.#counts(clusterId),
      finished: await this.#count(clusterId, ended, FINAL_STATUSES),
      ...await this.#due(clusterId, nowMs),
      ...await this.#percentiles(clusterId, sinceMs),
    };
  }

  async #counts(clusterId: string): Promise<JobStatistics["counts"]> {
    return {
      SavePending: 0, // only agents hold such jobs
      ...await this.#count(clusterId, this.#scans.held(), ["HeldOnMaster"]),
      ...await this.#count(clusterId, this.#scans.unclaimed(), ["AssignedToBucket", "Onboarded"]),
      ...await this.#count(clusterId, this.#scans.claimed(), ["Queued", "Processing"]),
      ...await this.#endedCounts(clusterId),
    };
  }

  async #endedCounts(clusterId: string): Promise<Record<FinalStatus, number>> {
    const counts = { Succeeded: 0, Failed: 0, Cancelled: 0 };
    const rows = await this.#database.read((session) => session.rows(this.#ended, [clusterId]));
    for (const [code, count] of rows) {
      const status = FINAL_STATUSES.find((each) => STATUS[each] === code);
      if (status !== undefined) counts[status] += count as number;
    }
    return counts;
  }

  async #count<S extends JobStatus>(
    clusterId: string,
    scan: Scan,
    statuses: readonly S[],
  ): Promise<Record<S, number>> {
    const columns = statuses.map((status) =>
      `count(CASE WHEN status = ${STATUS[status]} THEN 1 END)`
    );
    const rows = await this.#reader.aggregate(
      { clusterId, scans: [scan], conditions: [] },
      columns.join(", "),
    );
    const counts = statuses.map((status, index) => [status, sum(rows, index)] as const);
    return Object.fromEntries(counts) as Record<S, number>;
  }

  async #due(
    clusterId: string,
    nowMs: number,
  ): Promise<Pick<JobStatistics, "due" | "oldestDueAtMs">> {
    const scans = [this.#scans.held(), this.#scans.unclaimed()];
    const conditions = [condition("scheduled_at <= ?", nowMs)];
    const rows = await this.#reader.aggregate(
      { clusterId, scans, conditions },
      "count(*), min(scheduled_at)",
    );
    const oldest = rows.map((row) => row[1] as number | null).filter((atMs) => atMs !== null);
    return {
      due: sum(rows, 0),
      oldestDueAtMs: oldest.length === 0 ? null : Math.min(...oldest),
    };
  }

  async #percentiles(
    clusterId: string,
    sinceMs: number,
  ): Promise<Pick<JobStatistics, "waitMs" | "runMs">> {
    const rows = await this.#database.read((session) =>
      session.rows(this.#sample, [clusterId, sinceMs])
    );
    return {
      waitMs: percentiles(rows.map((row) => row[0] as number)),
      runMs: percentiles(rows.map((row) => row[1] as number)),
    };
  }
}

function sum(rows: readonly Row[], column: number): number {
  return rows.reduce((total, row) => total + (row[column] as number), 0);
}

/** Nearest rank: the smallest value that at least that share of the sample does not exceed. */
function percentiles(sample: readonly number[]): Percentiles {
  const sorted = sample.toSorted((a, b) => a - b);
  const rank = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? null;
  return { p50: rank(0.5), p95: rank(0.95), p99: rank(0.99) };
}
