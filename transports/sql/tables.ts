/**
 * The tables of an agent connection: the messages of all queues, those set aside, and what tells the store from others.
 *
 * @module
 */

import { type Columns, COMMITS } from "../../storage/sql/columns.ts";
import type { Dialect } from "../../storage/sql/dialect.ts";
import { commitsTable, tableStatements } from "../../storage/sql/schema.ts";
import { type MessageTables, messageTables } from "../../storage/sql/table_names.ts";

export { type MessageTables, messageTables };
import { columnsOf, type Table } from "../../storage/sql/tables.ts";

/** Columns of the table that tells the store from others. */
export const STORE: Columns = {
  id: "whole",
  fingerprint: "id",
  version: "whole",
  made_at: "whole",
};

/** Columns of messages. `visible_at` is when the lease ends, on the server's clock; 0 before the first one. */
export const MESSAGES: Columns = {
  cluster_id: "name",
  id: "id",
  bucket_id: "id",
  due_at: "whole",
  visible_at: "whole",
  deliveries: "whole",
  pushed_at: "whole",
  body: "text",
};

/** Columns of messages set aside. */
export const PARKED: Columns = {
  cluster_id: "name",
  id: "id",
  bucket_id: "id",
  reason: "text",
  parked_at: "whole",
  body: "text",
};

/** The version of the tables that this program makes and needs. */
export const TABLES_VERSION = 1;

/** The statements that make the tables under a prefix where they are missing. */
export function makeTables(
  prefix: string,
  place: { readonly dialect: Dialect; readonly collation: string },
): readonly string[] {
  return describe(prefix, place.dialect).flatMap((table) => tableStatements(table, place));
}

function describe(prefix: string, dialect: Dialect): readonly Table[] {
  const { store, messages, parked } = messageTables(prefix);
  const table = (name: string, columns: Columns, key: readonly string[]): Table => ({
    name,
    columns: columnsOf(columns),
    key,
    indexes: [],
  });
  const index = (name: string, columns: readonly string[]) => ({
    name,
    unique: false,
    columns,
    where: null,
  });
  return [
    table(store, STORE, ["id"]),
    {
      ...table(messages, MESSAGES, ["cluster_id", "id"]),
      indexes: [index(`${messages}_due`, ["cluster_id", "bucket_id", "due_at", "id"])],
    },
    {
      ...table(parked, PARKED, ["cluster_id", "id"]),
      indexes: [
        index(`${parked}_by_time`, ["cluster_id", "parked_at", "id"]),
        index(`${parked}_by_bucket`, ["cluster_id", "bucket_id"]),
      ],
    },
    ...(dialect.name === "mysql" ? [table(commitsTable(prefix), COMMITS, ["connection_id"])] : []),
  ];
}
