/**
 * Reading jobs.
 *
 * @module
 */

import type { Job } from "../../core/job.ts";
import { byId } from "./batches.ts";
import { checkBatch } from "./batch_limits.ts";
import { jsonBatch } from "./dialect.ts";
import type { ClaimedJob, JobQueries, JobStatistics, Page } from "../port.ts";
import { condition, jobConditions } from "./filters.ts";
import { JobScans, orderOf } from "./job_scans.ts";
import { JobStatisticsReader } from "./job_statistics.ts";
import { JOB_COLUMNS, jobOf } from "./rows.ts";
import { liveParts } from "./schema.ts";
import {
  fixed,
  type ReadableDatabase,
  type Row,
  type SqlValue,
  type Statement,
} from "./session.ts";
import { SlicedReader } from "./sliced_reader.ts";
import type { Tables } from "./table_names.ts";

type Input<Method extends keyof JobQueries> = Parameters<JobQueries[Method]>[0];

/** Reads jobs from a server or a SQLite file. */
export class SqlJobQueries implements JobQueries {
  readonly #database: ReadableDatabase;
  readonly #scans: JobScans;
  readonly #reader: SlicedReader;
  readonly #statistics: JobStatisticsReader;
  readonly #find: Statement;
  readonly #findMany: Statement;
  readonly #claimed: Statement;
  readonly #cancelling: Statement;

  /** Reads `tables`. */
  constructor(database: ReadableDatabase, tables: Tables) {
    const { dialect } = database;
    const { jobs } = tables;
    this.#database = database;
    this.#scans = new JobScans(tables, dialect);
    this.#reader = new SlicedReader(database, jobs);
    const parts = { reader: this.#reader, scans: this.#scans };
    this.#statistics = new JobStatisticsReader(database, tables, parts);
    this.#find = fixed(
      `SELECT ${JOB_COLUMNS} FROM ${jobs} WHERE cluster_id = ? AND id = ?`,
    );
    const columns = JOB_COLUMNS.split(",").map((column) => `t.${column.trim()}`).join(", ");
    this.#findMany = fixed(dialect.selectByIds(jobs, columns));
    const part = liveParts(dialect).claimed;
    const claimed = (index: string, cancelling: string) =>
      fixed(
        `SELECT id, attempts, cancel_requested_at FROM ${jobs} ${
          dialect.byIndex(`${jobs}_${index}`)
        }
WHERE cluster_id = ? AND ${part.key} = ? AND ${part.condition}${cancelling} ORDER BY ${
          dialect.sortedBy("id")
        } LIMIT ?`,
      );
    this.#claimed = claimed(part.index, "");
    const cancelling = dialect.name === "sqlite" ? "cancelling" : part.index;
    this.#cancelling = claimed(cancelling, " AND cancel_requested_at IS NOT NULL");
  }

  /** See {@linkcode JobQueries.find}. */
  async find({ clusterId, jobId }: Input<"find">): Promise<Job | null> {
    const [row] = await this.#rows(this.#find, [clusterId, jobId]);
    return row === undefined ? null : jobOf(clusterId, row);
  }

  /** See {@linkcode JobQueries.findMany}. */
  async findMany({ clusterId, jobIds }: Input<"findMany">): Promise<readonly Job[]> {
    checkBatch(jobIds, "jobs");
    if (jobIds.length === 0) return [];
    const ids = byId([...new Set(jobIds)].map((id) => ({ id })));
    const rows = await this.#rows(this.#findMany, [jsonBatch(ids), clusterId]);
    return byId(rows.map((row) => jobOf(clusterId, row)));
  }

  /** See {@linkcode JobQueries.list}. */
  async list(input: Input<"list">): Promise<Page<Job>> {
    const { clusterId, filter, sort, cursor, limit } = input;
    return await this.#reader.page({
      clusterId,
      scans: this.#scans.of(filter, sort.by),
      conditions: [
        ...jobConditions(filter, this.#database.dialect),
        ...(sort.by === "finishedAt" ? [condition("finished_at IS NOT NULL")] : []),
      ],
      order: orderOf(sort),
      cursor,
      limit,
      columns: JOB_COLUMNS,
      read: (row) => jobOf(clusterId, row),
    });
  }

  /** See {@linkcode JobQueries.count}. */
  async count({ clusterId, filter }: Input<"count">): Promise<number> {
    const scans = this.#scans.of(filter, null);
    const conditions = jobConditions(filter, this.#database.dialect);
    return await this.#reader.count({ clusterId, scans, conditions });
  }

  /** See {@linkcode JobQueries.listClaimed}. */
  async listClaimed(input: Input<"listClaimed">): Promise<readonly ClaimedJob[]> {
    const { clusterId, bucketId, cancelRequestedOnly, limit } = input;
    const statement = cancelRequestedOnly ? this.#cancelling : this.#claimed;
    const rows = await this.#rows(statement, [clusterId, bucketId, limit]);
    return rows.map((row) => ({
      jobId: row[0] as string,
      attempt: row[1] as number,
      cancelRequestedAtMs: row[2] as number | null,
    }));
  }

  /** See {@linkcode JobQueries.statistics}. */
  statistics(input: Input<"statistics">): Promise<JobStatistics> {
    return this.#statistics.read(input);
  }

  #rows(statement: Statement, values: readonly SqlValue[]): Promise<readonly Row[]> {
    return this.#database.read((session) => session.rows(statement, values));
  }
}
