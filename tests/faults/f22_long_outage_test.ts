/** A master that is away for long: what ran meanwhile is settled afterwards, nobody spins, nobody goes on beyond trust. */

import { deepStrictEqual as equal, match, strictEqual } from "node:assert/strict";
import { defineJob } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually, pause } from "../support/eventually.ts";
import { ownServer, willOwnServers } from "../support/servers/test_servers.ts";
import { LEASE_LOST, masterTest, openWay, PATIENTLY } from "./support/broken_way.ts";

await willOwnServers();

const DOWN_MS = 20_000;
const NODES = 2;
const SHORT = { leaseMs: 10_000, renewMs: 1_000 };
const LONG = { leaseMs: 90_000, renewMs: 5_000 };

/** Jobs that wait until they are released, and ones that wait for their signal. */
function workOf() {
  const gate = Promise.withResolvers<void>();
  const starts: string[] = [];
  const aborts: unknown[] = [];
  const patient = defineJob({ id: "patient" }, async ({ id }) => {
    starts.push(id);
    await gate.promise;
    return "kept";
  });
  const impatient = defineJob({ id: "impatient", maxRetries: 3 }, async ({ signal, attempt }) => {
    if (attempt > 1) return "at last";
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    aborts.push(signal.reason.code);
  });
  return { patient, impatient, starts, aborts, release: () => gate.resolve() };
}

masterTest(
  "F22: while the master is down endings wait, short leases end what runs, and each node says it once",
  async (kind) => {
    await using server = await ownServer(kind, { durable: true });
    await using way = await openWay(kind, { serverUrl: server.url });
    const { patient, impatient, release, starts, aborts } = workOf();
    await using cluster = await openTestCluster({
      on: way.master,
      jobs: [patient, impatient],
      workers: [{ lane: "long", parallelism: 4 }],
      lease: LONG,
      expectedErrors: LEASE_LOST,
    });
    const { schedule, jobs } = cluster.jm;
    await cluster.join({ jobs: [impatient], workers: [{ lane: "short" }], lease: SHORT });
    const kept = await schedule.many(patient, Array(4).fill(undefined), { lane: "long" });
    const lost = await schedule.now(impatient, undefined, { lane: "short" });
    for (const { id } of [...kept, lost]) await cluster.untilJob(id, "Processing");

    await server.signal("SIGKILL");
    const sinceMs = performance.now();
    release();
    await eventually("the short lease to end", () => aborts.length === 1, PATIENTLY);
    await pause(DOWN_MS - (performance.now() - sinceMs));
    await server.start();

    for (const { id } of kept) {
      const job = await jobs.wait(id, { timeout: "60s" });
      equal([job.status, job.result, job.attempts], ["Succeeded", "kept", 1]);
    }
    const again = await jobs.wait(lost.id, { timeout: "60s" });
    equal([again.result, again.attempts, aborts], ["at last", 2, ["lease_lost"]]);
    equal(starts.toSorted(), kept.map(({ id }) => id).toSorted());
    const told = cluster.lines.filter(({ message }) =>
      /^The master (could not|cannot)/.test(message)
    );
    strictEqual(told.length, NODES, "one line of each node");
    match(told[0]!.message, /cannot be reached/);
  },
);
