/** How the SQLite master waits for locks, fails, tells of foreign commits and closes. */

import { deepStrictEqual as equal, ok, rejects } from "node:assert/strict";
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { systemClock } from "../../core/clock.ts";
import { openSqlite } from "../../storage/sqlite.ts";
import { SqliteConnection } from "../../storage/sqlite/connection.ts";
import { LOCK_PATIENCE_MS } from "../../storage/sqlite/patience.ts";
import { eventually } from "../support/eventually.ts";
import { aBucket, aWorker, jobId, newJobs } from "../support/factories.ts";
import { FakeClock } from "../support/fake_clock.ts";
import { CLUSTER, ensureCluster, insert, stored } from "./scene.ts";
import { startProgram, SURROUNDINGS, temporaryFile } from "./temporary_file.ts";

Deno.test("jobs.insert waits without holding the thread when another process has the lock", async () => {
  await using file = await temporaryFile();
  await using master = await file.open();
  await ensureCluster(master);
  await using holder = startProgram("hold_lock", file.path, "1000");
  equal(await holder.nextLine(), "locked");
  let turns = 0;
  let waiting = true;
  const count = (): void => {
    turns++;
    if (waiting) systemClock.immediate(count);
  };
  count();

  await insert(master, 1);
  waiting = false;

  ok(turns > 100, `the event loop took ${turns} turns`);
  equal(await stored(master), 1);
  equal(await holder.ended, 0);
});

Deno.test("jobs.insert answers master_busy when the lock is not free in time", async () => {
  await using file = await temporaryFile();
  const clock = new FakeClock();
  const random = { ...SURROUNDINGS.random, next: () => 0.999 };
  await using master = await openSqlite({ path: file.path }, { clock, random });
  using holder = new DatabaseSync(file.path);
  holder.exec("BEGIN IMMEDIATE");

  const refused = rejects(ensureCluster(master), { code: "master_busy", retryable: true });
  await clock.advance(LOCK_PATIENCE_MS + 500);
  await refused;

  holder.exec("ROLLBACK");
  await ensureCluster(master);
});

Deno.test("queries.find answers at once when another process has the lock", async () => {
  await using file = await temporaryFile();
  await using master = await file.open();
  await ensureCluster(master);
  using holder = new DatabaseSync(file.path);
  holder.exec("BEGIN IMMEDIATE");

  equal(await master.queries.find({ ...CLUSTER, jobId: jobId(1) }), null);
});

Deno.test("jobs.claim never grants one job twice when two connections claim at once", async () => {
  await using file = await temporaryFile();
  await using first = await file.open();
  await using second = await file.open();
  await ensureCluster(first);
  await first.workers.register({ worker: aWorker(), leaseMs: 600_000 });
  await first.buckets.create({ ...CLUSTER, buckets: [aBucket()] });
  const proof = { ...CLUSTER, bucketId: "b-1", epoch: 1 };
  const jobs = newJobs(400, { placement: { bucketId: "b-1", epoch: 1, claim: false } });
  await first.jobs.insert({ ...CLUSTER, jobs });
  const items = jobs.map(({ id }) => ({ jobId: id, revision: 1 }));
  const shares = Array.from({ length: 40 }, (_, i) => items.slice(i * 10, i * 10 + 20));

  const granted = await Promise.all(
    shares.flatMap((share) =>
      [first, second].map((master) => master.jobs.claim({ ...proof, items: share }))
    ),
  );

  const ids = granted.flatMap((each) =>
    typeof each === "string" ? each : each.map((one) => one.jobId)
  );
  equal(ids.toSorted(), jobs.map(({ id }) => id));
});

