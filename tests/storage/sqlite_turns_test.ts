/** How write calls to the SQLite master share commits. */

import { deepStrictEqual as equal, ok, rejects } from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { SqliteConnection } from "../../storage/sqlite/connection.ts";
import { MAX_WAITING_CALLS } from "../../storage/sqlite/write_turns.ts";
import { jobId, newJob, newJobs } from "../support/factories.ts";
import { CLUSTER, ensureCluster, insert, stored } from "./scene.ts";
import { SURROUNDINGS, temporaryFile } from "./temporary_file.ts";

Deno.test("jobs.insert shares commits when a hundred calls arrive at once", async () => {
  await using file = await temporaryFile();
  await using master = await file.open();
  await ensureCluster(master);
  const before = master.commits;

  await Promise.all(Array.from({ length: 100 }, (_, i) => insert(master, i + 1)));

  equal(master.commits - before, 2);
  equal(await stored(master), 100);
});

Deno.test("jobs.insert commits in bounded turns when the calls carry many rows", async () => {
  await using file = await temporaryFile();
  await using master = await file.open();
  await ensureCluster(master);
  const before = master.commits;
  const calls = [0, 1, 2].map((call) => {
    const jobs = newJobs(2_000).map((job, i) => ({ ...job, id: jobId(call * 2_000 + i) }));
    return master.jobs.insert({ ...CLUSTER, jobs });
  });

  await Promise.all(calls);

  equal(master.commits - before, 2);
  equal(await stored(master), 6_000);
});

Deno.test("jobs.insert undoes a failing call and nothing else when it shares a commit", async () => {
  await using file = await temporaryFile();
  await using master = await file.open();
  await ensureCluster(master);
  const broken = newJob({ id: jobId(99), definitionId: Symbol("no text") as never });
  const failing = { ...CLUSTER, jobs: [newJob({ id: jobId(98) }), broken] };
  const before = master.commits;

  const [, failed, ,] = await Promise.allSettled([
    insert(master, 1),
    master.jobs.insert(failing),
    insert(master, 2),
  ]);

  equal(failed.status, "rejected");
  equal(master.commits - before, 1);
  equal(await master.queries.find({ ...CLUSTER, jobId: jobId(98) }), null);
  equal(await stored(master), 2);
});

Deno.test("jobs.insert undoes a failing call when it has a commit of its own", async () => {
  await using file = await temporaryFile();
  await using master = await file.open();
  await ensureCluster(master);
  const broken = newJob({ id: jobId(99), definitionId: Symbol("no text") as never });

  await rejects(master.jobs.insert({ ...CLUSTER, jobs: [newJob(), broken] }));

  equal(await stored(master), 0);
  await insert(master, 2);
  equal(await stored(master), 1);
});

Deno.test("jobs.insert resolves once others can see what it stored", async () => {
  await using file = await temporaryFile();
  await using master = await file.open();
  await ensureCluster(master);
  using other = new DatabaseSync(file.path);
  const count = other.prepare("SELECT count(*) AS jobs FROM jm_jobs");

  const inserting = insert(master, 1);
  equal(count.get()?.jobs, 0);
  await inserting;

  equal(count.get()?.jobs, 1);
});

Deno.test("jobs.insert refuses calls when too many wait for their turn", async () => {
  await using file = await temporaryFile();
  await using master = await file.open();
  const renew = { ...CLUSTER, workerId: "w-1", incarnation: 1, leaseMs: 1 };

  const waiting = Array.from({ length: MAX_WAITING_CALLS }, () => master.workers.renew(renew));
  const refused = master.workers.renew(renew);

  await rejects(refused, { code: "master_busy", retryable: true });
  await Promise.all(waiting);
  equal(await master.workers.renew(renew), "lost");
});

Deno.test("SqliteConnection.write refuses every call of a turn when the disk is full", async () => {
  await using file = await temporaryFile();
  const database = new DatabaseSync(file.path);
  await using stack = new AsyncDisposableStack();
  const connection = new SqliteConnection(database, file.path, SURROUNDINGS);
  stack.defer(() => connection.close());
  database.exec("CREATE TABLE t (x); PRAGMA max_page_count = 20");
  const small = connection.prepare("INSERT INTO t VALUES (1)");
  const large = connection.prepare("INSERT INTO t VALUES (zeroblob(200000))");

  const results = await Promise.allSettled([
    connection.write(() => void small.run()),
    connection.write(() => void large.run()),
    connection.write(() => void small.run()),
  ]);

  equal(results.map(({ status }) => status), ["rejected", "rejected", "rejected"]);
  const { reason } = results[0] as PromiseRejectedResult;
  equal([reason.code, reason.retryable], ["master_unavailable", true]);
  ok(reason.message.includes(file.path) && reason.cause instanceof Error);
  await connection.write(() => void small.run());
  equal(await connection.read(() => connection.prepareRows("SELECT count(*) FROM t").get()), [1]);
});
