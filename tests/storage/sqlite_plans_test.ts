/** The SQLite master finds rows by the index meant for them, whatever else the tables hold. */

import { deepStrictEqual as equal, ok } from "node:assert/strict";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { JobFilter, JobSort } from "../../core/filter.ts";
import type { Schedule } from "../../core/schedule.ts";
import { FinalTally } from "../../storage/sqlite/final_tally.ts";
import { JobRemoval } from "../../storage/sqlite/job_removal.ts";
import { Proofs } from "../../storage/sqlite/proofs.ts";
import { type RowStatement, SqliteConnection } from "../../storage/sqlite/connection.ts";
import { SqliteHistoryStore } from "../../storage/sqlite/history_store.ts";
import { sqliteJobStore } from "../../storage/sqlite/job_store.ts";
import { JobInsertion } from "../../storage/sqlite/job_insertion.ts";
import { SqlJobQueries } from "../../storage/sql/job_queries.ts";
import { fileReads } from "../../storage/sqlite/file_reads.ts";
import { SqliteScheduleStore } from "../../storage/sqlite/schedule_store.ts";
import { tablesOf } from "../../storage/sql/table_names.ts";
import { SqliteWorkerStore } from "../../storage/sqlite/worker_store.ts";
import { anOccurrence, aPlan, aSchedule, jobId, newJobs } from "../support/factories.ts";
import { CLUSTER, ensureCluster } from "./scene.ts";
import { SURROUNDINGS, type TemporaryFile, temporaryFile } from "./temporary_file.ts";

const TABLES = tablesOf("jm_");

/** Writes down every statement that is prepared. */
class RecordingConnection extends SqliteConnection {
  readonly statements = new Set<string>();

  override prepare(sql: string): StatementSync {
    this.statements.add(sql);
    return super.prepare(sql);
  }

  override prepareRows(sql: string): RowStatement {
    this.statements.add(sql);
    return super.prepareRows(sql);
  }
}

/** Writes down every statement that is run. */
class CountingConnection extends SqliteConnection {
  readonly runs: string[] = [];

  override prepare(sql: string): StatementSync {
    return this.#counted(sql, super.prepare(sql));
  }

  override prepareRows(sql: string): RowStatement {
    return this.#counted(sql, super.prepareRows(sql));
  }

  #counted<S extends StatementSync | RowStatement>(sql: string, statement: S): S {
    const methods = ["run", "get", "all"];
    return new Proxy(statement, {
      get: (target, name) => (...values: unknown[]) => {
        if (methods.includes(String(name))) this.runs.push(sql);
        const method = target[name as keyof S] as (...values: unknown[]) => unknown;
        return method.apply(target, values);
      },
    });
  }
}

interface Recording extends AsyncDisposable {
  readonly connection: RecordingConnection;
  readonly queries: SqlJobQueries;
  readonly history: SqliteHistoryStore;
  readonly schedules: SqliteScheduleStore;
  /** How SQLite runs a statement, one line per step. */
  readonly planOf: (sql: string) => readonly string[];
}

