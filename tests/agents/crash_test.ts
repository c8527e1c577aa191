/** Owners of buckets that die: what only their agent connection had is saved by others, and runs once. */

import { deepStrictEqual as equal } from "node:assert/strict";
import { openTestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { temporaryFolder } from "../support/temporary_folder.ts";
import { deedsIn, quick } from "../nodes/fixtures/node_jobs.ts";
import { LEASE, NodeProcess } from "../nodes/support/node_process.ts";
import { AGENT_KINDS, openAgentPlace, skipMissingAgents } from "./agent_place.ts";

skipMissingAgents("owners that die");

const PATIENTLY = { timeoutMs: 90_000, everyMs: 100 };
const BUCKETS = { VeryLow: 0, Low: 0, High: 0, Critical: 0 };
const COUNT = 60;

for (const kind of AGENT_KINDS) {
  Deno.test(`${kind} agent: jobs that a dead owner never saved, and those it had, run once elsewhere`, async () => {
    await using folder = await temporaryFolder();
    await using place = await openAgentPlace(kind);
    const agents = { "agent-1": place.url };
    await using cluster = await openTestCluster({ agents, jobs: [quick], workers: [] });
    const { schedule, client, jobs } = cluster.jm;
    const data = Array.from({ length: COUNT }, () => ({ folder: folder.path }));
    await using doomed = await NodeProcess.start({
      master: cluster.master,
      agents,
      workers: [{ name: "doomed", buckets: BUCKETS }],
    });
    await eventually("its bucket", async () => (await client.listBuckets({})).length === 1);
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // schedulers look once a second
    doomed.signal("SIGSTOP");

    const offered = await schedule.many(quick, data, { acceptance: "agent" });
    const stored = await schedule.many(quick, data, { after: "1s" });
    equal(new Set(offered.map(({ status }) => status)), new Set(["SavePending"]));
    await doomed.kill();
    await cluster.join({
      agents,
      jobs: [quick],
      workers: [{ name: "living", buckets: BUCKETS }],
      lease: LEASE,
    });

    const isDone = async () => await jobs.count({ statuses: ["Succeeded"] }) === 2 * COUNT;
    await eventually("all to succeed", isDone, PATIENTLY);
    const ran = (await deedsIn(folder.path)).map(({ jobId }) => jobId).sort();
    equal(ran, [...offered, ...stored].map(({ id }) => id).sort());
    await eventually(
      "the dead worker's bucket to be gone",
      async () => (await client.listBuckets({})).length === 1,
      PATIENTLY,
    );
  });
}

Deno.test("a cluster that gets its first agent connection takes over what its standalone nodes left", async () => {
  await using folder = await temporaryFolder();
  await using place = await openAgentPlace("sqlite");
  await using cluster = await openTestCluster({ jobs: [quick], workers: [] });
  const { schedule, client, jobs } = cluster.jm;
  const data = Array.from({ length: COUNT }, () => ({ folder: folder.path }));
  await using doomed = await NodeProcess.start({
    master: cluster.master,
    workers: [{ name: "doomed", buckets: BUCKETS }],
  });
  await eventually("its bucket", async () => (await client.listBuckets({})).length === 1);
  await new Promise((resolve) => setTimeout(resolve, 1_100)); // schedulers look once a second
  doomed.signal("SIGSTOP");
  await schedule.many(quick, data);
  await doomed.kill();

  await cluster.join({
    agents: { "agent-1": place.url },
    jobs: [quick],
    workers: [{ name: "living", buckets: BUCKETS }],
    lease: LEASE,
  });

  const isDone = async () => await jobs.count({ statuses: ["Succeeded"] }) === COUNT;
  await eventually("all to succeed", isDone, PATIENTLY);
  await eventually("the standalone bucket to be gone", async () => {
    const buckets = await client.listBuckets({});
    return buckets.every(({ agentConnectionId }) => agentConnectionId === "agent-1");
  }, PATIENTLY);
});
