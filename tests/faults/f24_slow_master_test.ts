/** A master that answers late: leases are kept, jobs run once, nobody is taken for dead. */

import { deepStrictEqual as equal } from "node:assert/strict";
import { defineJob } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { mastersTest, openWay, PATIENTLY } from "./support/broken_way.ts";

const SLOW_MS = 200;
const SLOWER_MS = 2_000;
const LEASE = { leaseMs: 30_000, renewMs: 2_000 };

mastersTest("F24: a master that answers two seconds late costs nobody a lease", async (kind) => {
  await using way = await openWay(kind);
  const runs = new Map<string, number>();
  const work = defineJob({ id: "work" }, ({ id }) => void runs.set(id, (runs.get(id) ?? 0) + 1));
  await using cluster = await openTestCluster({ on: way.master, jobs: [work], workers: [] });
  const { client, schedule, jobs } = cluster.jm;
  await cluster.join({ master: way.url, jobs: [work], workers: [{ name: "slow" }], lease: LEASE });
  await cluster.join({
    jobs: [work],
    workers: [{ name: "boss", mode: "Coordinator" }],
    lease: LEASE,
  });
  const slow = async () => (await client.listWorkers()).find(({ name }) => name === "slow")!;
  const before = await slow();
  let expected = 0;
  const more = async (count: number) => {
    expected += count;
    await schedule.many(work, Array(count).fill(undefined));
  };
  const allDone = async () => {
    const isDone = async () => await jobs.count({ statuses: ["Succeeded"] }) === expected;
    await eventually(`${expected} jobs to succeed`, isDone, { ...PATIENTLY, timeoutMs: 300_000 });
  };

  way.proxy.delayMs = SLOW_MS / 2; // there and back
  await more(100);
  await allDone();
  way.proxy.delayMs = SLOWER_MS / 2;
  const { heartbeatAtMs } = await slow();
  const isRenewed = async () => (await slow()).heartbeatAtMs > heartbeatAtMs + LEASE.leaseMs;
  await more(3);
  await eventually("a whole lease of renewals", isRenewed, { ...PATIENTLY, timeoutMs: 300_000 });
  way.proxy.delayMs = 0;
  await allDone();

  const after = await slow();
  equal([after.status, after.incarnation], ["Active", before.incarnation]);
  equal([runs.size, new Set(runs.values())], [expected, new Set([1])]);
});
