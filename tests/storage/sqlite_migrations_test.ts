/** The schema of the SQLite master: made once, forward only, and compared with what it should be. */

import { deepStrictEqual as equal, ok, rejects } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { AT_MS, newJob, settings } from "../support/factories.ts";
import { adapter } from "../../storage/sqlite.ts";
import { migrationSteps, schemaTable } from "../../storage/sqlite/schema.ts";
import { tablesOf } from "../../storage/sql/table_names.ts";
import { startProgram, temporaryFile } from "./temporary_file.ts";

const TABLES = tablesOf("jm_");
const STEPS = migrationSteps(TABLES);
const LATEST = STEPS.length;

Deno.test("adapter.open takes every step once when ten processes start at once", async () => {
  await using file = await temporaryFile();
  await using stack = new AsyncDisposableStack();
  const programs = Array.from(
    { length: 10 },
    () => stack.use(startProgram("open_master", file.path)),
  );
  for (const program of programs) equal(await program.nextLine(), "ready");

  await Promise.all(programs.map((program) => program.tell("go")));

  const answers = await Promise.all(programs.map((program) => program.nextLine()));
  equal(answers, programs.map(() => String(LATEST)));
  equal(await Promise.all(programs.map(({ ended }) => ended)), programs.map(() => 0));
  using database = new DatabaseSync(file.path);
  const taken = database.prepare("SELECT version, name FROM jm_schema ORDER BY version").all();
  equal(taken.map((row) => ({ ...row })), STEPS.map(({ version, name }) => ({ version, name })));
  equal((await adapter.inspect({ path: file.path })).drift, []);
});

Deno.test("adapter.open takes the missing steps when some were taken before", async () => {
  await using file = await temporaryFile();
  take(file.path, 1);

  const before = await adapter.inspect({ path: file.path });
  const taken = await adapter.migrate({ path: file.path });
  const again = await adapter.migrate({ path: file.path });

  equal([before.current, before.latest, before.steps], [1, LATEST, STEPS.slice(1)]);
  equal([taken.current, taken.latest, taken.steps], [LATEST, LATEST, STEPS.slice(1)]);
  equal([again.current, again.steps, again.drift], [LATEST, [], []]);
});

Deno.test("adapter.migrate keeps the jobs that were stored before there were schedules", async () => {
  await using file = await temporaryFile();
  take(file.path, 3);
  withDatabase(file.path, (database) => {
    database.exec(`INSERT INTO jm_jobs (cluster_id, id, definition_id, status, priority, lane,
  trigger_source, original_scheduled_at, scheduled_at, created_at, attempts, last_attempt,
  max_retries, timeout_ms, revision, schedule_id, metadata, data)
VALUES ('c-1', 'j-1', 'd', 1, 2, '', 0, 1, 1, 1, 0, 4, 3, 1, 0, 's-1', '{}', 'null')`);
  });

  await using master = await file.open();

  const job = await master.queries.find({ clusterId: "c-1", jobId: "j-1" });
  equal([job?.status, job?.scheduleId, job?.occurrenceAtMs], ["HeldOnMaster", "s-1", null]);
  equal((await adapter.inspect({ path: file.path })).drift, []);
});

Deno.test("adapter.inspect names the table of schedules when somebody changed it", async () => {
  await using file = await temporaryFile();
  await adapter.migrate({ path: file.path });
  withDatabase(file.path, (database) => {
    database.exec("DROP INDEX jm_schedules_due");
    database.exec("ALTER TABLE jm_schedules ADD COLUMN mine TEXT");
  });

  const { drift } = await adapter.inspect({ path: file.path });

  equal(drift, ['table "jm_schedules" differs', 'index "jm_schedules_due" is missing']);
});

Deno.test("adapter.migrate leaves a step out altogether when one of its statements fails", async () => {
  await using file = await temporaryFile();
  take(file.path, 1);
  withDatabase(file.path, (database) => database.exec("CREATE TABLE jm_final_counts (x)"));

  const migrating = adapter.migrate({ path: file.path });

  await rejects(migrating, { code: "master_unavailable" });
  withDatabase(file.path, (database) => {
    const jobs = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'jm_jobs'").get();
    equal(jobs, undefined);
  });
  equal((await adapter.inspect({ path: file.path })).current, 1);
});

