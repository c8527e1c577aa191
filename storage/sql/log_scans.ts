/**
 * Which index a list or count of log entries reads.
 *
 * @module
 */

import type { LogFilter } from "../../core/filter.ts";
import { SUBJECT } from "./codes.ts";
import { condition } from "./filters.ts";
import type { Scan } from "./sliced_reader.ts";

/** The index to read in `table` for `filter`. */
export function logScans(table: string, filter: LogFilter): readonly Scan[] {
  const { subjectType, subjectId, fromMs, toMs } = filter;
  const written = [
    ...(fromMs === undefined ? [] : [condition("written_at >= ?", fromMs)]),
    ...(toMs === undefined ? [] : [condition("written_at <= ?", toMs)]),
  ];
  const keys = ["written_at", "id"];
  if (subjectType === undefined || subjectId === undefined) {
    return [{ index: `${table}_by_written`, fixed: written, keys }];
  }
  const fixed = [
    condition("subject_type = ?", SUBJECT[subjectType]),
    condition("subject_id = ?", subjectId),
    ...written,
  ];
  return [{ index: `${table}_by_subject`, fixed, keys }];
}