function record(file: TemporaryFile): Recording {
  const database = new DatabaseSync(file.path);
  const connection = new RecordingConnection(database, file.path, SURROUNDINGS);
  const proofs = new Proofs(connection, TABLES);
  const tally = new FinalTally(connection, TABLES);
  const removal = new JobRemoval(connection, TABLES, tally);
  const insertion = new JobInsertion(connection, TABLES, proofs);
  const parts = { proofs, tally, removal, insertion };
  sqliteJobStore(connection, TABLES, parts);
  const schedules = new SqliteScheduleStore(connection, TABLES, parts);
  const queries = new SqlJobQueries(fileReads(connection), TABLES);
  const history = new SqliteHistoryStore(connection, TABLES, removal);
  return {
    connection,
    queries,
    history,
    schedules,
    planOf: (sql) =>
      database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all().map(({ detail }) => String(detail)),
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

async function withTables(): Promise<TemporaryFile> {
  const file = await temporaryFile();
  await using master = await file.open();
  await ensureCluster(master);
  await master.jobs.insert({ ...CLUSTER, jobs: newJobs(100) });
  return file;
}

/** Reads keep their statements when they are first needed. */
async function readAll({ queries, history, schedules }: Recording): Promise<void> {
  const job = { ...CLUSTER, jobId: jobId(1), limit: 10 };
  await queries.find(job);
  for (const cancelRequestedOnly of [false, true]) {
    await queries.listClaimed({ ...CLUSTER, bucketId: "b-1", cancelRequestedOnly, limit: 10 });
  }
  await queries.statistics({ ...CLUSTER, sinceMs: 0, nowMs: 1 });
  await history.listExecutions(job);
  await history.findLog({ ...CLUSTER, logId: "l-1" });
  await schedules.find({ ...CLUSTER, scheduleId: "s-1" });
}

/** Statements that sort: at most as many rows as one bucket waits for, and never between a job and its start. */
const MAY_SORT = /ORDER BY id LIMIT \?\n\)$/;

for (const analyzed of [false, true]) {
  const when = analyzed ? "SQLite has statistics" : "SQLite knows nothing";
  Deno.test(`every kept statement searches an index and sorts nothing when ${when}`, async () => {
    await using file = await withTables();
    await using recording = record(file);
    if (analyzed) recording.connection.prepare("ANALYZE").run();
    await readAll(recording);
    ok(recording.connection.statements.size > 30);

    for (const sql of recording.connection.statements) {
      for (const step of recording.planOf(sql)) {
        ok(!step.startsWith("SCAN "), `${step}\n${sql}`);
        if (!MAY_SORT.test(sql)) ok(!step.includes("TEMP B-TREE"), `${step}\n${sql}`);
      }
    }
  });

  Deno.test(`what has an id is found by the index of ids when ${when}`, async () => {
    await using file = await withTables();
    await using recording = record(file);
    const { connection, planOf } = recording;
    if (analyzed) connection.prepare("ANALYZE").run();
    connection.statements.clear();
    await readAll(recording);

    const finds = [...connection.statements].filter((sql) => sql.endsWith("AND id = ?"));
    equal(
      finds.flatMap(planOf),
      ["jm_jobs", "jm_logs", "jm_schedules"].map((table) =>
        `SEARCH ${table} USING INDEX ${table}_by_id (cluster_id=? AND id=?)`
      ),
    );
  });
}

/** What a statement is known by, and how SQLite has to run it. */
const HOT: Readonly<Record<string, readonly string[]>> = {
  "SELECT id, scheduled_at, revision FROM": [
    "SEARCH jm_jobs USING INDEX jm_jobs_held (cluster_id=? AND lane=? AND priority=? AND scheduled_at<?)",
  ],
  "data FROM jm_jobs INDEXED BY jm_jobs_unclaimed": [
    "SEARCH jm_jobs USING INDEX jm_jobs_unclaimed (cluster_id=? AND bucket_id=? AND scheduled_at<?)",
  ],
  "attempts = attempts + 1": ["SEARCH jm_jobs USING INDEX jm_jobs_by_id (cluster_id=? AND id=?)"],
  "SELECT id, status FROM jm_jobs INDEXED BY jm_jobs_finished": [
    "SEARCH jm_jobs USING COVERING INDEX jm_jobs_finished (cluster_id=? AND finished_at<?)",
  ],
  "FROM jm_schedules INDEXED BY jm_schedules_due": [
    "SEARCH jm_schedules USING INDEX jm_schedules_due (cluster_id=? AND plan_at<?)",
    "CORRELATED SCALAR SUBQUERY 2",
    "SEARCH jm_jobs USING COVERING INDEX jm_jobs_unfinished (cluster_id=? AND schedule_id=?)",
    "CORRELATED SCALAR SUBQUERY 1",
    "SEARCH jm_jobs USING COVERING INDEX jm_jobs_unfinished (cluster_id=? AND schedule_id=?)",
  ],
  "skipped_count = skipped_count + ?": [
    "SEARCH jm_schedules USING INDEX jm_schedules_by_id (cluster_id=? AND id=?)",
  ],
  "SELECT count(*) FROM jm_jobs INDEXED BY jm_jobs_unfinished": [
    "SEARCH jm_jobs USING COVERING INDEX jm_jobs_unfinished (cluster_id=? AND schedule_id=?)",
  ],
};

Deno.test("hot statements search as deep into their index as they can", async () => {
  await using file = await withTables();
  await using recording = record(file);

  for (const [part, plan] of Object.entries(HOT)) {
    const known = [...recording.connection.statements].filter((sql) => sql.includes(part));
    equal(known.map(recording.planOf), [plan], part);
  }
});

/** Whether a step looks rows up; all that may be read from its start to its end is what a list has found. */
function searches(step: string): boolean {
  return !step.startsWith("SCAN ") || step === "SCAN slice";
}

Deno.test("lists and counts read the index that their filter leaves least of", async () => {
  await using file = await withTables();
  await using recording = record(file);
  const { connection, queries, planOf } = recording;
  const indexesOf = async (filter: JobFilter, by: JobSort["by"] = "createdAt") => {
    connection.statements.clear();
    const sort = { by, direction: "desc" } as const;
    await queries.list({ ...CLUSTER, filter, sort, cursor: null, limit: 25 });
    const plans = [...connection.statements].flatMap(planOf);
    ok(plans.every(searches), plans.join("\n"));
    return new Set(plans.flatMap((step) => /jm_jobs_\w+/.exec(step)?.[0] ?? []));
  };

  equal(await indexesOf({}), new Set(["jm_jobs_by_created"]));
  equal(await indexesOf({}, "finishedAt"), new Set(["jm_jobs_finished"]));
  equal(await indexesOf({ scheduleId: "s-1" }), new Set(["jm_jobs_by_schedule"]));
  equal(
    await indexesOf({ definitionId: "mail.send", uniqueKey: "k" }),
    new Set(["jm_jobs_by_unique_key"]),
  );
  equal(await indexesOf({ bucketId: "b-1" }), new Set(["jm_jobs_claimed", "jm_jobs_unclaimed"]));
  equal(await indexesOf({ statuses: ["Failed"] }), new Set(["jm_jobs_unsuccessful"]));
  equal(
    await indexesOf({ statuses: ["HeldOnMaster", "Queued"] }, "scheduledAt"),
    new Set(["jm_jobs_held", "jm_jobs_claimed"]),
  );
  equal(await indexesOf({ statuses: ["Succeeded", "Queued"] }), new Set(["jm_jobs_by_created"]));
});

Deno.test("lists and counts of schedules read the index they are sorted by", async () => {
  await using file = await withTables();
  await using recording = record(file);
  const { connection, schedules, planOf } = recording;
  connection.statements.clear();

  const filter = { statuses: ["Active"], failing: false } as const;
  const page = { ...CLUSTER, filter, cursor: null, limit: 25 };
  await schedules.list(page);
  await schedules.count(page);

  const plans = [...connection.statements].flatMap(planOf);
  ok(plans.every(searches), plans.join("\n"));
  const indexes = plans.flatMap((step) => /jm_schedules_\w+/.exec(step)?.[0] ?? []);
  equal(new Set(indexes), new Set(["jm_schedules_by_created"]));
});

Deno.test("schedules.plan runs one statement per plan and one per occurrence", async () => {
  await using file = await withTables();
  const database = new DatabaseSync(file.path);
  const connection = new CountingConnection(database, file.path, SURROUNDINGS);
  const proofs = new Proofs(connection, TABLES);
  const tally = new FinalTally(connection, TABLES);
  const removal = new JobRemoval(connection, TABLES, tally);
  const insertion = new JobInsertion(connection, TABLES, proofs);
  const parts = { proofs, tally, removal, insertion };
  const schedules = new SqliteScheduleStore(connection, TABLES, parts);
  const workers = new SqliteWorkerStore(connection, TABLES, proofs);
  await using stack = new AsyncDisposableStack();
  stack.defer(() => connection.close());
  const lease = { name: "coordinator", holder: "w-1" };
  const granted = await workers.acquireLease({ ...CLUSTER, ...lease, leaseMs: 60_000 });
  const two = ["a", "b"].map((id) => aSchedule({ id }));
  await schedules.insert({ ...CLUSTER, schedules: two });
  const placement = { bucketId: "b-1", epoch: 1, claim: true };
  const jobs = (schedule: Schedule, first: number) =>
    [0, 1, 2].map((i) => anOccurrence(schedule, i, { id: jobId(first + i), placement }));
  connection.runs.length = 0;

  await schedules.plan({
    ...{ ...CLUSTER, lease: { ...lease, term: granted!.term }, nowMs: 0 },
    plans: two.map((schedule, i) => aPlan(schedule, { jobs: jobs(schedule, 1_000 * (i + 1)) })),
  });

  const changes = connection.runs.filter((sql) => /^(INSERT|UPDATE|DELETE)/.test(sql));
  const words = changes.map((sql) => sql.split(" ", 3).join(" "));
  const [advance, store] = ["UPDATE jm_schedules INDEXED", "INSERT INTO jm_jobs"];
  equal(words, [advance, store, store, store, advance, store, store, store]);
  equal(connection.runs.length - changes.length, 3, "lease, mode and bucket, each once");
});
