/**
 * Executions and logs in memory, and their retention.
 *
 * @module
 */

import { isFinal } from "../../../core/job.ts";
import type { HistoryStore } from "../../../storage/port.ts";
import { forgetJob } from "./memory_endings.ts";
import { matchesLog } from "./memory_filter.ts";
import {
  type ClusterRows,
  compareKeys,
  type MemoryState,
  pageOf,
  rowsOf,
  type Synchronous,
} from "./memory_state.ts";

/** Executions, logs and their retention. */
export function memoryHistory(state: MemoryState): Synchronous<HistoryStore> {
  const logsOf = (clusterId: string) => [...rowsOf(state, clusterId).logs.values()];
  return {
    listExecutions: ({ clusterId, jobId, limit }) =>
      rowsOf(state, clusterId).executions
        .filter((execution) => execution.jobId === jobId)
        .sort((a, b) => a.attempt - b.attempt)
        .slice(0, limit),
    appendLogs: ({ clusterId, entries }) => {
      const { logs } = rowsOf(state, clusterId);
      for (const entry of entries) if (!logs.has(entry.id)) logs.set(entry.id, entry);
    },
    listLogs: ({ clusterId, filter, oldestFirst, cursor, limit }) =>
      pageOf(logsOf(clusterId).filter((entry) => matchesLog(entry, filter)), {
        keyOf: (entry) => [entry.writtenAtMs, entry.id],
        direction: oldestFirst ? "asc" : "desc",
        cursor,
        limit,
      }),
    countLogs: ({ clusterId, filter }) =>
      logsOf(clusterId).filter((entry) => matchesLog(entry, filter)).length,
    findLog: ({ clusterId, logId }) => rowsOf(state, clusterId).logs.get(logId) ?? null,
    purgeJobs: ({ clusterId, finishedBeforeMs, limit }) => {
      const rows = rowsOf(state, clusterId);
      const purged = [...rows.jobs.values()]
        .filter((job) => isFinal(job.status) && job.finishedAtMs! < finishedBeforeMs)
        .sort((a, b) => compareKeys([a.finishedAtMs!, a.id], [b.finishedAtMs!, b.id]))
        .slice(0, limit);
      for (const job of purged) forgetJob(rows, job.id);
      return purged.length;
    },
    purgeSchedules: (input) => purgeSchedules(rowsOf(state, input.clusterId), input),
    purgeLogs: ({ clusterId, writtenBeforeMs, limit }) => {
      const purged = logsOf(clusterId)
        .filter((entry) => entry.writtenAtMs < writtenBeforeMs)
        .sort((a, b) => compareKeys([a.writtenAtMs, a.id], [b.writtenAtMs, b.id]))
        .slice(0, limit);
      for (const entry of purged) rowsOf(state, clusterId).logs.delete(entry.id);
      return purged.length;
    },
  };
}

function purgeSchedules(
  { schedules }: ClusterRows,
  { terminatedBeforeMs, limit }: Parameters<HistoryStore["purgeSchedules"]>[0],
): number {
  const purged = [...schedules.values()]
    .filter(({ terminatedAtMs }) => terminatedAtMs !== null && terminatedAtMs < terminatedBeforeMs)
    .sort((a, b) => compareKeys([a.terminatedAtMs!, a.id], [b.terminatedAtMs!, b.id]))
    .slice(0, limit);
  for (const schedule of purged) schedules.delete(schedule.id);
  return purged.length;
}
