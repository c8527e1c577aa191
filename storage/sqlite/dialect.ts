/**
 * SQLite's SQL where it reads.
 *
 * @module
 */

import type { ReadDialect } from "../sql/read_dialect.ts";

/** The SQL that reads a SQLite file. */
export const sqliteDialect: ReadDialect = {
  name: "sqlite",
  rowKey: "seq",
  join: "CROSS JOIN",
  selectByIds: (table, columns) =>
    `SELECT ${columns} FROM json_each(?) AS g
CROSS JOIN ${table} AS t INDEXED BY ${table}_by_id ON t.cluster_id = ? AND t.id = g.value ->> 'id'`,
  sortedBy: (text) => text,
  byIndex: (index) => `INDEXED BY ${index}`,
  beyond: (columns, { direction, values, inclusive }) => {
    const operator = `${direction === "asc" ? ">" : "<"}${inclusive ? "=" : ""}`;
    const places = columns.map(() => "?").join(", ");
    return { sql: `(${columns.join(", ")}) ${operator} (${places})`, values };
  },
  asciiLower: (text) => `lower(${text})`,
  indexOf: (text, part) => `instr(${text}, ${part})`,
  lengthOf: (text) => `length(${text})`,
  errorTexts: ["lower(error ->> 'name')", "lower(error ->> 'message')"],
  tags: (json, alias) =>
    `(SELECT key AS k, CASE type WHEN 'text' THEN atom END AS s,
    CASE WHEN type IN ('integer', 'real') THEN atom END AS n,
    CASE type WHEN 'true' THEN 1 WHEN 'false' THEN 0 END AS b
  FROM json_each(${json})) AS ${alias}`,
  storedTags: (metadata) => JSON.stringify(metadata),
};
