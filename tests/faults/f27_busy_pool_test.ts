/** A pool whose connections all wait behind somebody's lock: leases are renewed all the same. */

import { deepStrictEqual as equal } from "node:assert/strict";
import { defineJob } from "../../mod.ts";
import { KINDS, openPlace, type PlainDatabase, skipMissing } from "../storage/server_place.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { PATIENTLY } from "./support/broken_way.ts";

const LEASE = { leaseMs: 12_000, renewMs: 500 };
const LOCKS = {
  postgres: ["BEGIN", "LOCK TABLE jm_jobs IN ACCESS EXCLUSIVE MODE"],
  mysql: ["LOCK TABLES jm_jobs WRITE"],
};
const UNLOCK = { postgres: "COMMIT", mysql: "UNLOCK TABLES" };

/** The life of the only worker, the term of the leader, and when each was granted. */
async function livesIn(watcher: PlainDatabase) {
  const [row] = await watcher.rows("SELECT status, incarnation, heartbeat_at FROM jm_workers");
  const [lease] = await watcher.rows("SELECT lease_until, term FROM jm_leases");
  return { life: row!.slice(0, 2), term: lease![1], seen: [Number(row![2]), Number(lease![0])] };
}

skipMissing("F27: a busy pool");

for (const kind of KINDS) {
  Deno.test(`F27: leases are renewed while every connection of the pool waits for a lock: ${kind}`, async () => {
    await using place = await openPlace(kind);
    await using locker = await place.connect();
    await using watcher = await place.connect();
    const gate = Promise.withResolvers<void>();
    const aborts: unknown[] = [];
    const work = defineJob({ id: "work" }, async ({ signal }) => {
      signal.addEventListener("abort", () => aborts.push(signal.reason.code));
      await gate.promise;
    });
    await using cluster = await openTestCluster({
      on: {
        kind,
        url: `${place.url}?connections=2&statement_timeout=60s`,
        sql: () => Promise.reject(new Error("not here")),
        [Symbol.asyncDispose]: () => Promise.resolve(),
      },
      jobs: [work],
      lease: LEASE,
    });
    const { jobs, schedule } = cluster.jm;
    const { id } = await schedule.now(work);
    await cluster.untilJob(id, "Processing");
    const lives = () => livesIn(watcher);

    for (const statement of LOCKS[kind]) await locker.rows(statement);
    const before = await lives();
    const calls = Array.from({ length: 40 }, () => schedule.now(work).then(() => "", String));
    const isKept = async () => {
      const { seen } = await lives();
      return seen.every((at, index) => at > before.seen[index]! + LEASE.leaseMs);
    };
    await eventually("a whole lease of renewals", isKept, PATIENTLY);
    const after = await lives();
    await locker.rows(UNLOCK[kind]);
    gate.resolve();
    const refused = (await Promise.all(calls)).filter((each) => each !== "").length;

    equal([after.life, after.term, aborts], [before.life, before.term, []]);
    equal((await jobs.wait(id, { timeout: "60s" })).attempts, 1);
    const isDone = async () => await jobs.count({ statuses: ["Succeeded"] }) >= 41 - refused;
    await eventually("what was accepted to succeed", isDone, PATIENTLY);
  });
}
