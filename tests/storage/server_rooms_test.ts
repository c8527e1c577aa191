/** What a call on a server relies on does not change under it: each call meets one that is about to commit. */

import { deepStrictEqual as equal } from "node:assert/strict";
import type { Tables } from "../../storage/sql/table_names.ts";
import { Scene } from "../conformance/scene.ts";
import { NOW_MS, ScheduleScene } from "../conformance/schedule_scene.ts";
import { aBucket, anOccurrence, aPlan, AT_MS, newJob } from "../support/factories.ts";
import { rivalsOn } from "./rivals.ts";
import { KINDS } from "./server_place.ts";

for (const kind of KINDS) {
  const rivals = rivalsOn(kind);

  rivals("acquireLease answers null when another takes the lease meanwhile", async (rivalry) => {
    const { master, tables } = rivalry;
    const scene = await Scene.open(master);
    const { clusterId, lease } = scene;
    await master.workers.releaseLease({ clusterId, lease });
    const taken = `UPDATE ${tables.leases} SET holder = 'rival', term = 9, lease_until = 1e15`;
    const acquire = { clusterId, name: lease.name, holder: "w-1", leaseMs: 60_000 };

    equal(await rivalry.against(taken, () => master.workers.acquireLease(acquire)), null);

    equal(await master.workers.acquireLease({ ...acquire, holder: "rival" }), { term: 9 });
  });

  rivals("a bucket's step answers not_owner when the bucket is lost meanwhile", async (rivalry) => {
    const { master, tables } = rivalry;
    const scene = await Scene.open(master);
    const step = { ...scene.proof(), from: "Active", to: "Completing", nowMs: NOW_MS } as const;

    const answer = await rivalry.against(losing(tables), () => master.buckets.step(step));

    equal(answer, "not_owner");
    equal((await master.buckets.find(scene.proof()))?.status, "Lost");
  });

  rivals("a job is held when its bucket is lost meanwhile", async (rivalry) => {
    const { master, tables } = rivalry;
    const scene = await Scene.open(master);
    const placed = newJob({ clusterId: scene.clusterId, placement: scene.placement() });
    const jobs = { clusterId: scene.clusterId, jobs: [placed] };

    await rivalry.against(losing(tables), () => master.jobs.insert(jobs));

    equal((await scene.find(placed.id)).status, "HeldOnMaster");
  });

  rivals("buckets.create answers not_owner when the owner dies meanwhile", async (rivalry) => {
    const { master, tables } = rivalry;
    const { clusterId, worker: { incarnation } } = await Scene.open(master);
    const buckets = [aBucket({ clusterId, id: "b-2", incarnation })];
    const death = `UPDATE ${tables.workers} SET status = 'Dead'`;

    const answer = await rivalry.against(
      death,
      () => master.buckets.create({ clusterId, buckets }),
    );

    equal(answer, "not_owner");
  });

  rivals("workers.expire leaves a worker alone that renews meanwhile", async (rivalry) => {
    const { master, tables } = rivalry;
    const scene = await Scene.open(master);
    const late = await scene.register({ id: "w-2" }, 0);
    const renewal = `UPDATE ${tables.workers} SET lease_until = 1e15 WHERE id = 'w-2'`;

    const expired = await rivalry.against(renewal, () => master.workers.expire(expire(scene)));

    equal(expired, { workers: [], buckets: [] });
    equal((await master.workers.find(scene.life(late)))?.status, "Active");
  });

  rivals("workers.expire leaves a bucket alone that is adopted meanwhile", async (rivalry) => {
    const { master, tables } = rivalry;
    const scene = await Scene.open(master);
    const { incarnation } = await scene.register({ id: "w-1" });
    const adoption = `UPDATE ${tables.buckets} SET incarnation = ${incarnation}, epoch = 2`;

    const expired = await rivalry.against(adoption, () => master.workers.expire(expire(scene)));

    equal(expired, { workers: [], buckets: [] });
    equal(await master.buckets.find(scene.proof()), { ...scene.bucket, epoch: 2 });
  });

  rivals("schedules.plan answers lease_lost when the lease is taken meanwhile", async (rivalry) => {
    const { master, tables } = rivalry;
    const scene = await ScheduleScene.open(master);
    const stored = await scene.schedule();
    const { clusterId, scene: { lease } } = scene;
    const plan = { clusterId, lease, nowMs: NOW_MS, plans: [aPlan(stored)] };

    const answer = await rivalry.against(
      `UPDATE ${tables.leases} SET holder = 'rival', term = 9`,
      () => master.schedules.plan(plan),
    );

    equal(answer, "lease_lost");
    equal(await scene.find(), stored);
  });

  rivals("schedules.plan leaves a schedule alone that changes meanwhile", async (rivalry) => {
    const { master, tables } = rivalry;
    const scene = await ScheduleScene.open(master);
    const stored = await scene.schedule();
    const plan = aPlan(stored, { jobs: [anOccurrence(stored, AT_MS)] });

    const answer = await rivalry.against(changing(tables), () => scene.plan(plan));

    equal(answer, { planned: [], jobs: [] });
    equal([await scene.jobs(), (await scene.find())!.revision], [[], 1]);
  });

  rivals(
    "schedules.update and remove answer conflict when it changes meanwhile",
    async (rivalry) => {
      const { master, tables } = rivalry;
      const scene = await ScheduleScene.open(master);
      const { clusterId } = scene;
      const stored = await scene.schedule();
      const { id: scheduleId } = stored;

      const updated = await rivalry.against(changing(tables), () => scene.update(stored));
      const removed = await rivalry.against(
        changing(tables),
        () => master.schedules.remove({ clusterId, scheduleId, revision: 1 }),
      );

      equal([updated.outcome, removed], ["conflict", "conflict"]);
      equal((await scene.find())!.revision, 2);
    },
  );
}

function losing({ buckets }: Tables): string {
  return `UPDATE ${buckets} SET status = 'Lost', worker_id = NULL, incarnation = NULL,
  epoch = epoch + 1`;
}

function changing({ schedules }: Tables): string {
  return `UPDATE ${schedules} SET revision = revision + 1`;
}

function expire({ clusterId, lease }: Scene) {
  return { clusterId, lease, forgetAfterMs: 1e9, nowMs: NOW_MS };
}
