/**
 * The statements of the flow of jobs.
 *
 * @module
 */

import { columnsOf } from "./batches.ts";
import { JOBS } from "./columns.ts";
import { CLAIMED, STATUS, UNCLAIMED } from "./codes.ts";
import type { Dialect, JsonColumns } from "./dialect.ts";
import { JOB_COLUMNS } from "./rows.ts";
import { liveParts } from "./schema.ts";
import { fixed, type Statement } from "./session.ts";
import type { Tables } from "./table_names.ts";

/** Takes a job out of its bucket, back to the master. */
export const UNPLACE: Readonly<Record<string, string>> = {
  bucket_id: "NULL",
  agent_connection_id: "NULL",
  revision: "t.revision + 1",
};

/** Locks the jobs of a batch of ids and answers `columns` of each. */
export function lockJobs(dialect: Dialect, { jobs }: Tables, columns: string): Statement {
  const batch = columnsOf(JOBS, ["id"]);
  return fixed(dialect.selectListed({ table: jobs, batch, columns, lock: "update" }));
}

/** Updates locked jobs by a batch with these `columns`. */
export function updateJobs(
  dialect: Dialect,
  { jobs }: Tables,
  { columns, more = {}, ...change }: {
    readonly columns: readonly string[];
    readonly more?: JsonColumns;
    readonly set: Readonly<Record<string, string>>;
    readonly also?: string;
  },
): Statement {
  const batch = { ...columnsOf(JOBS, ["id", ...columns]), ...more };
  return fixed(dialect.updateListed({ table: jobs, batch, ...change }));
}

/** The statements of `JobFlow`. */
export function flowStatements(dialect: Dialect, tables: Tables) {
  const { held, unclaimed } = liveParts(dialect);
  return {
    ...changes(dialect, tables),
    due: dueStatements(dialect, { jobs: tables.jobs, held }),
    fetch: fixed(
      `SELECT ${JOB_COLUMNS} FROM ${tables.jobs} ${
        dialect.byIndex(`${tables.jobs}_${unclaimed.index}`)
      }
WHERE cluster_id = ? AND ${unclaimed.key} = ? AND ${unclaimed.condition} AND scheduled_at <= ?
ORDER BY scheduled_at, id LIMIT ?`,
    ),
  };
}

function changes(dialect: Dialect, tables: Tables) {
  const placed = ["bucket_id", "agent_connection_id", "worker_id"];
  return {
    lock: lockJobs(dialect, tables, "t.id, t.status, t.revision, t.bucket_id, t.attempts"),
    assign: updateJobs(dialect, tables, {
      columns: placed,
      set: {
        ...Object.fromEntries(placed.map((column) => [column, `g.${column}`])),
        status: `${STATUS.AssignedToBucket}`,
        revision: "t.revision + 1",
      },
    }),
    claim: updateJobs(dialect, tables, {
      columns: ["worker_id"],
      set: {
        status: `${STATUS.Queued}`,
        attempts: "t.attempts + 1",
        worker_id: "g.worker_id",
        claimed_at: dialect.clockMs,
      },
    }),
    mark: updateJobs(dialect, tables, {
      columns: ["status", "started_at", "progress"],
      more: { fence: "whole" },
      set: {
        status: "g.status",
        started_at: "coalesce(g.started_at, t.started_at)",
        progress: "coalesce(g.progress, t.progress)",
      },
      also: `t.bucket_id = ? AND (
  (g.status = ${STATUS.Onboarded} AND t.status = ${STATUS.AssignedToBucket} AND t.revision = g.fence)
  OR (g.status = ${STATUS.Processing} AND t.${CLAIMED} AND t.attempts = g.fence)
)`,
    }),
    release: updateJobs(dialect, tables, {
      columns: [],
      set: { ...UNPLACE, status: `${STATUS.HeldOnMaster}`, worker_id: "NULL" },
      also: `t.bucket_id = ? AND t.${UNCLAIMED}`,
    }),
  };
}

/** One statement per number of routes: each route stops at its own limit. */
function dueStatements(
  dialect: Dialect,
  { jobs, held }: { readonly jobs: string; readonly held: ReturnType<typeof liveParts>["held"] },
): (routes: number) => Statement {
  const one = (route: number) =>
    `(SELECT ${route}, id, scheduled_at, revision
FROM ${jobs} ${dialect.byIndex(`${jobs}_${held.index}`)}
WHERE cluster_id = ? AND ${held.key} = ? AND priority = ? AND ${held.condition} AND scheduled_at <= ?
ORDER BY scheduled_at, id LIMIT ?)`;
  const known = new Map<number, Statement>();
  return (routes) => {
    const statement = known.get(routes) ??
      fixed(Array.from({ length: routes }, (_, route) => one(route)).join("\nUNION ALL\n"));
    known.set(routes, statement);
    return statement;
  };
}
