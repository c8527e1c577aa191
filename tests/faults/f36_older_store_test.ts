/** NATS that comes back with an older state of its store: what it has forgotten is read from the master. */

import { deepStrictEqual as equal } from "node:assert/strict";
import { BreakableNats } from "../../bench/breakable_nats.ts";
import { defineJob } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { findProgram } from "../support/servers/programs.ts";
import { PATIENTLY } from "./support/broken_way.ts";

const isMissing = await findProgram("nats-server") === undefined;
const COUNT = 40;
const BUCKETS = { VeryLow: 0, Low: 0, High: 0, Critical: 0 };

Deno.test({
  name:
    "F36: NATS that comes back with an older store costs no job, and what it repeats runs no more",
  ignore: isMissing,
}, async () => {
  await using nats = await BreakableNats.start();
  const agents = { "nats-1": nats.url };
  const runs = new Map<string, number>();
  const work = defineJob({ id: "work" }, ({ id }) => void runs.set(id, (runs.get(id) ?? 0) + 1));
  await using cluster = await openTestCluster({
    agents,
    jobs: [work],
    workers: [{ buckets: BUCKETS, bufferSize: 10 }], // most messages stay on NATS until they are due
  });
  const { client, jobs, schedule } = cluster.jm;
  await eventually("its bucket", async () => (await client.listBuckets({})).length > 0, PATIENTLY);
  const accept = async (after: string) =>
    (await schedule.many(work, Array(COUNT).fill(undefined), { after })).map(({ id }) => id);
  const untilSucceeded = (count: number) => {
    const isDone = async () => await jobs.count({ statuses: ["Succeeded"] }) === count;
    return eventually(`${count} jobs to succeed`, isDone, PATIENTLY);
  };

  const repeated = await accept("3s");
  await nats.signal("SIGTERM");
  await nats.keepStore();
  await nats.restart();
  await untilSucceeded(COUNT);
  const forgotten = await accept("3s");
  await nats.signal("SIGKILL");
  await nats.restoreStore();
  await nats.restart();
  await untilSucceeded(2 * COUNT);
  const later = await accept("1s");
  await untilSucceeded(3 * COUNT);

  equal([...runs.keys()].toSorted(), [...repeated, ...forgotten, ...later].toSorted());
  equal(new Set(runs.values()), new Set([1]));
});
