/**
 * The SQL that MySQL 8 and MariaDB 10.6 and newer have in common.
 *
 * @module
 */

import {
  type Condition,
  type Dialect,
  jsonBatch,
  type JsonColumn,
  type JsonColumns,
  type Listed,
  type ListedRows,
  TAG_COLUMNS,
} from "./dialect.ts";
import { tagsOf } from "./rows.ts";
import type { SqlValue } from "./session.ts";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** The dialect for a server whose binary collation without padding is `collation`. */
export function mysqlDialect(collation: string): Dialect {
  const types: Readonly<Record<JsonColumn, string>> = {
    text: `longtext CHARACTER SET utf8mb4 COLLATE ${collation}`,
    whole: "bigint",
    real: "double",
  };
  const jsonTable = (json: string, alias: string, columns: JsonColumns) => {
    const list = Object.entries(columns).map(([name, type]) =>
      `${name} ${types[type]} PATH '$.${name}'`
    );
    return `JSON_TABLE(${json}, '$[*]' COLUMNS (${list.join(", ")})) AS ${alias}`;
  };
  const joined = (listed: Listed) =>
    `${jsonTable("?", "g", listed.batch)}
STRAIGHT_JOIN ${listed.table} AS t ${indexOf(listed)} ON t.cluster_id = ?${keysOf(listed)}`;
  const selectListed = ({ columns, lock, also, ...listed }: ListedRows) =>
    `SELECT ${columns} FROM ${joined(listed)}${also === undefined ? "" : ` WHERE ${also}`} ${
      LOCKS[lock]
    }`;
  return {
    ...COMMON,
    jsonTable,
    selectListed,
    selectByIds: (table, columns) =>
      selectListed({ table, batch: { id: "text" }, columns, lock: "none" }),
    updateListed: ({ set, also, ...listed }) =>
      `UPDATE ${joined(listed)}${also === undefined ? "" : ` AND ${also}`}
SET ${assignments("t", set)}`,
    deleteListed: ({ table, index, column, where }) =>
      `DELETE t FROM ${jsonTable("?", "listed", { id: "text" })}
STRAIGHT_JOIN ${table} AS t FORCE INDEX (${index}) ON t.${column} = listed.id AND ${where}`,
    tags: (json, alias) => jsonTable(json, alias, TAG_COLUMNS),
  };
}

const LOCKS: Readonly<Record<ListedRows["lock"], string>> = {
  update: "FOR UPDATE",
  share: "LOCK IN SHARE MODE",
  none: "",
};

/** The key's index; the others are found by the planner. */
function indexOf({ by }: Listed): string {
  return by === undefined ? "FORCE INDEX (PRIMARY)" : "";
}

function keysOf({ by = { id: "g.id" } }: Listed): string {
  return Object.entries(by).map(([column, value]) => ` AND t.${column} = ${value}`).join("");
}

function assignments(alias: string, set: Readonly<Record<string, string>>): string {
  return Object.entries(set).map(([column, value]) => `${alias}.${column} = ${value}`).join(", ");
}

/** What does not depend on the collation. */
const COMMON: Omit<
  Dialect,
  "jsonTable" | "selectListed" | "selectByIds" | "updateListed" | "deleteListed" | "tags"
> = {
  name: "mysql",
  rowKey: "id",
  join: "STRAIGHT_JOIN",
  update: ({ table, alias, from, where, set }) =>
    `UPDATE ${from} STRAIGHT_JOIN ${table} AS ${alias} ON ${where} SET ${assignments(alias, set)}`,
  delete: ({ table, alias, from, where }) =>
    `DELETE ${alias} FROM ${from} STRAIGHT_JOIN ${table} AS ${alias} ON ${where}`,
  orIgnore: (table) => `ON DUPLICATE KEY UPDATE cluster_id = ${table}.cluster_id`,
  orUpdate: (_keys, set) =>
    `ON DUPLICATE KEY UPDATE ${
      Object.entries(set).map(([column, value]) => `${column} = ${value}`).join(", ")
    }`,
  inserted: (column) => `VALUES(${column})`,
  forShare: "LOCK IN SHARE MODE",
  forUpdate: () => "FOR UPDATE",
  forUpdateSkipLocked: () => "FOR UPDATE SKIP LOCKED",
  clockMs: "CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED)",
  asciiLower: (text) =>
    [...LETTERS].reduce(
      (lowered, letter) => `REPLACE(${lowered}, '${letter}', '${letter.toLowerCase()}')`,
      text,
    ),
  beyond: (columns, { direction, values, inclusive }) =>
    ranges(columns, values, { operator: direction === "asc" ? ">" : "<", inclusive }),
  sortedBy: (text) => text,
  byIndex: (index) => `FORCE INDEX (${index})`,
  indexOf: (text, part) => `INSTR(${text}, ${part})`,
  lengthOf: (text) => `CHAR_LENGTH(${text})`,
  errorTexts: ["error_text"],
  storedTags: (metadata) => jsonBatch(tagsOf(metadata)),
};

/**
 * Row comparisons use no index here, so they are written out as `(a > ?) OR (a = ? AND b > ?)`: ranges of which each
 * starts and ends where it should. With nested conditions the index is read from the first row that has the same `a`.
 */
function ranges(
  columns: readonly string[],
  values: readonly SqlValue[],
  { operator, inclusive }: { readonly operator: string; readonly inclusive: boolean },
): Condition {
  const each = columns.map((column, at) => {
    const same = columns.slice(0, at).map((earlier) => `${earlier} = ?`);
    const orSame = inclusive && at === columns.length - 1 ? "=" : "";
    return `(${[...same, `${column} ${operator}${orSame} ?`].join(" AND ")})`;
  });
  return {
    sql: `(${each.join(" OR ")})`,
    values: columns.flatMap((_column, at) => values.slice(0, at + 1)),
  };
}
