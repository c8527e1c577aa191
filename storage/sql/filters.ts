/**
 * Filters as SQL conditions. Every value is bound.
 *
 * @module
 */

import type { JobFilter, LogFilter, MetadataCondition } from "../../core/filter.ts";
import type { ScheduleFilter } from "../../core/schedule.ts";
import type { BucketFilter } from "../port.ts";
import { LEVEL, PRIORITY, STATUS, SUBJECT } from "./codes.ts";
import type { Condition, ReadDialect } from "./read_dialect.ts";
import { asciiLower } from "./rows.ts";
import type { SqlValue } from "./session.ts";

export type { Condition };

/** A condition that binds `values`. */
export function condition(sql: string, ...values: readonly SqlValue[]): Condition {
  return { sql, values };
}

/** The condition that all of `conditions` hold. */
export function allOf(conditions: readonly Condition[]): Condition {
  return {
    sql: conditions.map((each) => each.sql).join(" AND "),
    values: conditions.flatMap((each) => each.values),
  };
}

/** The conditions of a filter for jobs. */
export function jobConditions(filter: JobFilter, dialect: ReadDialect): readonly Condition[] {
  return [
    ...given(filter.statuses, (statuses) => oneOf("status", statuses.map((each) => STATUS[each]))),
    ...given(filter.definitionId, (id) => condition("definition_id = ?", id)),
    ...given(filter.lane, (lane) => condition("lane = ?", lane)),
    ...given(filter.priority, (priority) => condition("priority = ?", PRIORITY[priority])),
    ...given(filter.bucketId, (id) => condition("bucket_id = ?", id)),
    ...given(filter.workerId, (id) => condition("worker_id = ?", id)),
    ...given(filter.scheduleId, (id) => condition("schedule_id = ?", id)),
    ...given(filter.uniqueKey, (key) => condition("unique_key = ?", key)),
    ...given(filter.scheduledFromMs, (atMs) => condition("scheduled_at >= ?", atMs)),
    ...given(filter.scheduledToMs, (atMs) => condition("scheduled_at <= ?", atMs)),
    ...given(filter.createdFromMs, (atMs) => condition("created_at >= ?", atMs)),
    ...given(filter.createdToMs, (atMs) => condition("created_at <= ?", atMs)),
    ...(filter.metadata ?? []).map((each) => metadataCondition(each, dialect)),
    ...given(filter.errorText, (text) => errorCondition(text, dialect)),
  ];
}

/** The conditions of a filter for log entries. */
export function logConditions(filter: LogFilter, dialect: ReadDialect): readonly Condition[] {
  const message = dialect.asciiLower("message");
  return [
    ...given(filter.level, (level) => condition("level = ?", LEVEL[level])),
    ...given(filter.subjectType, (type) => condition("subject_type = ?", SUBJECT[type])),
    ...given(filter.subjectId, (id) => condition("subject_id = ?", id)),
    ...given(filter.attempt, (attempt) => condition("attempt = ?", attempt)),
    ...given(filter.fromMs, (atMs) => condition("written_at >= ?", atMs)),
    ...given(filter.toMs, (atMs) => condition("written_at <= ?", atMs)),
    ...given(
      filter.keyword,
      (text) => condition(`${dialect.indexOf(message, "?")} > 0`, asciiLower(text)),
    ),
  ];
}

/** The conditions of a filter for buckets. */
export function bucketConditions(filter: BucketFilter): readonly Condition[] {
  return [
    ...given(filter.statuses, (statuses) => oneOf("status", statuses)),
    ...given(filter.workerId, (id) => condition("worker_id = ?", id)),
    ...given(filter.lane, (lane) => condition("lane = ?", lane)),
    ...given(filter.priority, (priority) => condition("priority = ?", PRIORITY[priority])),
    ...given(filter.agentConnectionId, (id) => condition("agent_connection_id = ?", id)),
  ];
}

/** The conditions of a filter for schedules. */
export function scheduleConditions(filter: ScheduleFilter): readonly Condition[] {
  return [
    ...given(filter.statuses, (statuses) => oneOf("status", statuses)),
    ...given(filter.type, (type) => condition("type = ?", type)),
    ...given(filter.definitionId, (id) => condition("definition_id = ?", id)),
    ...given(filter.profileId, (id) => condition("profile_id = ?", id)),
    ...given(filter.failing, (failing) => condition(`error IS ${failing ? "NOT " : ""}NULL`)),
  ];
}

function given<T>(value: T | undefined, make: (value: T) => Condition): readonly Condition[] {
  return value === undefined ? [] : [make(value)];
}

function oneOf(column: string, values: readonly SqlValue[]): Condition {
  return { sql: `${column} IN (${values.map(() => "?").join(", ")})`, values };
}

/** How a tag (`has`) is compared with a value that is asked for (`wants`): each only with its own type. */
const COMPARISON: Readonly<Record<Exclude<MetadataCondition["operation"], TextOperation>, string>> =
  { Eq: "=", Neq: "=", In: "=", Gt: ">", Gte: ">=", Lt: "<", Lte: "<=" };

type TextOperation = "Contains" | "StartsWith" | "EndsWith";

function compared(operation: MetadataCondition["operation"], dialect: ReadDialect): string {
  const found = dialect.indexOf("has.s", "wants.s");
  switch (operation) {
    case "Contains":
      return `${found} > 0`;
    case "StartsWith":
      return `${found} = 1`;
    case "EndsWith": {
      const rest = `${dialect.lengthOf("has.s")} - ${dialect.lengthOf("wants.s")}`;
      return `substr(has.s, ${rest} + 1) = wants.s`;
    }
    default: {
      const operator = COMPARISON[operation];
      return ["s", "n", "b"].map((type) => `has.${type} ${operator} wants.${type}`).join(" OR ");
    }
  }
}

/** The values travel as tags do in the table, so that equal numbers stay equal; a key needs no escaping. */
function metadataCondition(
  { key, operation, values }: MetadataCondition,
  dialect: ReadDialect,
): Condition {
  const sql = `EXISTS (
  SELECT 1 FROM ${dialect.tags("metadata", "has")} CROSS JOIN ${dialect.tags("?", "wants")}
  WHERE has.k = ? AND (${compared(operation, dialect)}))`;
  const wanted = dialect.storedTags(Object.fromEntries(values.entries()));
  return condition(operation === "Neq" ? `NOT ${sql}` : sql, wanted, key);
}

function errorCondition(text: string, { errorTexts, indexOf }: ReadDialect): Condition {
  const sql = errorTexts.map((each) => `${indexOf(each, "?")} > 0`).join(" OR ");
  return condition(`(${sql})`, ...errorTexts.map(() => asciiLower(text)));
}
