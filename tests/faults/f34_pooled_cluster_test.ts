/** A whole cluster behind a PgBouncer that gives each transaction to another session, and whose sessions are ended. */

import { deepStrictEqual as equal } from "node:assert/strict";
import { defineJob } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { makeDatabase } from "../support/servers/databases.ts";
import { sharedServer, skipWithout } from "../support/servers/test_servers.ts";
import { PATIENTLY } from "./support/broken_way.ts";

const NAME =
  "F34: a cluster behind a pooler in transaction mode keeps leases and runs each job once";
const COUNT = 150;
const LEASE = { leaseMs: 60_000, renewMs: 1_000 };
const RENEWED_MS = 4_000;

const pooler = await sharedServer("pgbouncer");
const postgres = await sharedServer("postgres");

if (pooler.url === undefined) skipWithout(NAME, pooler);
else Deno.test(NAME, () => behind(pooler.url));

async function behind(front: string): Promise<void> {
  await using database = await makeDatabase("postgres", postgres.url!);
  const url = new URL(front);
  url.pathname = new URL(database.url).pathname;
  const runs = new Map<string, number>();
  const work = defineJob({ id: "work" }, ({ id }) => void runs.set(id, (runs.get(id) ?? 0) + 1));
  await using cluster = await openTestCluster({
    on: {
      kind: "postgres",
      url: url.href,
      sql: (text, ...values) => database.sql(text, ...values),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    },
    jobs: [work],
    lease: LEASE,
  });
  await cluster.join({ jobs: [work], lease: LEASE });
  const { client, jobs, schedule } = cluster.jm;
  const lives = async () =>
    (await client.listWorkers()).map(({ id, incarnation, status }) => [id, incarnation, status]);
  const before = await lives();
  const sinceMs = (await client.listWorkers())[0]!.heartbeatAtMs;

  for (let round = 1; round <= 3; round++) {
    await schedule.many(work, Array(COUNT).fill(undefined));
    await database.sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`);
    const isDone = async () => await jobs.count({ statuses: ["Succeeded"] }) === round * COUNT;
    await eventually(`${round * COUNT} jobs to succeed`, isDone, PATIENTLY);
  }
  await eventually("some renewals", async () => {
    return (await client.listWorkers()).every(({ heartbeatAtMs }) =>
      heartbeatAtMs > sinceMs + RENEWED_MS
    );
  }, PATIENTLY);

  equal([runs.size, new Set(runs.values())], [3 * COUNT, new Set([1])]);
  equal(await lives(), before);
  const locks = await database.sql(
    "SELECT COUNT(*) AS count FROM pg_locks WHERE locktype = 'advisory'",
  );
  equal(locks, [{ count: 0 }]);
}
