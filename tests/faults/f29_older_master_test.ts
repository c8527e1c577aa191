/** A master that comes back in an older state under living nodes: what it knows ends, what it has forgotten changes nothing. */

import { deepStrictEqual as equal, rejects } from "node:assert/strict";
import { defineJob } from "../../mod.ts";
import { tablesOf } from "../../storage/sql/table_names.ts";
import { openTestCluster, type TestCluster } from "../support/cluster.ts";
import type { TestMaster } from "../support/test_masters.ts";
import { makeMaster } from "../support/test_masters.ts";
import { eventually } from "../support/eventually.ts";
import { LEASE_LOST, masterTest, openWay, PATIENTLY } from "./support/broken_way.ts";

const LEASE = { leaseMs: 60_000, renewMs: 1_000 };
const TABLES = Object.values(tablesOf("jm_"));

/** Every column that can be written, by table. */
async function columnsOf({ kind, sql }: TestCluster): Promise<ReadonlyMap<string, string>> {
  const columns = new Map(TABLES.map((table) => [table, "*"]));
  if (kind !== "mysql") return columns;
  for (const table of TABLES) {
    const rows = await sql(
      `SELECT column_name AS name FROM information_schema.columns
       WHERE table_schema = DATABASE() AND table_name = ? AND extra NOT LIKE '%GENERATED%'
       ORDER BY ordinal_position`,
      table,
    ) as readonly { readonly name: string }[];
    columns.set(table, rows.map(({ name }) => name).join(", "));
  }
  return columns;
}

/** Keeps the state of all tables; answers what brings them back to it in one transaction. */
async function keep(cluster: TestCluster): Promise<() => Promise<void>> {
  const columns = await columnsOf(cluster);
  const { kind, sql } = cluster;
  for (const [table, list] of columns) {
    await sql(`CREATE TABLE kept_${table} AS SELECT ${list} FROM ${table}`);
  }
  const statements = [...columns].flatMap(([table, list]) => [
    `DELETE FROM ${table}`,
    `INSERT INTO ${table} ${list === "*" ? "" : `(${list})`} SELECT * FROM kept_${table}`,
  ]);
  return async () => {
    if (kind === "sqlite") return restoreFile(cluster, statements);
    await sql("START TRANSACTION");
    for (const statement of statements) await sql(statement);
    await sql("COMMIT");
  };
}

async function restoreFile({ master }: TestCluster, statements: readonly string[]): Promise<void> {
  const { DatabaseSync } = await import("node:sqlite");
  const path = master.slice("sqlite:".length).split("?")[0]!;
  using database = new DatabaseSync(path, { timeout: 5_000 });
  database.exec(`BEGIN IMMEDIATE; ${statements.join("; ")}; COMMIT`);
}

/** Jobs that end when they are told to. */
function workOf() {
  const gates = new Map<string, () => void>();
  const runs = new Map<string, number>();
  const work = defineJob<"quick" | "slow">({ id: "work" }, async ({ id, data }) => {
    runs.set(id, (runs.get(id) ?? 0) + 1);
    if (data === "slow" && runs.get(id) === 1) {
      await new Promise<void>((resolve) => gates.set(id, resolve));
    }
  });
  return { work, runs, release: (id: string) => gates.get(id)!() };
}

async function olderMaster(master: TestMaster): Promise<void> {
  const { work, runs, release } = workOf();
  await using cluster = await openTestCluster({
    ...{ on: master, jobs: [work], lease: LEASE, expectedErrors: LEASE_LOST },
  });
  const { jobs, schedule } = cluster.jm;
  const running = await schedule.now(work, "slow");
  const waiting = await schedule.after(work, "quick", "5s");
  await cluster.untilJob(running.id, "Processing");
  const restore = await keep(cluster);
  const forgotten = await schedule.many(work, Array(20).fill("quick"));
  const unfinished = await schedule.now(work, "slow");
  release(running.id);
  for (const { id } of [running, waiting, ...forgotten]) await cluster.untilJob(id, "Succeeded");
  await cluster.untilJob(unfinished.id, "Processing");

  await restore();
  release(unfinished.id);

  await cluster.untilJob(running.id, "Succeeded");
  await cluster.untilJob(waiting.id, "Succeeded");
  equal([runs.get(running.id), runs.get(waiting.id)], [2, 2]);
  for (const { id } of [...forgotten, unfinished]) {
    await rejects(jobs.get(id), { code: "job_not_found" });
    equal(runs.get(id), 1);
  }
  await eventually(
    "the end of what was forgotten to be told",
    () => cluster.lines.some(({ message }) => /ended too late/.test(message)),
    PATIENTLY,
  );
  const next = await schedule.now(work, "quick");
  await cluster.untilJob(next.id, "Succeeded");
}

Deno.test("F29: an older state of the master costs what it does not know and nothing else: sqlite", async () => {
  await olderMaster(await makeMaster());
});

masterTest(
  "F29: an older state of the master costs what it does not know and nothing else",
  async (kind) => {
    await using way = await openWay(kind);
    await olderMaster(way.master);
  },
);
