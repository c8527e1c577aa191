/**
 * Executions, logs and their retention.
 *
 * @module
 */

import type { LogFilter } from "../../core/filter.ts";
import type { JobId } from "../../core/ids.ts";
import type { Execution } from "../../core/job.ts";
import type { LogEntry } from "../../core/log.ts";
import type { Page } from "./queries.ts";

/** Executions, logs and their retention. */
export interface HistoryStore {
  /** The executions of a job, first attempt first; at most `limit`. Running attempts are not among them. */
  listExecutions(input: {
    readonly clusterId: string;
    readonly jobId: JobId;
    readonly limit: number;
  }): Promise<readonly Execution[]>;
  /** Stores log entries; one whose id is already stored is left as it is. */
  appendLogs(input: {
    readonly clusterId: string;
    readonly entries: readonly LogEntry[];
  }): Promise<void>;
  /** One page of log entries, newest first (time, then id); `oldestFirst` turns it round. */
  listLogs(input: {
    readonly clusterId: string;
    readonly filter: LogFilter;
    readonly oldestFirst: boolean;
    readonly cursor: string | null;
    readonly limit: number;
  }): Promise<Page<LogEntry>>;
  /** How many log entries match. */
  countLogs(input: { readonly clusterId: string; readonly filter: LogFilter }): Promise<number>;
  /** The log entry, if there is one. */
  findLog(input: { readonly clusterId: string; readonly logId: string }): Promise<LogEntry | null>;
  /** Deletes up to `limit` final jobs that finished before the cut, with executions and logs; answers how many. */
  purgeJobs(input: {
    readonly clusterId: string;
    readonly finishedBeforeMs: number;
    readonly limit: number;
  }): Promise<number>;
  /**
   * Deletes up to `limit` schedules that were terminated before the cut, the longest ago first (then by id); answers how
   * many. Their jobs and logs stay.
   */
  purgeSchedules(input: {
    readonly clusterId: string;
    readonly terminatedBeforeMs: number;
    readonly limit: number;
  }): Promise<number>;
  /** Deletes up to `limit` log entries written before the cut; answers how many. */
  purgeLogs(input: {
    readonly clusterId: string;
    readonly writtenBeforeMs: number;
    readonly limit: number;
  }): Promise<number>;
}
