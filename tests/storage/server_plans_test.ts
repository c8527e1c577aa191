/** Masters on servers find rows by the index meant for them, whatever the server believes of the tables. */

import { deepStrictEqual as equal, ok } from "node:assert/strict";
import { loadAdapter, masterSpec } from "../../storage/mod.ts";
import { SUBJECT } from "../../storage/sql/codes.ts";
import { SYSTEM } from "../../storage/sql/adapter.ts";
import { sqlMaster } from "../../storage/sql/master.ts";
import { openMysql } from "../../storage/sql/mysql_server.ts";
import { readServerOptions } from "../../storage/sql/options.ts";
import { openPostgres } from "../../storage/sql/postgres_server.ts";
import type { SqlServer } from "../../storage/sql/session.ts";
import { tablesOf } from "../../storage/sql/table_names.ts";
import { HotCalls } from "../support/hot_calls.ts";
import {
  type DatabaseKind,
  makeDatabase,
  type TestDatabase,
} from "../support/servers/databases.ts";
import {
  explain,
  explaining,
  plainSteps,
  type Plan,
} from "../support/servers/explaining_server.ts";
import { sharedServer, skipWithout } from "../support/servers/test_servers.ts";

const TABLES = tablesOf("jm_");
const CLUSTER = "c-1";
const LIVE = 1_000;
const GROWN = 10_000;

/** A plan and the call it belongs to. */
interface Made extends Plan {
  readonly purpose: string;
}

const BY_KEY = "jobs by key (cluster_id, id)";
const RUNNING = "jobs by unfinished (cluster_id, schedule_id)";

/** How each call finds jobs, schedules, executions and logs. */
const FOUND: Readonly<Record<string, readonly string[]>> = {
  "jobs.insert": [],
  "jobs.insert again": [
    "jobs by by_occurrence (cluster_id, schedule_id, occurrence_at)",
    "jobs by by_unique_key (cluster_id, definition_id, unique_key)",
    BY_KEY,
  ],
  "jobs.listDue": ["jobs by held (cluster_id, lane, priority, scheduled_at)"],
  "jobs.assign": [BY_KEY],
  "jobs.fetch": ["jobs by unclaimed (cluster_id, bucket_id, scheduled_at)"],
  "jobs.claim": [BY_KEY],
  "jobs.mark": [BY_KEY],
  "jobs.settle": [BY_KEY],
  "jobs.release": [BY_KEY],
  "jobs.reclaim": [
    "jobs by claimed (cluster_id, bucket_id)",
    BY_KEY,
    "jobs by unclaimed (cluster_id, bucket_id)",
  ],
  "jobs.change": [
    "executions by key (cluster_id, job_id)",
    BY_KEY,
    "logs by by_subject (cluster_id, subject_type, subject_id)",
  ],
  "queries.listClaimed": ["jobs by claimed (cluster_id, bucket_id)"],
  "schedules.listDue": [RUNNING, "schedules by due (cluster_id, plan_at)"],
  "schedules.plan": ["schedules by key (cluster_id, id)"],
  "queries.find": ["executions by key (cluster_id, job_id)", BY_KEY],
  "history.purgeJobs": [
    "executions by key (cluster_id, job_id)",
    "jobs by finished (cluster_id, finished_at)",
    BY_KEY,
    "logs by by_subject (cluster_id, subject_type, subject_id)",
  ],
  "history.purgeLogs": [
    "logs by by_written (cluster_id, written_at)",
    "logs by key (cluster_id, id)",
  ],
};

