/**
 * Reading jobs.
 *
 * @module
 */

import type { Job } from "../../core/job.ts";
import type { ClaimedJob, JobQueries, JobStatistics, Page } from "../port.ts";
import { CLAIMED } from "./codes.ts";
import type { RowStatement, SqliteConnection } from "./connection.ts";
import { decodeCursor, encodeCursor, type Place } from "./cursor.ts";
import type { FinalTally } from "./final_tally.ts";
import { condition, jobConditions } from "./filters.ts";
import { jobScans, orderOf } from "./job_scans.ts";
import { JobStatisticsReader } from "./job_statistics.ts";
import { JOB_COLUMNS, jobOf } from "./rows.ts";
import type { Tables } from "./schema.ts";
import { SlicedReader } from "./sliced_reader.ts";

type Input<Method extends keyof JobQueries> = Parameters<JobQueries[Method]>[0];

/** Reads jobs from SQLite. */
export class SqliteJobQueries implements JobQueries {
  readonly #connection: SqliteConnection;
  readonly #jobs: string;
  readonly #reader: SlicedReader;
  readonly #statistics: JobStatisticsReader;
  readonly #find: RowStatement;
  readonly #claimed: RowStatement;
  readonly #cancelling: RowStatement;

  /** Reads `tables`. */
  constructor(connection: SqliteConnection, { jobs }: Tables, tally: FinalTally) {
    this.#connection = connection;
    this.#jobs = jobs;
    this.#reader = new SlicedReader(connection, jobs);
    this.#statistics = new JobStatisticsReader(connection, jobs, { reader: this.#reader, tally });
    this.#find = connection.prepareRows(
      `SELECT ${JOB_COLUMNS} FROM ${jobs} INDEXED BY ${jobs}_by_id
WHERE cluster_id = ? AND id = ?`,
    );
    const claimed = (index: string, cancelling: string) =>
      connection.prepareRows(
        `SELECT id, attempts, cancel_requested_at FROM ${jobs} INDEXED BY ${jobs}_${index}
WHERE cluster_id = ? AND bucket_id = ? AND ${CLAIMED}${cancelling} ORDER BY id LIMIT ?`,
      );
    this.#claimed = claimed("claimed", "");
    this.#cancelling = claimed("cancelling", " AND cancel_requested_at IS NOT NULL");
  }

  /** See {@linkcode JobQueries.find}. */
  find({ clusterId, jobId }: Input<"find">): Promise<Job | null> {
    return this.#connection.read(() => {
      const row = this.#find.get(clusterId, jobId);
      return row === undefined ? null : jobOf(clusterId, row);
    });
  }

  /** See {@linkcode JobQueries.list}. */
  async list(input: Input<"list">): Promise<Page<Job>> {
    const { clusterId, filter, sort, cursor, limit } = input;
    const order = orderOf(sort);
    const orderName = `${sort.by}:${sort.direction}`;
    const found = await this.#reader.list({
      clusterId,
      scans: jobScans(this.#jobs, filter, sort.by),
      conditions: [
        ...jobConditions(filter),
        ...(sort.by === "finishedAt" ? [condition("finished_at IS NOT NULL")] : []),
      ],
      order,
      after: cursor === null ? null : decodeCursor(orderName, cursor),
      limit: limit + 1,
      columns: `${order.column}, ${JOB_COLUMNS}`,
      read: ([atMs, ...row]): Place & { readonly job: Job } => {
        const job = jobOf(clusterId, row);
        return { atMs: atMs as number, id: job.id, job };
      },
    });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      items: page.map(({ job }) => job),
      nextCursor: found.length > limit && last !== undefined ? encodeCursor(orderName, last) : null,
    };
  }

  /** See {@linkcode JobQueries.count}. */
  async count({ clusterId, filter }: Input<"count">): Promise<number> {
    const scans = jobScans(this.#jobs, filter, null);
    return await this.#reader.count({ clusterId, scans, conditions: jobConditions(filter) });
  }

  /** See {@linkcode JobQueries.listClaimed}. */
  listClaimed(input: Input<"listClaimed">): Promise<readonly ClaimedJob[]> {
    const { clusterId, bucketId, cancelRequestedOnly, limit } = input;
    const statement = cancelRequestedOnly ? this.#cancelling : this.#claimed;
    return this.#connection.read(() => {
      const rows = statement.all(clusterId, bucketId, limit);
      return rows.map((row) => ({
        jobId: row[0] as string,
        attempt: row[1] as number,
        cancelRequestedAtMs: row[2] as number | null,
      }));
    });
  }

  /** See {@linkcode JobQueries.statistics}. */
  statistics(input: Input<"statistics">): Promise<JobStatistics> {
    return this.#statistics.read(input);
  }
}