Deno.test("SqliteConnection.write answers master_unavailable when the file is read-only", async () => {
  await using file = await temporaryFile();
  using maker = new DatabaseSync(file.path);
  maker.exec("CREATE TABLE t (x)");
  const database = new DatabaseSync(file.path, { readOnly: true });
  await using stack = new AsyncDisposableStack();
  const connection = new SqliteConnection(database, file.path, SURROUNDINGS);
  stack.defer(() => connection.close());

  const insert = connection.prepare("INSERT INTO t VALUES (1)");
  const writing = connection.write(() => void insert.run());

  await rejects(writing, { code: "master_unavailable", retryable: false });
});

Deno.test("openSqlite answers master_unavailable when there is no database to open", async () => {
  await using file = await temporaryFile();
  const text = `${file.directory}/text.db`;
  await Deno.writeTextFile(text, "This is not a database. ".repeat(100));

  for (const path of [`${file.directory}/missing/master.db`, file.directory, text]) {
    const opening = openSqlite({ path }, SURROUNDINGS);
    await rejects(opening, (error: Error & { code?: string }) => {
      equal(error.code, "master_unavailable");
      ok(error.message.includes(path) && error.cause instanceof Error);
      return true;
    });
  }
});

Deno.test("watch wakes when another connection commits, and not for one's own commits", async () => {
  await using file = await temporaryFile();
  const clock = new FakeClock();
  await using master = await openSqlite({ path: file.path }, { ...SURROUNDINGS, clock });
  await using other = await file.open();
  equal(clock.armed, 0);
  const woken: string[] = [];
  const first = master.watch(() => woken.push("first"));
  const second = master.watch(() => woken.push("second"));

  await ensureCluster(master);
  await clock.advance(100);
  equal(woken, []);

  await insert(other, 1);
  await clock.advance(100);
  equal(woken, ["first", "second"]);

  first[Symbol.dispose]();
  await insert(other, 2);
  await clock.advance(100);
  equal(woken, ["first", "second", "second"]);

  second[Symbol.dispose]();
  equal(clock.armed, 0);
});

Deno.test("watch wakes on the machine's clock when another process commits", async () => {
  await using file = await temporaryFile();
  await using master = await file.open();
  await ensureCluster(master);
  let woken = false;
  using _watch = master.watch(() => woken = true);

  await using writer = startProgram("write_jobs", file.path, "1");

  await eventually("a wake", () => woken);
  writer.kill();
});

Deno.test("close finishes the calls that were made, and refuses those that come later", async () => {
  await using file = await temporaryFile();
  const master = await file.open();
  await ensureCluster(master);
  const wake = master.watch(() => {});

  const inserting = insert(master, 1);
  await Promise.all([master[Symbol.asyncDispose](), master[Symbol.asyncDispose]()]);
  await inserting;
  await master[Symbol.asyncDispose]();

  const closed = { code: "master_unavailable" };
  await rejects(insert(master, 2), closed);
  await rejects(stored(master), closed);
  await rejects(master.clusters.health(), closed);
  wake[Symbol.dispose]();
  equal(existsSync(`${file.path}-wal`), false);
  await using again = await file.open();
  equal(await stored(again), 1);
});

Deno.test("opening forgets the statistics of its own tables: with samples statements are prepared at every call", async () => {
  await using file = await temporaryFile();
  {
    await using master = await file.open();
    await ensureCluster(master);
    await insert(master, 1);
  }
  using other = new DatabaseSync(file.path);
  other.exec("CREATE TABLE mine (n INTEGER PRIMARY KEY, text TEXT)");
  other.exec("CREATE INDEX mine_by_text ON mine (text)");
  other.exec("INSERT INTO mine (text) VALUES ('a'), ('b'); ANALYZE");
  const known = () =>
    ["sqlite_stat1", "sqlite_stat4"].map((table) =>
      other.prepare(`SELECT DISTINCT tbl FROM ${table} ORDER BY tbl`).all().map(({ tbl }) => tbl)
    );
  ok(known().every((tables) => tables.includes("jm_jobs")));

  await using master = await file.open();

  equal(known(), [["mine"], ["mine"]]);
  equal(await stored(master), 1);
});
