/** The schema on database servers: made once, forward only, and compared with what it should be. */

import { deepStrictEqual as equal, match, ok, rejects } from "node:assert/strict";
import { inspectSchema, migrateSchema, requireLatest } from "../../storage/sql/migrations.ts";
import { migrationSteps } from "../../storage/sql/schema.ts";
import type { SqlDatabase, Transaction } from "../../storage/sql/session.ts";
import { type Kind, KINDS, openPlace, type ServerPlace, skipMissing } from "./server_place.ts";

function schemaOf({ dialect, collation }: ServerPlace, prefix = "jm_") {
  return { prefix, dialect, collation, label: "the-master" };
}

function stepsOf({ dialect, collation }: ServerPlace, prefix = "jm_") {
  return migrationSteps(prefix, dialect, collation);
}

async function driftAfter(place: ServerPlace, ...changes: readonly string[]) {
  for (const sql of changes) await place.exec(sql);
  return (await inspectSchema(place.database, schemaOf(place))).drift;
}

/** Fails before the `after`-th statement that changes something, as if the program had died there. */
function dying(database: SqlDatabase, after: number): SqlDatabase {
  let left = after;
  return {
    dialect: database.dialect,
    read: (work) => database.read(work),
    write: (work) =>
      database.write((transaction) => {
        const wrapped: Transaction = {
          slot: transaction.slot,
          last: (...call) => transaction.last(...call),
          rows: (...call) => transaction.rows(...call),
          run: (...call) => {
            if (left-- === 0) throw new Error("died");
            return transaction.run(...call);
          },
        };
        return work(wrapped);
      }),
  };
}

/** Statements that change every kind of thing the schema has. */
function tamperings(kind: Kind): readonly string[] {
  const postgres = kind === "postgres";
  const dropIndex = (index: string, table: string) =>
    postgres ? `DROP INDEX ${index}` : `DROP INDEX ${index} ON ${table}`;
  const change = (column: string, type: string) =>
    postgres ? `ALTER COLUMN ${column} TYPE ${type}` : `MODIFY ${column} ${type} NOT NULL`;
  return [
    dropIndex("jm_schedules_due", "jm_schedules"),
    dropIndex("jm_jobs_by_created", "jm_jobs"),
    "CREATE INDEX jm_jobs_by_created ON jm_jobs (cluster_id, id, created_at)",
    dropIndex("jm_jobs_by_unique_key", "jm_jobs"),
    "CREATE INDEX jm_jobs_by_unique_key ON jm_jobs (cluster_id, definition_id, unique_key)",
    `CREATE INDEX anyones ON jm_logs (cluster_id, host${postgres ? "" : "(20)"})`,
    "ALTER TABLE jm_schedules ADD COLUMN mine bigint",
    "ALTER TABLE jm_schedules DROP COLUMN jitter_ms",
    `ALTER TABLE jm_workers ${change("process_id", "integer")}`,
    `ALTER TABLE jm_buckets ${
      postgres ? "ALTER COLUMN epoch DROP NOT NULL" : "MODIFY epoch bigint"
    }`,
    "ALTER TABLE jm_buckets ALTER COLUMN color SET DEFAULT 'red'",
    postgres
      ? "ALTER TABLE jm_leases DROP CONSTRAINT jm_leases_pkey"
      : "ALTER TABLE jm_leases DROP PRIMARY KEY",
    "DROP TABLE jm_definitions",
    "CREATE TABLE jm_notes (mine bigint)",
  ];
}

skipMissing("schema");

