/**
 * The SQL of Postgres 13 and newer.
 *
 * @module
 */

import {
  type Dialect,
  jsonBatch,
  type JsonColumn,
  type JsonColumns,
  type Listed,
  type ListedRows,
  TAG_COLUMNS,
} from "./dialect.ts";
import { tagsOf } from "./rows.ts";

const TYPES: Readonly<Record<JsonColumn, string>> = {
  text: 'text COLLATE "C"',
  whole: "bigint",
  real: "double precision",
};

/** The last one locks nothing: it only keeps the planner from joining the other way round. */
const LOCKS: Readonly<Record<ListedRows["lock"], string>> = {
  update: "FOR UPDATE",
  share: "FOR SHARE",
  none: "OFFSET 0",
};

/** The SQL of Postgres. */
export const postgresDialect: Dialect = {
  name: "postgres",
  rowKey: "id",
  jsonTable,
  join: "JOIN",
  selectListed,
  selectByIds: (table, columns) =>
    selectListed({ table, batch: { id: "text" }, columns, lock: "none" }),
  updateListed: (listed) =>
    `UPDATE ${listed.table} AS t SET ${assignments(listed.set)}
FROM (
  SELECT g.*, place.spot FROM ${batchOf(listed)}
  CROSS JOIN LATERAL (${one(listed, "t.ctid AS spot")} FOR UPDATE) AS place
) AS g WHERE t.ctid = g.spot${listed.also === undefined ? "" : ` AND ${listed.also}`}`,
  update: ({ table, alias, from, where, set }) =>
    `UPDATE ${table} AS ${alias} SET ${assignments(set)} FROM ${from} WHERE ${where}`,
  delete: ({ table, alias, from, where }) =>
    `DELETE FROM ${table} AS ${alias} USING ${from} WHERE ${where}`,
  deleteListed: ({ table, column, where }) => {
    const listed = jsonTable("?", "listed", { id: "text" });
    // Looked up one by one: only equality with one value is sure to use every column of the index.
    return `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
  SELECT found.place FROM ${listed} CROSS JOIN LATERAL (
    SELECT ctid AS place FROM ${table} WHERE ${column} = listed.id AND ${where} OFFSET 0
  ) AS found
))`;
  },
  orIgnore: () => "ON CONFLICT DO NOTHING",
  orUpdate: (keys, set) => `ON CONFLICT (${keys.join(", ")}) DO UPDATE SET ${assignments(set)}`,
  inserted: (column) => `excluded.${column}`,
  forShare: "FOR SHARE",
  forUpdate: (alias) => `FOR UPDATE OF ${alias}`,
  forUpdateSkipLocked: (alias) => `FOR UPDATE OF ${alias} SKIP LOCKED`,
  clockMs: "(extract(epoch FROM clock_timestamp()) * 1000)::bigint",
  asciiLower: (text) => `lower(${text} COLLATE "C")`,
  beyond: (columns, { direction, values, inclusive }) => {
    const operator = `${direction === "asc" ? ">" : "<"}${inclusive ? "=" : ""}`;
    const places = columns.map(() => "?").join(", ");
    return { sql: `(${columns.join(", ")}) ${operator} (${places})`, values };
  },
  sortedBy: (text) => `${text} COLLATE "POSIX"`, // the order of "C", which no index is in
  byIndex: () => "",
  indexOf: (text, part) => `strpos(${text}, ${part})`,
  lengthOf: (text) => `length(${text})`,
  errorTexts: ["error_text"],
  tags: (json, alias) => jsonTable(json, alias, TAG_COLUMNS),
  storedTags: (metadata) => jsonBatch(tagsOf(metadata)),
};

function jsonTable(json: string, alias: string, columns: JsonColumns): string {
  const list = Object.entries(columns).map(([name, type]) => `${name} ${TYPES[type]}`);
  return `json_to_recordset(${json}::json) AS ${alias}(${list.join(", ")})`;
}

function selectListed(listed: ListedRows): string {
  return `SELECT ${listed.columns} FROM ${batchOf(listed)}
CROSS JOIN LATERAL (${one(listed, "*")} ${LOCKS[listed.lock]}) AS t${
    listed.also === undefined ? "" : ` WHERE ${listed.also}`
  }`;
}

function batchOf({ batch }: Listed): string {
  return jsonTable("?", "g", batch);
}

/** The row of one item. What locks or limits it keeps the planner from joining the other way round. */
function one({ table, by = { id: "g.id" } }: Listed, columns: string): string {
  const keys = Object.entries(by).map(([column, value]) => ` AND t.${column} = ${value}`);
  return `SELECT ${columns} FROM ${table} AS t WHERE t.cluster_id = ?${keys.join("")}`;
}

function assignments(set: Readonly<Record<string, string>>): string {
  return Object.entries(set).map(([column, value]) => `${column} = ${value}`).join(", ");
}
