/**
 * What happened to jobs in a window, and what there is now.
 *
 * @module
 */

import { FINAL_STATUSES, type JobStatus } from "../../core/job.ts";
import type { JobQueries, JobStatistics, Percentiles } from "../port.ts";
import { STATUS } from "./codes.ts";
import type { RowStatement, SqliteConnection } from "./connection.ts";
import type { FinalTally } from "./final_tally.ts";
import { condition } from "./filters.ts";
import { claimed, finished, held, unclaimed } from "./job_scans.ts";
import type { Row } from "./rows.ts";
import type { Scan, SlicedReader } from "./sliced_reader.ts";

/** Most finished jobs the percentiles are taken from. */
const MAX_SAMPLE = 10_000;

type Input = Parameters<JobQueries["statistics"]>[0];

/** Counts jobs, from indexes alone but for the sample. */
export class JobStatisticsReader {
  readonly #connection: SqliteConnection;
  readonly #jobs: string;
  readonly #reader: SlicedReader;
  readonly #tally: FinalTally;
  readonly #sample: RowStatement;

  /** Counts the rows of the table `jobs`. */
  constructor(
    connection: SqliteConnection,
    jobs: string,
    parts: { readonly reader: SlicedReader; readonly tally: FinalTally },
  ) {
    this.#connection = connection;
    this.#jobs = jobs;
    this.#reader = parts.reader;
    this.#tally = parts.tally;
    this.#sample = connection.prepareRows(
      `SELECT started_at - scheduled_at, finished_at - started_at
FROM ${jobs} INDEXED BY ${jobs}_finished
WHERE cluster_id = ? AND finished_at >= ? AND started_at IS NOT NULL
ORDER BY finished_at DESC, id DESC LIMIT ${MAX_SAMPLE}`,
    );
  }

  /** See {@linkcode JobQueries.statistics}. */
  async read({ clusterId, sinceMs, nowMs }: Input): Promise<JobStatistics> {
    const ended = finished(this.#jobs, sinceMs);
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
      ...await this.#count(clusterId, held(this.#jobs), ["HeldOnMaster"]),
      ...await this.#count(clusterId, unclaimed(this.#jobs), ["AssignedToBucket", "Onboarded"]),
      ...await this.#count(clusterId, claimed(this.#jobs), ["Queued", "Processing"]),
      ...await this.#connection.read(() => this.#tally.read(clusterId)),
    };
  }

  async #count<S extends JobStatus>(
    clusterId: string,
    scan: Scan,
    statuses: readonly S[],
  ): Promise<Record<S, number>> {
    const columns = statuses.map((status) => `count(*) FILTER (WHERE status = ${STATUS[status]})`);
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
    const scans = [held(this.#jobs), unclaimed(this.#jobs)];
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

  #percentiles(
    clusterId: string,
    sinceMs: number,
  ): Promise<Pick<JobStatistics, "waitMs" | "runMs">> {
    return this.#connection.read(() => {
      const rows = this.#sample.all(clusterId, sinceMs);
      return {
        waitMs: percentiles(rows.map((row) => row[0] as number)),
        runMs: percentiles(rows.map((row) => row[1] as number)),
      };
    });
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