for (const kind of KINDS) {
  Deno.test(`${kind}: migrateSchema takes every step once when ten connections start at once`, async () => {
    await using place = await openPlace(kind);
    await using stack = new AsyncDisposableStack();
    const opened = await Promise.all(Array.from({ length: 10 }, () => place.connect()));
    const databases = opened.map((database) => stack.use(database));
    for (let round = 0; round < 20; round++) {
      const schema = schemaOf(place, `r${round}_`);

      const taken = await Promise.all(
        databases.map((database) => migrateSchema(database, schema)),
      );

      equal(taken.map((steps) => steps.length).toSorted(), [...Array(9).fill(0), 2]);
      const rows = await place.rows(`SELECT version, name FROM r${round}_schema ORDER BY version`);
      equal(
        rows.map((row) => [...row]),
        stepsOf(place).map(({ version, name }) => [version, name]),
      );
      const report = await inspectSchema(place.database, schema);
      equal([report.current, report.latest, report.steps, report.drift], [2, 2, [], []]);
    }
  });

  Deno.test(`${kind}: inspectSchema changes nothing`, async () => {
    await using place = await openPlace(kind);

    const report = await inspectSchema(place.database, schemaOf(place));

    equal(report, { current: 0, latest: 2, steps: stepsOf(place), drift: [] });
    equal(await place.tables(), []);
  });

  Deno.test(`${kind}: migrateSchema goes on when a program died between any two statements`, async () => {
    await using place = await openPlace(kind);
    const first = stepsOf(place)[0]!.sql.length;
    const statements = stepsOf(place).flatMap((step) => step.sql).length;
    for (let after = 0; after < statements; after++) {
      const schema = schemaOf(place, `d${after}_`);
      await rejects(migrateSchema(dying(place.database, after), schema), /died/);
      // On Postgres all steps are one transaction; on MySQL each statement is.
      const current = kind === "mysql" && after >= first ? 1 : 0;
      equal((await inspectSchema(place.database, schema)).current, current);

      const taken = await migrateSchema(place.database, schema);

      equal(taken, stepsOf(place, `d${after}_`).slice(current));
      equal((await inspectSchema(place.database, schema)).drift, [], `after ${after}`);
    }
  });

  Deno.test(`${kind}: migrateSchema brings tables of the first version to the latest, with what is in them`, async () => {
    await using place = await openPlace(kind);
    const [first, ...later] = stepsOf(place);
    for (const sql of first!.sql) await place.exec(sql);
    await place.exec("INSERT INTO jm_connections VALUES ('c', 'n', 'p', 'a', 'f', 1, 2)");

    equal(await migrateSchema(place.database, schemaOf(place)), later);

    const rows = await place.rows("SELECT name, seen_at, draining_at FROM jm_connections");
    equal(rows.map((row) => [...row]), [["n", 2, null]]);
    equal((await inspectSchema(place.database, schemaOf(place))).drift, []);
  });

  Deno.test(`${kind}: the statements of the steps make the schema when they are run by hand`, async () => {
    await using place = await openPlace(kind);

    for (const sql of stepsOf(place).flatMap((step) => step.sql)) await place.exec(sql);

    equal(await migrateSchema(place.database, schemaOf(place)), []);
    const report = await inspectSchema(place.database, schemaOf(place));
    equal([report.current, report.drift], [2, []]);
  });

  Deno.test(`${kind}: migrateSchema refuses tables of others, and leaves them as they are`, async () => {
    await using place = await openPlace(kind);
    await place.exec("CREATE TABLE jm_jobs (mine bigint)");
    await place.exec("CREATE TABLE jm_notes (mine bigint)");

    await rejects(migrateSchema(place.database, schemaOf(place)));

    equal((await inspectSchema(place.database, schemaOf(place))).current, 0);
    equal((await place.rows("SELECT mine FROM jm_jobs")).length, 0);
    await place.exec("DROP TABLE jm_jobs");
    await migrateSchema(place.database, schemaOf(place));
    equal(await driftAfter(place), ['table "jm_notes" was added']);
  });

  Deno.test(`${kind}: a schema newer than the program is refused`, async () => {
    await using place = await openPlace(kind);
    await migrateSchema(place.database, schemaOf(place));
    await place.exec("INSERT INTO jm_schema VALUES (3, 'later', 0)");

    const refused = { code: "schema_outdated", message: /"the-master".*version 3.*newer program/ };
    await rejects(migrateSchema(place.database, schemaOf(place)), refused);
    await rejects(requireLatest(place.database, schemaOf(place)), refused);
    const report = await inspectSchema(place.database, schemaOf(place));
    equal([report.current, report.latest, report.steps, report.drift], [3, 2, [], []]);
  });

  Deno.test(`${kind}: requireLatest says what to run when there are no tables`, async () => {
    await using place = await openPlace(kind);

    await rejects(requireLatest(place.database, schemaOf(place)), {
      code: "schema_outdated",
      message: /"the-master": it has no tables with prefix "jm_"; run "migrate up"/,
    });

    equal(await place.tables(), []);
    await migrateSchema(place.database, schemaOf(place));
    await requireLatest(place.database, schemaOf(place));
  });

  Deno.test(`${kind}: drift names every table, column and index that differs`, async () => {
    await using place = await openPlace(kind);
    await migrateSchema(place.database, schemaOf(place));

    const drift = await driftAfter(place, ...tamperings(kind));

    const whole = kind === "postgres" ? ["integer", "bigint"] : ["int", "bigint"];
    const named = drift.map((line) => line.replace(/: it is .*/, "")).toSorted();
    equal(named, [
      'column "color" of table "jm_buckets" differs',
      'column "epoch" of table "jm_buckets" differs',
      'column "jitter_ms" of table "jm_schedules" is missing',
      'column "mine" of table "jm_schedules" was added',
      'column "process_id" of table "jm_workers" differs',
      'index "anyones" of table "jm_logs" was added',
      'index "jm_jobs_by_created" of table "jm_jobs" differs',
      'index "jm_jobs_by_unique_key" of table "jm_jobs" differs',
      'index "jm_schedules_due" of table "jm_schedules" is missing',
      'primary key of table "jm_leases" is missing',
      'table "jm_definitions" is missing',
      'table "jm_notes" was added',
    ]);
    const text = drift.join("\n");
    match(text, new RegExp(`process_id.* it is ${whole[0]} NOT NULL, not ${whole[1]} NOT NULL`));
    match(text, /epoch.* it is bigint, not bigint NOT NULL/);
    match(
      text,
      /by_created.* it is btree cluster_id, id, created_at, not btree cluster_id, created/,
    );
    match(text, /by_unique_key.* not unique btree cluster_id, definition_id, unique_key/);
  });

  Deno.test(`${kind}: drift leaves out the masters whose prefix begins with this one`, async () => {
    await using place = await openPlace(kind);
    for (const prefix of ["jm_", "jm_mail_", "jm_final_"]) {
      await migrateSchema(place.database, schemaOf(place, prefix));
    }

    for (const prefix of ["jm_", "jm_mail_"]) {
      equal((await inspectSchema(place.database, schemaOf(place, prefix))).drift, [], prefix);
    }
    await place.exec("DROP TABLE jm_final_counts");
    equal(await driftAfter(place), ['table "jm_final_counts" is missing']);
  });
}

