/**
 * The statements by which rows of jobs are made.
 *
 * @module
 */

import { columnsOf } from "./batches.ts";
import { JOBS } from "./columns.ts";
import { STATUS } from "./codes.ts";
import type { Dialect, ListedRows } from "./dialect.ts";
import { JOB_COLUMNS, NEW_JOB_COLUMNS, RAN_JOB_COLUMNS } from "./rows.ts";
import { composed, fixed } from "./session.ts";
import type { Tables } from "./table_names.ts";

const COLUMNS: readonly string[] = [...NEW_JOB_COLUMNS, "error_text", "crashes"];
const RAN_COLUMNS: readonly string[] = [...RAN_JOB_COLUMNS, "error_text"];

/** Statements that store rows with the same columns. */
export type InsertStatements = ReturnType<typeof storing>;

function storing(dialect: Dialect, { jobs }: Tables, columns: readonly string[]) {
  const given = dialect.jsonTable("?", "g", columnsOf(JOBS, columns));
  const values = columns.map((column) =>
    column === "claimed_at"
      ? `CASE WHEN g.status = ${STATUS.Queued} THEN ${dialect.clockMs} END`
      : `g.${column}`
  );
  const insert = `INSERT INTO ${jobs} (${columns.join(", ")})
SELECT ${values.join(", ")} FROM ${given} ${dialect.name === "mysql" ? "WHERE true" : ""}
${dialect.orIgnore(jobs)}`;
  return { insertAnswering: fixed(`${insert} RETURNING id`), insert: fixed(insert) };
}

/** Statements that store jobs which ran already. */
export function ranStatements(dialect: Dialect, tables: Tables): InsertStatements {
  return storing(dialect, tables, RAN_COLUMNS);
}

/** Statements that store new jobs, and look for what stands in their way. */
export function newStatements(dialect: Dialect, tables: Tables) {
  const { jobs } = tables;
  const columns = JOB_COLUMNS.split(",").map((column) => `t.${column.trim()}`).join(", ");
  const inTheWay = (way: number, keys: readonly string[], lock: ListedRows["lock"] = "none") =>
    dialect.selectListed({
      table: jobs,
      batch: columnsOf(JOBS, ["id", ...keys]),
      ...(keys.length === 0
        ? {}
        : { by: Object.fromEntries(keys.map((key) => [key, `g.${key}`])) }),
      columns: `g.id AS refused, ${way} AS way, ${columns}`,
      lock,
    });
  const uniqueKey = ["definition_id", "unique_key"];
  const three = [
    inTheWay(1, []),
    inTheWay(2, uniqueKey),
    inTheWay(3, ["schedule_id", "occurrence_at"]),
  ];
  return {
    ...storing(dialect, tables, COLUMNS),
    save: fixed("SAVEPOINT jobmaster_insert"),
    undo: fixed("ROLLBACK TO SAVEPOINT jobmaster_insert"),
    stored: fixed(dialect.selectListed({
      table: jobs,
      batch: columnsOf(JOBS, ["id"]),
      columns: "t.id",
      lock: "none",
    })),
    /** Rare, so it is planned each time: a plan kept since the table was empty might read all of it. */
    inTheWay: composed(`${three.map((sql) => `(${sql})`).join("\nUNION ALL\n")}\nORDER BY way`),
    /** For REPEATABLE READ on MySQL, which hides what stood in the way of the insertion. A missing id would lock a gap. */
    inTheWayNow: dialect.name === "mysql"
      ? [fixed(inTheWay(2, uniqueKey, "share")), fixed(inTheWay(1, [], "share"))]
      : [],
  };
}
