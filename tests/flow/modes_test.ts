/**
 * Cluster modes, changed while the cluster runs.
 */

import { deepStrictEqual, match, rejects, strictEqual } from "node:assert/strict";
import { defineJob, JobMaster } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";

const noop = defineJob({ id: "noop" }, () => "ran");

Deno.test("a Passive cluster accepts and starts nothing, an Active one runs what was accepted", async () => {
  const started = new Set<string>();
  const gate = Promise.withResolvers<void>();
  const wait = defineJob({ id: "wait" }, (job) => {
    started.add(job.id);
    return gate.promise;
  });
  await using cluster = await openTestCluster({ jobs: [wait], workers: [{ parallelism: 0.1 }] });
  const { jm } = cluster;
  const running = await jm.schedule.now(wait);
  const queued = await jm.schedule.now(wait);
  const soon = await jm.schedule.after(wait, undefined, "5s");
  await cluster.untilJob(queued.id, "Queued");
  await cluster.untilJob(soon.id, "Onboarded");

  await jm.changeSettings({ mode: "Passive" });
  const handedBack = await cluster.untilJob(queued.id, "HeldOnMaster");
  await cluster.untilJob(soon.id, "HeldOnMaster");
  await eventually(
    "new jobs to be held",
    async () => (await jm.schedule.now(wait)).status === "HeldOnMaster",
  );
  const accepted = await jm.schedule.now(wait);
  const why = await jm.jobs.why(accepted.id);
  gate.resolve();
  await jm.jobs.wait(running.id, { timeout: "60s" });
  const whilePassive = [...started];
  await jm.changeSettings({ mode: "Active" });
  await jm.jobs.wait(queued.id, { timeout: "60s" });
  await jm.jobs.wait(accepted.id, { timeout: "60s" });

  deepStrictEqual([handedBack.attempts, handedBack.bucketId], [0, null]);
  deepStrictEqual([why.stuck, why.reasons[0]?.code], [true, "cluster_not_active"]);
  deepStrictEqual(whilePassive, [running.id]);
  strictEqual((await jm.jobs.get(queued.id)).attempts, 1);
});

Deno.test("another node follows a change of the mode", async () => {
  await using cluster = await openTestCluster({ jobs: [noop] });
  const producer = await cluster.join({ jobs: [noop], workers: [] });

  await producer.changeSettings({ mode: "Passive" });
  await eventually(
    "the other node to hold new jobs",
    async () => (await cluster.jm.schedule.now(noop)).status === "HeldOnMaster",
  );
  const { id } = await cluster.jm.schedule.now(noop);
  await producer.changeSettings({ mode: "Active" });

  strictEqual((await cluster.jm.jobs.wait(id, { timeout: "60s" })).result, "ran");
});

Deno.test("an Archived cluster refuses new work, and lets work be cancelled and removed", async () => {
  await using cluster = await openTestCluster({ jobs: [noop] });
  const { jm } = cluster;
  const ended = await jm.schedule.now(noop);
  await jm.jobs.wait(ended.id, { timeout: "60s" });
  const waiting = await jm.schedule.after(noop, undefined, "1h");

  await jm.changeSettings({ mode: "Archived" });

  const archived = { code: "cluster_archived" };
  await rejects(jm.schedule.now(noop), archived);
  await rejects(jm.schedule.many(noop, [null, null]), archived);
  await rejects(jm.jobs.reschedule(waiting.id, Temporal.Now.instant()), archived);
  await rejects(jm.jobs.runNow(waiting.id), archived);
  await rejects(jm.jobs.retry(ended.id), archived);
  strictEqual(await jm.jobs.cancel(waiting.id), "changed");
  await jm.jobs.remove(ended.id);
  strictEqual(await jm.jobs.count(), 1);
});

for (const mode of ["Passive", "Archived"] as const) {
  Deno.test(`a ${mode} cluster refuses workers with buckets and lets a producer in`, async () => {
    await using cluster = await openTestCluster({
      jobs: [noop],
      workers: [],
      settings: { mode },
    });

    await rejects(
      cluster.join({ jobs: [noop], workers: [{}] }),
      (error: Error & { code: string }) => {
        strictEqual(error.code, "cluster_not_active");
        match(error.message, new RegExp(`"local".*${mode}`));
        return true;
      },
    );
    await using producer = await JobMaster.start({ master: cluster.master, jobs: [noop] });
    await using guard = await JobMaster.start({
      master: cluster.master,
      workers: [{ mode: "Coordinator" }, { name: "empty", buckets: noBuckets() }],
    });

    strictEqual((await producer.client.cluster()).settings.mode, mode);
    deepStrictEqual(await guard.client.listBuckets({}), []);
  });
}

function noBuckets() {
  return { VeryLow: 0, Low: 0, Medium: 0, High: 0, Critical: 0 };
}

Deno.test("a setting out of its bounds is refused and nothing changes", async () => {
  await using cluster = await openTestCluster({ jobs: [noop], workers: [] });
  const { jm } = cluster;
  const before = await jm.client.cluster();

  await rejects(
    jm.client.changeSettings({
      transientThreshold: "9s",
      defaultMaxRetries: 11,
      mode: "Off",
      a: 1,
    }),
    (error: Error & { code: string; problems: readonly string[] }) => {
      strictEqual(error.code, "invalid_request");
      strictEqual(error.problems.length, 4);
      return true;
    },
  );

  deepStrictEqual(await jm.client.cluster(), before);
});

Deno.test("changes of settings made at once are all kept", async () => {
  await using cluster = await openTestCluster({ workers: [] });
  const { jm } = cluster;

  await Promise.all([
    jm.changeSettings({ defaultMaxRetries: 7 }),
    jm.changeSettings({ defaultTimeout: "9s" }),
    jm.changeSettings({ maxPayloadBytes: 99 }),
    jm.changeSettings({ timeZone: "Europe/Lisbon" }),
  ]);

  const { settings } = await jm.client.cluster();
  deepStrictEqual(
    [settings.defaultMaxRetries, settings.defaultTimeoutMs, settings.maxPayloadBytes],
    [7, 9_000, 99],
  );
  strictEqual(settings.timeZone, "Europe/Lisbon");
});