Deno.test({
  name: "postgres: drift names conditions, invalid indexes, collations and tables without a log",
  ignore: !KINDS.includes("postgres"),
}, async () => {
  await using place = await openPlace("postgres");
  await migrateSchema(place.database, schemaOf(place));

  const drift = await driftAfter(
    place,
    "DROP INDEX jm_jobs_claimed",
    "CREATE INDEX jm_jobs_claimed ON jm_jobs (cluster_id, bucket_id, id) WHERE status IN (4, 5, 6)",
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'jm_jobs_held'::regclass",
    'ALTER TABLE jm_logs ALTER COLUMN host TYPE text COLLATE "default"',
    "ALTER TABLE jm_leases SET UNLOGGED",
  );

  equal(drift, [
    'table "jm_leases" differs: it is unlogged, not permanent',
    'index "jm_jobs_held" of table "jm_jobs" differs: it is btree cluster_id, lane, priority, scheduled_at, id where status = 1 invalid, not btree cluster_id, lane, priority, scheduled_at, id where status = 1',
    'index "jm_jobs_claimed" of table "jm_jobs" differs: it is btree cluster_id, bucket_id, id where status in 4, 5, 6, not btree cluster_id, bucket_id, id where status in 4, 5',
    'column "host" of table "jm_logs" differs: it is text COLLATE "default" NOT NULL, not text COLLATE "C" NOT NULL',
  ]);
});

Deno.test({
  name: "mysql: drift names computed columns, collations and engines",
  ignore: !KINDS.includes("mysql"),
}, async () => {
  await using place = await openPlace("mysql");
  await migrateSchema(place.database, schemaOf(place));

  const drift = await driftAfter(
    place,
    "DROP INDEX jm_jobs_held ON jm_jobs",
    "ALTER TABLE jm_jobs DROP COLUMN held_lane",
    "ALTER TABLE jm_jobs ADD COLUMN held_lane varchar(50) AS (CASE WHEN status = 1 THEN lane END)",
    "CREATE INDEX jm_jobs_held ON jm_jobs (cluster_id, held_lane, priority, scheduled_at, id)",
    "ALTER TABLE jm_jobs MODIFY claimed_bucket_id varchar(250) AS (CASE WHEN status = 5 THEN bucket_id END) STORED",
    "ALTER TABLE jm_logs MODIFY host longtext COLLATE utf8mb4_general_ci NOT NULL",
    "ALTER TABLE jm_incarnations ENGINE = MyISAM",
    "ALTER TABLE jm_clusters DEFAULT COLLATE utf8mb4_general_ci",
  );

  equal(drift.map((line) => line.replaceAll(place.collation, "C")), [
    'table "jm_clusters" differs: it is InnoDB utf8mb4_general_ci, not InnoDB C',
    ...["id", "mode"].map((column) =>
      `column "${column}" of table "jm_clusters" differs: it is varchar(50) COLLATE C NOT NULL, not varchar(50) NOT NULL`
    ),
    'column "settings" of table "jm_clusters" differs: it is longtext COLLATE C NOT NULL, not longtext NOT NULL',
    'table "jm_incarnations" differs: it is MyISAM C, not InnoDB C',
    'column "held_lane" of table "jm_jobs" differs: it is varchar(50) as case when status = 1 then lane end VIRTUAL GENERATED, not varchar(50) as case when status = 1 then lane end',
    'column "claimed_bucket_id" of table "jm_jobs" differs: it is varchar(250) as case when status = 5 then bucket_id end, not varchar(250) as case when status in 4, 5 then bucket_id end',
    'column "host" of table "jm_logs" differs: it is longtext COLLATE utf8mb4_general_ci NOT NULL, not longtext NOT NULL',
  ]);
});

Deno.test({
  name: "mysql: migrateSchema frees its lock when a step fails",
  ignore: !KINDS.includes("mysql"),
}, async () => {
  await using place = await openPlace("mysql");
  await using other = await place.connect();
  await rejects(migrateSchema(dying(place.database, 1), schemaOf(place)), /died/);

  const taken = await migrateSchema(other, schemaOf(place));

  equal(taken.length, 2);
  ok((await inspectSchema(other, schemaOf(place))).drift.length === 0);
});