Deno.test("adapter.open refuses a schema when it is newer than the program", async () => {
  await using file = await temporaryFile();
  await adapter.migrate({ path: file.path });
  withDatabase(file.path, (database) => {
    database.exec(`INSERT INTO jm_schema VALUES (${LATEST + 1}, 'later', 0)`);
  });

  for (const migrate of [true, false]) {
    await rejects(adapter.open({ path: file.path, migrate }), { code: "schema_outdated" });
  }
  await rejects(adapter.migrate({ path: file.path }), { code: "schema_outdated" });
  const report = await adapter.inspect({ path: file.path });
  equal([report.current, report.steps, report.drift], [LATEST + 1, [], []]);
});

Deno.test("adapter.open takes no step and makes no file when migrate is false", async () => {
  await using file = await temporaryFile();

  await rejects(file.open({ migrate: false }), { code: "schema_outdated" });
  equal(namesIn(file.directory), []);

  take(file.path, 1);
  await rejects(file.open({ migrate: false }), { code: "schema_outdated" });
  equal((await adapter.inspect({ path: file.path })).current, 1);

  await adapter.migrate({ path: file.path });
  await using master = await file.open({ migrate: false });
  equal((await master.clusters.health()).schemaVersion, LATEST);
});

Deno.test("adapter.inspect makes no file when there is none, none is open, or one is", async () => {
  await using file = await temporaryFile();

  const before = await adapter.inspect({ path: file.path });
  equal(before, { current: 0, latest: LATEST, steps: STEPS, drift: [] });
  equal(namesIn(file.directory), []);

  await adapter.migrate({ path: file.path });
  equal((await adapter.inspect({ path: file.path })).current, LATEST);
  equal(namesIn(file.directory), ["master.db"]);

  await using master = await file.open();
  await master.clusters.ensure({ clusterId: "c-1", settings: settings(), nowMs: AT_MS });
  equal((await adapter.inspect({ path: file.path })).current, LATEST);
  equal(namesIn(file.directory), ["master.db", "master.db-shm", "master.db-wal"]);
});

Deno.test("adapter.inspect sees steps that only the log of the file holds", async () => {
  await using file = await temporaryFile();
  await using master = await file.open();

  const report = await adapter.inspect({ path: file.path });

  equal([report.current, report.drift], [LATEST, []]);
  equal((await master.clusters.health()).schemaVersion, LATEST);
});

Deno.test("adapter.inspect names what differs when somebody changed the schema", async () => {
  await using file = await temporaryFile();
  await adapter.migrate({ path: file.path });
  withDatabase(file.path, (database) => {
    database.exec("DROP INDEX jm_jobs_held");
    database.exec("CREATE INDEX mine ON jm_jobs (worker_id)");
    database.exec("ALTER TABLE jm_logs ADD COLUMN mine TEXT");
    database.exec("CREATE TABLE jm_foreign (x)");
  });

  const { drift } = await adapter.inspect({ path: file.path });

  equal(drift, [
    'index "jm_jobs_held" is missing',
    'table "jm_logs" differs',
    'index "mine" was added',
  ]);
});

Deno.test("adapter.open keeps masters apart when one file holds two prefixes", async () => {
  await using file = await temporaryFile();
  await using first = await file.open();
  await using second = await file.open({ prefix: "jm_jobs_" });
  const job = newJob();
  for (const master of [first, second]) {
    await master.clusters.ensure({ clusterId: "c-1", settings: settings(), nowMs: AT_MS });
  }

  await first.jobs.insert({ clusterId: "c-1", jobs: [job] });

  ok(await first.queries.find({ clusterId: "c-1", jobId: job.id }));
  equal(await second.queries.find({ clusterId: "c-1", jobId: job.id }), null);
  equal((await adapter.inspect({ path: file.path })).drift, []);
  equal((await adapter.inspect({ path: file.path, prefix: "jm_jobs_" })).drift, []);
});

function take(path: string, count: number): void {
  withDatabase(path, (database) => {
    database.exec(schemaTable(TABLES));
    for (const { version, name, sql } of STEPS.slice(0, count)) {
      for (const statement of sql) database.exec(statement);
      database.exec(`INSERT INTO jm_schema VALUES (${version}, '${name}', 0)`);
    }
  });
}

function withDatabase(path: string, change: (database: DatabaseSync) => void): void {
  using database = new DatabaseSync(path);
  change(database);
}

function namesIn(directory: string): readonly string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => name).toSorted();
}
