/**
 * Promises of workers' lives: registering, renewing, stopping, leaving.
 *
 * @module
 */

import { deepStrictEqual as equal, ok } from "node:assert/strict";
import { BUCKET_STATUSES } from "../../core/bucket.ts";
import type { Worker } from "../../core/worker.ts";
import { AT_MS, aWorker } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { walk } from "./placement_cases.ts";
import { LONG_LEASE_MS, Scene } from "./scene.ts";

const NOW_MS = AT_MS + 4_000;

/** Promises of `workers` but for expiry and leases. */
export const workerCases: readonly MasterCase[] = [
  {
    name: "workers.register stores the whole worker with a lease on the database's clock",
    async run(master) {
      await Scene.open(master);
      const given = aWorker({
        id: "w-ä.x7",
        name: "w-ä",
        mode: "Coordinator",
        lane: "slow",
        agentConnectionId: "agent-2",
        parallelism: 2.5,
      });
      const fromMs = (await master.clusters.health()).clockMs;

      const worker = await master.workers.register({ worker: given, leaseMs: 30_000 });

      const toMs = (await master.clusters.health()).clockMs;
      const { incarnation, heartbeatAtMs } = worker;
      const leaseUntilMs = heartbeatAtMs + 30_000;
      const expected = { ...given, incarnation, status: "Active", heartbeatAtMs, leaseUntilMs };
      equal(worker, expected);
      ok(heartbeatAtMs >= fromMs && heartbeatAtMs <= toMs, "the heartbeat is not now");
      equal(await master.workers.find({ clusterId: "c-1", workerId: given.id }), worker);
      equal(await master.workers.find({ clusterId: "c-2", workerId: given.id }), null);
      equal(await master.workers.find({ clusterId: "c-1", workerId: "w-9" }), null);
    },
  },
  {
    name: "workers.register issues an incarnation that was never there, also after a removal",
    async run(master) {
      const scene = await Scene.open(master);
      const second = await scene.register({ id: "w-1", mode: "Drain", host: "host-2" });
      await master.workers.remove({ ...scene.life(second), nowMs: NOW_MS });
      const third = await scene.register({ id: "w-1" });

      ok(second.incarnation > scene.worker.incarnation);
      ok(third.incarnation > second.incarnation);
      equal([second.mode, second.host], ["Drain", "host-2"]);
      equal(await master.workers.find({ clusterId: "c-1", workerId: "w-1" }), third);
    },
  },
  {
    name:
      "workers.register grants different incarnations when one worker registers many times at once",
    async run(master) {
      const scene = await Scene.open(master);
      const register = () => scene.register({ id: "w-2" });

      const lives = await Promise.all(Array.from({ length: 8 }, register));

      equal(new Set(lives.map(({ incarnation }) => incarnation)).size, 8);
    },
  },
  {
    name: "workers.list answers every worker of the cluster, by id, up to its limit",
    async run(master) {
      const scene = await Scene.open(master);
      const other = await Scene.open(master, "c-2");
      const ten = await scene.register({ id: "w-10" });
      const two = await scene.register({ id: "W-2" });
      const list = (clusterId: string, limit: number) => master.workers.list({ clusterId, limit });

      equal(await list("c-1", 9), [two, scene.worker, ten]);
      equal(await list("c-1", 1), [two]);
      equal(await list("c-2", 9), [other.worker]);
      equal(await list("c-3", 9), []);
    },
  },
  {
    name: "workers.renew moves the lease of a life and nothing else",
    async run(master, { elapse }) {
      const scene = await Scene.open(master);
      await elapse(15);
      const fromMs = (await master.clusters.health()).clockMs;

      const answer = await master.workers.renew({ ...scene.life(), leaseMs: 45_000 });

      const worker = await master.workers.find(scene.life());
      const { heartbeatAtMs } = worker!;
      equal(answer, "renewed");
      equal(worker, { ...scene.worker, heartbeatAtMs, leaseUntilMs: heartbeatAtMs + 45_000 });
      ok(heartbeatAtMs >= fromMs && heartbeatAtMs > scene.worker.heartbeatAtMs);
    },
  },
  {
    name:
      "workers.renew and stopping answer lost for lives that were replaced, removed or never were",
    async run(master) {
      const scene = await Scene.open(master);
      const next = await scene.register({ id: "w-1" });
      const gone = await scene.register({ id: "w-2" });
      await master.workers.remove({ ...scene.life(gone), nowMs: NOW_MS });
      const lost = [
        scene.life(),
        scene.life(gone),
        scene.life({ id: "w-9", incarnation: 1 }),
        { ...scene.life(next), incarnation: next.incarnation + 1 },
        { ...scene.life(next), clusterId: "c-2" },
      ];

      for (const life of lost) {
        equal(await master.workers.renew({ ...life, leaseMs: LONG_LEASE_MS }), "lost");
        equal(await master.workers.stopping(life), "lost");
      }

      equal(await master.workers.list({ clusterId: "c-1", limit: 9 }), [next]);
    },
  },
  {
    name: "workers.renew works when the lease ran out and nobody noticed",
    async run(master, { elapse }) {
      const scene = await Scene.open(master);
      const worker = await scene.register({ id: "w-2" }, 20);
      await elapse(40);

      const life = { ...scene.life(worker), leaseMs: LONG_LEASE_MS };
      equal(await master.workers.renew(life), "renewed");

      const expire = { clusterId: "c-1", lease: scene.lease, forgetAfterMs: 1e9, nowMs: NOW_MS };
      equal(await master.workers.expire(expire), { workers: [], buckets: [] });
    },
  },
  {
    name: "workers.stopping marks a life, which goes on renewing",
    async run(master) {
      const scene = await Scene.open(master);
      const stopping: Worker = { ...scene.worker, status: "Stopping" };

      equal(await master.workers.stopping(scene.life()), "marked");
      equal(await master.workers.find(scene.life()), stopping);
      equal(await master.workers.stopping(scene.life()), "marked");
      equal(await master.workers.renew({ ...scene.life(), leaseMs: LONG_LEASE_MS }), "renewed");
      equal((await master.workers.find(scene.life()))!.status, "Stopping");
      equal((await scene.register({ id: "w-1" })).status, "Active");
    },
  },
  {
    name: "workers.remove deletes the life and loses the buckets that still name it",
    async run(master) {
      const scene = await Scene.open(master);
      const second = await scene.register({ id: "w-2" });
      const kept = await scene.makeBucket({ id: "b-x" }, second);
      const before = [];
      for (const status of BUCKET_STATUSES) {
        const bucket = await scene.makeBucket({ id: `b-${status}` });
        before.push(await walk(master, scene, { bucket, status }));
      }

      await master.workers.remove({ ...scene.life(), nowMs: NOW_MS });

      equal(await master.workers.find(scene.life()), null);
      for (const bucket of [scene.bucket, ...before]) {
        const stored = await master.buckets.find(scene.proof(bucket));
        equal(stored, bucket.workerId === "w-1" ? lostBucket(bucket) : bucket);
      }
      equal(await master.buckets.find(scene.proof(kept)), kept);
    },
  },
  {
    name: "workers.remove does nothing for another life, and may be repeated",
    async run(master) {
      const scene = await Scene.open(master);
      const life = scene.life();

      await master.workers.remove({
        ...life,
        incarnation: life.incarnation + 1,
        nowMs: NOW_MS,
      });
      equal(await master.workers.find(life), scene.worker);
      equal(await master.buckets.find(scene.proof()), scene.bucket);

      await master.workers.remove({ ...life, nowMs: NOW_MS });
      await master.workers.remove({ ...life, nowMs: NOW_MS + 1 });
      equal(await master.buckets.find(scene.proof()), lostBucket(scene.bucket));
    },
  },
];

/** The bucket after its owner went. */
export function lostBucket<B extends { readonly epoch: number }>(bucket: B, nowMs = NOW_MS) {
  const epoch = bucket.epoch + 1;
  return { ...bucket, status: "Lost", workerId: null, epoch, statusChangedAtMs: nowMs };
}