/** The indexes that lists and counts read, each in its order, and the key by which they read whole rows. */
const READ: Readonly<Record<string, readonly string[]>> = {
  "queries.list by createdAt, asc": ["jobs by by_created"],
  "queries.list by createdAt, desc": ["jobs by by_created"],
  "queries.list by scheduledAt, asc": ["jobs by held"],
  "queries.list by scheduledAt, desc": ["jobs by held"],
  "queries.list by finishedAt, asc": ["jobs by finished"],
  "queries.list by finishedAt, desc": ["jobs by finished"],
  "queries.list of a schedule": ["jobs by by_schedule"],
  "queries.list of failed jobs": ["jobs by unsuccessful"],
  "queries.count of all jobs": ["jobs by by_created"],
  "queries.count of live jobs": ["jobs by claimed", "jobs by held", "jobs by unclaimed"],
  "queries.statistics": [
    ...["jobs by claimed", "jobs by finished", "jobs by held", "jobs by unclaimed"],
  ],
  "schedules.list": ["schedules by by_created"],
};

/** Sorts few rows that were found by other columns, so that no server walks a table in that order. */
const SORTS = new Set([
  "queries.listClaimed", // the attempts of a bucket
  "jobs.reclaim", // the same
  "jobs.insert again", // the jobs that stand in the way
]);

/** What Postgres may find by another index of the same schedule while both are all but empty and it has no statistics. */
const EXCEPT = ["jobs.insert again", "schedules.listDue"];

const BIG = /^(?:jobs|executions|logs|schedules) by /;

function distinct(steps: readonly string[]): readonly string[] {
  return [...new Set(steps)].sort();
}

/** Plans that are kept may serve a table that has grown: they read nothing but what they should. */
function checkKept(made: readonly Made[]): void {
  for (const { prepared, purpose, steps, text } of made) {
    const expected = FOUND[purpose];
    if (!prepared || expected === undefined) continue;
    equal(steps.filter((step) => BIG.test(step) && !expected.includes(step)), [], text);
    if (!SORTS.has(purpose)) ok(!steps.includes("sort"), `${purpose} sorts`);
  }
}

/** All plans, but for the calls in `except`. */
function check(made: readonly Made[], except: readonly string[] = []): void {
  const stepsOf = (purpose: string) =>
    made.filter((each) => each.purpose === purpose).flatMap(({ steps }) => steps);
  for (const { steps, text } of made) {
    const bad = steps.filter((step) => /row by row|bitmap|hash|merge/.test(step));
    equal(bad, [], text);
  }
  for (const [purpose, expected] of Object.entries(FOUND)) {
    if (except.includes(purpose)) continue;
    const steps = stepsOf(purpose);
    equal(distinct(steps.filter((step) => BIG.test(step))), distinct(expected), purpose);
    if (!SORTS.has(purpose)) ok(!steps.includes("sort"), `${purpose} sorts`);
  }
  for (const [purpose, expected] of Object.entries(READ)) {
    const indexes = stepsOf(purpose).filter((step) => BIG.test(step))
      .map((step) => step.split(" (")[0]!).filter((step) => !step.endsWith("by key"));
    equal(distinct(indexes), distinct(expected), purpose);
  }
}

/** The statement that finds where a list goes on stops at its slice: it reads in the index's order. */
function checkSlices(made: readonly Made[]): void {
  const cuts = made.filter(({ purpose, text }) =>
    purpose in READ && /^SELECT [\w, ]+, id FROM/.test(text)
  );
  ok(cuts.length > 10);
  for (const { steps, text } of cuts) ok(!steps.includes("sort"), text);
}

/** Keeps the server from gathering statistics on its own. */
async function forgetful(kind: DatabaseKind, database: TestDatabase): Promise<void> {
  for (const table of Object.values(TABLES)) {
    await database.sql(
      kind === "postgres"
        ? `ALTER TABLE ${table} SET (autovacuum_enabled = false)`
        : `ALTER TABLE ${table} STATS_AUTO_RECALC = 0`,
    );
  }
}

async function analyze(kind: DatabaseKind, database: TestDatabase): Promise<void> {
  const word = kind === "postgres" ? "ANALYZE" : "ANALYZE TABLE";
  for (const table of Object.values(TABLES)) await database.sql(`${word} ${table}`);
}

