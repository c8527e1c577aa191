/** A transaction that stays open, so that Postgres keeps every old version of a row: claiming stays cheap. */

import { ok } from "node:assert/strict";
import { defineJob } from "../../mod.ts";
import { KINDS, openPlace, type PlainDatabase } from "../storage/server_place.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually, pause } from "../support/eventually.ts";
import { PATIENTLY } from "./support/broken_way.ts";

const COUNT = 500;
const BUCKETS = { VeryLow: 0, Low: 0, High: 0, Critical: 0 };

/** Pages that were looked at to find and change rows of jobs. */
async function pagesRead(watcher: PlainDatabase): Promise<number> {
  await pause(1_500); // sessions tell what they did once a second
  const [row] = await watcher.rows(
    `SELECT heap_blks_hit + heap_blks_read + idx_blks_hit + idx_blks_read
     FROM pg_statio_user_tables WHERE relname = 'jm_jobs'`,
  );
  return Number(row![0]);
}

Deno.test({
  name: "F28: a transaction that stays open does not make jobs dearer",
  ignore: !KINDS.includes("postgres"),
}, async () => {
  await using place = await openPlace("postgres");
  await using idle = await place.connect();
  await using watcher = await place.connect();
  const work = defineJob({ id: "work" }, () => {});
  await using cluster = await openTestCluster({
    on: {
      kind: "postgres",
      url: place.url,
      sql: () => Promise.reject(new Error("not here")),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
    jobs: [work],
    workers: [{ buckets: BUCKETS, parallelism: 8 }],
  });
  const { jobs, schedule } = cluster.jm;
  let expected = 0;
  const pagesOf = async () => {
    const before = await pagesRead(watcher);
    expected += COUNT;
    await schedule.many(work, Array(COUNT).fill(undefined));
    const isDone = async () => await jobs.count({ statuses: ["Succeeded"] }) === expected;
    await eventually(`${expected} jobs to succeed`, isDone, { ...PATIENTLY, everyMs: 200 });
    return (await pagesRead(watcher) - before) / COUNT;
  };

  await pagesOf();
  const usual = await pagesOf();
  await idle.rows("BEGIN ISOLATION LEVEL REPEATABLE READ");
  await idle.rows("SELECT COUNT(*) FROM jm_jobs");
  const pages = [];
  for (let round = 0; round < 6; round++) pages.push(await pagesOf());
  await idle.rows("COMMIT");

  ok(pages.at(-1)! < 3 * usual, `${usual} pages a job became ${pages}`);
});
