/**
 * Filters as SQL conditions. Every value is bound.
 *
 * @module
 */

import type { SQLInputValue } from "node:sqlite";
import type { JobFilter, LogFilter, MetadataCondition } from "../../core/filter.ts";
import type { ScheduleFilter } from "../../core/schedule.ts";
import type { BucketFilter } from "../port.ts";
import { LEVEL, PRIORITY, STATUS, SUBJECT } from "./codes.ts";

/** A condition and the values it binds, in their order. */
export interface Condition {
  /** The SQL text. */
  readonly sql: string;
  /** The bound values. */
  readonly values: readonly SQLInputValue[];
}

/** A condition that binds `values`. */
export function condition(sql: string, ...values: readonly SQLInputValue[]): Condition {
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
export function jobConditions(filter: JobFilter): readonly Condition[] {
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
    ...(filter.metadata ?? []).map(metadataCondition),
    ...given(filter.errorText, (text) =>
      condition(
        `(${contains("error ->> 'name'")} OR ${contains("error ->> 'message'")})`,
        text,
        text,
      )),
  ];
}

/** The conditions of a filter for log entries. */
export function logConditions(filter: LogFilter): readonly Condition[] {
  return [
    ...given(filter.level, (level) => condition("level = ?", LEVEL[level])),
    ...given(filter.subjectType, (type) => condition("subject_type = ?", SUBJECT[type])),
    ...given(filter.subjectId, (id) => condition("subject_id = ?", id)),
    ...given(filter.attempt, (attempt) => condition("attempt = ?", attempt)),
    ...given(filter.fromMs, (atMs) => condition("written_at >= ?", atMs)),
    ...given(filter.toMs, (atMs) => condition("written_at <= ?", atMs)),
    ...given(filter.keyword, (text) => condition(contains("message"), text)),
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

function oneOf(column: string, values: readonly SQLInputValue[]): Condition {
  return { sql: `${column} IN (${values.map(() => "?").join(", ")})`, values };
}

/** SQLite's `lower` folds ASCII letters only, which is what the filter promises. */
function contains(text: string): string {
  return `instr(lower(${text}), lower(?)) > 0`;
}

/** What a metadata value (`has`) is compared with one that is asked for (`wants`). */
const COMPARISON: Readonly<Record<MetadataCondition["operation"], string>> = {
  Eq: "has.atom = wants.atom",
  Neq: "has.atom = wants.atom",
  In: "has.atom = wants.atom",
  Gt: "has.atom > wants.atom",
  Gte: "has.atom >= wants.atom",
  Lt: "has.atom < wants.atom",
  Lte: "has.atom <= wants.atom",
  Contains: "instr(has.atom, wants.atom) > 0",
  StartsWith: "instr(has.atom, wants.atom) = 1",
  EndsWith: "substr(has.atom, length(has.atom) - length(wants.atom) + 1) = wants.atom",
};

/**
 * The values travel as JSON, as the metadata does: SQLite reads both alike, so equal numbers stay equal.
 * `json_each` hands out the keys themselves, so a key needs no escaping.
 */
function metadataCondition({ key, operation, values }: MetadataCondition): Condition {
  const text = operation === "Contains" || operation === "StartsWith" || operation === "EndsWith";
  const sql = `EXISTS (
  SELECT 1 FROM json_each(metadata) AS has, json_each(?) AS wants
  WHERE has.key = ? AND ${kind("has")} = ${kind("wants")}
    AND ${text ? "has.type = 'text' AND " : ""}${COMPARISON[operation]})`;
  return condition(operation === "Neq" ? `NOT ${sql}` : sql, JSON.stringify(values), key);
}

/** JSON's types, with whole and other numbers as one and both booleans as one. */
function kind(value: string): string {
  return `CASE ${value}.type WHEN 'text' THEN 't' WHEN 'integer' THEN 'n' WHEN 'real' THEN 'n'
    ELSE 'b' END`;
}