/** Ends all jobs there are, with an execution and a log entry of each. */
async function finishAll(database: TestDatabase, attempt: number): Promise<void> {
  await database.sql(
    `UPDATE ${TABLES.jobs} SET status = 6, finished_at = scheduled_at + 5, bucket_id = NULL, started_at = scheduled_at`,
  );
  await database.sql(`INSERT INTO ${TABLES.executions}
  (cluster_id, job_id, attempt, outcome, started_at, finished_at)
SELECT cluster_id, id, ${attempt}, 'succeeded', started_at, finished_at FROM ${TABLES.jobs}`);
  await database.sql(`INSERT INTO ${TABLES.logs}
  (cluster_id, id, level, subject_type, subject_id, written_at, host, message)
SELECT cluster_id, concat(id, '-${attempt}'), 1, ${SUBJECT.Job}, id, finished_at, 'host-1', 'Done' FROM ${TABLES.jobs}`);
}

interface Watched extends AsyncDisposable {
  readonly kind: DatabaseKind;
  readonly database: TestDatabase;
  readonly server: SqlServer;
  /** The plans of all calls, in a cluster that has this many more live jobs. */
  plans(from: number, live: number): Promise<readonly Made[]>;
}

async function watched(kind: DatabaseKind, serverUrl: string): Promise<Watched> {
  const database = await makeDatabase(kind, serverUrl);
  const { options } = masterSpec(database.url, { connections: 2 });
  await (await loadAdapter(masterSpec(database.url))).migrate(options);
  await forgetful(kind, database);
  const open = kind === "postgres" ? openPostgres : openMysql;
  const server = await open(readServerOptions(kind, options), SYSTEM);
  let made: Made[] = [];
  let purpose = "";
  const tell = (plan: Plan) =>
    made.push({ ...plan, purpose, steps: plainSteps(plan.steps, "jm_") });
  const master = sqlMaster(explaining(server, tell), TABLES);
  const quiet = sqlMaster(server, TABLES);
  return {
    kind,
    database,
    server,
    plans: async (from, live) => {
      const place = { clusterId: CLUSTER, from };
      const calls = await HotCalls.open({ ...place, master: quiet }, live);
      made = [];
      await calls.make(master, (name) => purpose = name);
      return made;
    },
    [Symbol.asyncDispose]: async () => {
      await master[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
}

const postgres = await sharedServer("postgres");
if (postgres.missing !== undefined) {
  skipWithout("postgres: plans kept since the tables were empty", postgres);
} else {
  Deno.test("postgres: plans kept since the tables were empty read the same indexes", async () => {
    await using used = await watched("postgres", postgres.url);
    await using empty = await watched("postgres", postgres.url);
    const made = await used.plans(1, LIVE);

    const kept = await Promise.all(made.map(async (plan): Promise<Made> => {
      const steps = await explain(empty.server, plan.text, plan.values);
      return { ...plan, steps: plainSteps(steps, "jm_") };
    }));

    checkKept(kept);
    checkSlices(kept);
  });
}

for (const kind of ["postgres", "mysql"] as const) {
  const server = await sharedServer(kind);
  if (server.missing !== undefined) {
    skipWithout(`${kind}: plans`, server);
    continue;
  }

  Deno.test(`${kind}: hot statements read their index when the server knows nothing of the tables`, async () => {
    await using place = await watched(kind, server.url);

    checkKept(await place.plans(1, LIVE));

    await finishAll(place.database, 98);
    const grown = await place.plans(1_000_001, GROWN);
    check(grown, EXCEPT);
    checkSlices(grown);
  });

  Deno.test(`${kind}: hot statements read their index when the server has statistics, also of a table that was small then`, async () => {
    await using place = await watched(kind, server.url);
    await analyze(kind, place.database); // of empty tables
    checkKept(await place.plans(1, LIVE));
    await finishAll(place.database, 98);
    await place.plans(1_000_001, GROWN);
    await finishAll(place.database, 99);
    await analyze(kind, place.database);

    const full = await place.plans(2_000_001, LIVE);

    check(full);
    checkSlices(full);
    await analyze(kind, place.database); // with live jobs
    const live = await place.plans(3_000_001, LIVE);
    check(live);
    checkSlices(live);
  });
}
