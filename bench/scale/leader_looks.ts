/**
 * The real coordinator and custodian at work on the rows of a large cluster, and what every node reads each second.
 *
 * @module
 */

import { coordinator } from "../../actors/coordinator.ts";
import { custodian } from "../../actors/custodian.ts";
import {
  type ActorRef,
  type ActorSystem,
  type AskRef,
  createSystem,
} from "../../actors/runtime/mod.ts";
import { storageActor, type StorageCall, storageClient } from "../../actors/storage_actor.ts";
import { BucketIndex } from "../../core/assignment.ts";
import { DEFAULT_CLUSTER_SETTINGS } from "../../core/cluster.ts";
import { masterSpec } from "../../storage/mod.ts";
import type { Master, MasterAdapter } from "../../storage/port.ts";
import { eventually, pause } from "../../tests/support/eventually.ts";
import type { CountedPostgres } from "./counted_postgres.ts";
import { fill, type FilledSize, holdJobs } from "./filled_cluster.ts";
import { meter, type MeteredCall, type MeterMessage } from "./meter.ts";

const CLUSTER = "large";

const SIZES: readonly FilledSize[] = [
  { nodes: 10, buckets: 100 },
  { nodes: 10, buckets: 1_000 },
  { nodes: 100, buckets: 1_000 },
  { nodes: 100, buckets: 10_000 },
  { nodes: 1_000, buckets: 10_000 },
  { nodes: 1_000, buckets: 100_000 },
];

/** How long the leader is watched, in milliseconds. */
const WATCH_MS = 8_000;

/** Prints what the leader's looks take, by the size of the cluster. */
export async function leaderLooks(server: CountedPostgres): Promise<void> {
  console.log(
    "nodes buckets | coordinator's look: ms, buckets listed | look that places 1,000 jobs: ms | " +
      "inspection: ms | master: rows read/s, busy ms/s | a node's list of buckets: ms, MB, buckets it can choose",
  );
  for (const size of SIZES) {
    await using database = await server.database();
    await looksAt(server, database.url, size);
  }
}

async function looksAt(server: CountedPostgres, url: string, size: FilledSize): Promise<void> {
  const spec = masterSpec(url);
  const { adapter } = await import(spec.module) as { readonly adapter: MasterAdapter };
  await using master = await adapter.open(spec.options);
  const nowMs = Date.now();
  const settings = DEFAULT_CLUSTER_SETTINGS;
  await master.clusters.ensure({ clusterId: CLUSTER, settings, nowMs });
  await fill(master, CLUSTER, size);
  const system = createSystem({ name: "leader" });
  try {
    const gauge = await spawnLeaders(system, url, master);
    await pause(2_000);
    await taken(gauge);
    const counts = await server.during(url, () => pause(WATCH_MS));
    const idle = await taken(gauge);
    const placed = await placement(master, gauge);
    const refresh = await refreshOnce(gauge);
    const look = medianOf(spans(idle, COORDINATOR));
    console.log([
      `${size.nodes} × ${size.buckets / size.nodes}`.padStart(10),
      `${look.toFixed(0)} ${Math.max(...rowsOf(idle, "buckets.list"))}`,
      placed.toFixed(0),
      medianOf(spans(idle, CUSTODIAN)).toFixed(0),
      `${(counts.rowsRead / counts.seconds).toFixed(0)} ${
        (counts.busyMs / counts.seconds).toFixed(0)
      }`,
      refresh,
    ].join(" | "));
  } finally {
    await system.stop("kill");
  }
}

/** Spawns the leader's children behind a meter, and the storage actor in a thread as in a node. */
async function spawnLeaders(
  system: ActorSystem,
  url: string,
  master: Master,
): Promise<ActorRef<MeterMessage>> {
  const grant = await master.workers.acquireLease({
    clusterId: CLUSTER,
    name: "coordinator",
    holder: "bench",
    leaseMs: 3_600_000,
  });
  const storage = await system.spawn({
    key: "storage",
    actor: storageActor,
    args: { spec: masterSpec(url), watchers: [] },
    placement: "thread",
  });
  const gauge = await system.spawn({
    key: "meter",
    actor: meter,
    args: { storage: storage.address },
  });
  const lease = { name: "coordinator", holder: "bench", term: grant!.term };
  const args = { clusterId: CLUSTER, storage: gauge.address, transports: {}, workers: [], lease };
  await system.spawn({ key: "coordinator", actor: coordinator, args });
  await system.spawn({ key: "custodian", actor: custodian, args });
  return gauge;
}

function taken(gauge: ActorRef<MeterMessage>): Promise<readonly MeteredCall[]> {
  return gauge.ask({ type: "taken" }, { timeoutMs: 5_000 });
}

/** How long the look took that placed a thousand jobs. */
async function placement(master: Master, gauge: ActorRef<MeterMessage>): Promise<number> {
  await holdJobs(master, CLUSTER, 1_000);
  const isPlaced = async () => {
    const held = { statuses: ["HeldOnMaster"] as const };
    return await master.queries.count({ clusterId: CLUSTER, filter: held }) === 0;
  };
  await eventually("jobs to be placed", isPlaced, { timeoutMs: 60_000, everyMs: 100 });
  await pause(200);
  return Math.max(...spans(await taken(gauge), [...COORDINATOR, "jobs.assign"]));
}

/** What each node does every second: the time, the size of the answer, and how many buckets it can choose from. */
async function refreshOnce(gauge: ActorRef<MeterMessage>): Promise<string> {
  const store = storageClient(gauge as unknown as AskRef<StorageCall>);
  const filter = { statuses: ["Active"] as const };
  const list = () => store.buckets.list({ clusterId: CLUSTER, filter, limit: 10_000 });
  await list();
  const from = performance.now();
  const buckets = await list();
  const tookMs = performance.now() - from;
  const index = new BucketIndex(buckets);
  const bytes = JSON.stringify(buckets).length;
  const served = index.routes().reduce(
    (sum, { lane, priority }) => sum + index.matching(lane, priority).length,
    0,
  );
  return `${tookMs.toFixed(0)} ${(bytes / 1e6).toFixed(2)} ${served}`;
}

/** How long looks took: the coordinator's, which find buckets, and the custodian's, which find none of theirs. */
const COORDINATOR = ["clusters.find", "buckets.list", "jobs.listDue"];
const CUSTODIAN = ["workers.expire", "no buckets", "no buckets"];

/** How long each series of calls took, one after the other: found from its last call backwards. */
function spans(calls: readonly MeteredCall[], series: readonly string[]): readonly number[] {
  const named = calls.map(({ name, rows, from, to }) => ({
    name: name === "buckets.list" && rows === 0 ? "no buckets" : name,
    from,
    to,
  }));
  return named.filter(({ name }) => name === series.at(-1)).flatMap((end) => {
    let from: number | undefined = end.from;
    for (const name of series.slice(0, -1).toReversed()) {
      const before: number = from ?? -Infinity;
      const earlier = named.filter((call) => call.name === name && call.to <= before);
      from = earlier.toSorted((a, b) => a.to - b.to).at(-1)?.from;
    }
    return from === undefined ? [] : [end.to - from];
  });
}

function rowsOf(calls: readonly MeteredCall[], name: string): readonly number[] {
  return calls.filter((call) => call.name === name).map(({ rows }) => rows);
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}
