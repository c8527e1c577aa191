/**
 * Promises of leases: workers declared dead when theirs run out, and named leases that exclude each other.
 *
 * @module
 */

import { deepStrictEqual as equal, ok } from "node:assert/strict";
import { BUCKET_STATUSES } from "../../core/bucket.ts";
import type { LeaseProof, Master } from "../../storage/port.ts";
import { AT_MS } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { walk } from "./placement_cases.ts";
import { LONG_LEASE_MS, Scene } from "./scene.ts";
import { lostBucket } from "./worker_cases.ts";

const NOW_MS = AT_MS + 4_000;
const FOREVER_MS = 1_000_000_000;

/** Promises of `workers.expire`, `acquireLease` and `releaseLease`. */
export const expiryCases: readonly MasterCase[] = [
  {
    name: "workers.expire declares workers dead whose lease ran out, and loses their buckets",
    async run(master, { elapse }) {
      const scene = await Scene.open(master);
      const [w2, w3] = [await scene.register({ id: "w-2" }), await scene.register({ id: "w-3" })];
      await master.workers.stopping(scene.life(w3));
      const bucket = await scene.makeBucket({ id: "b-2" }, w2);
      const other = await scene.makeBucket({ id: "b-3" }, w3);

      equal(await expire(master, scene.lease), { workers: [], buckets: [] });
      for (const each of [w2, w3]) await master.workers.renew({ ...scene.life(each), leaseMs: 20 });
      const brief = (await master.workers.find(scene.life(w2)))!;
      await elapse(40);
      const found = await expire(master, scene.lease);
      const again = await expire(master, scene.lease);

      equal(found, { workers: ["w-2", "w-3"], buckets: ["b-2", "b-3"] });
      equal(again, { workers: [], buckets: [] });
      equal(await master.workers.find(scene.life(brief)), { ...brief, status: "Dead" });
      equal(await master.workers.find(scene.life()), scene.worker);
      equal(await master.buckets.find(scene.proof(bucket)), lostBucket(bucket));
      equal(await master.buckets.find(scene.proof(other)), lostBucket(other));
      equal(await master.buckets.find(scene.proof()), scene.bucket);
      equal(await master.workers.renew({ ...scene.life(brief), leaseMs: 9_000 }), "lost");
      equal(await master.workers.stopping(scene.life(brief)), "lost");
    },
  },
  ...BUCKET_STATUSES.map((status): MasterCase => ({
    name: `workers.expire ${
      ["Lost", "ReadyToDelete"].includes(status) ? "leaves" : "loses"
    } a bucket without a living owner when it is ${status}`,
    async run(master, { elapse }) {
      const scene = await Scene.open(master);
      const brief = await scene.register({ id: "w-2" }, 20);
      const made = await scene.makeBucket({ id: "b-2" }, brief);
      const owner = { workerId: brief.id, incarnation: brief.incarnation };
      const bucket = await walk(master, scene, { bucket: made, status, owner });
      await elapse(40);

      const found = await expire(master, scene.lease);

      const stays = status === "Lost" || status === "ReadyToDelete";
      equal(found, { workers: ["w-2"], buckets: stays ? [] : ["b-2"] });
      equal(await master.buckets.find(scene.proof(bucket)), stays ? bucket : lostBucket(bucket));
    },
  })),
  {
    name: "workers.expire loses buckets whose owner's life was replaced",
    async run(master) {
      const scene = await Scene.open(master);
      const next = await scene.register({ id: "w-1" });
      const fresh = await scene.makeBucket({ id: "b-2" }, next);

      equal(await expire(master, scene.lease), { workers: [], buckets: ["b-1"] });

      equal(await master.buckets.find(scene.proof()), lostBucket(scene.bucket));
      equal(await master.buckets.find(scene.proof(fresh)), fresh);
    },
  },
  {
    name: "workers.expire forgets workers that have been dead for long",
    async run(master, { elapse }) {
      const scene = await Scene.open(master);
      const brief = await scene.register({ id: "w-2" }, 20);
      await elapse(40);
      await expire(master, scene.lease);
      equal(await master.workers.find(scene.life(brief)), { ...brief, status: "Dead" });

      await elapse(120);
      equal(await expire(master, scene.lease, 100), { workers: [], buckets: [] });

      equal(await master.workers.list({ clusterId: "c-1", limit: 9 }), [scene.worker]);
      ok((await scene.register({ id: "w-2" })).incarnation > brief.incarnation);
    },
  },
  {
    name: "workers.expire touches its own cluster only",
    async run(master, { elapse }) {
      const scene = await Scene.open(master);
      const other = await Scene.open(master, "c-2");
      const brief = await other.register({ id: "w-2" }, 20);
      await elapse(40);

      equal(await expire(master, scene.lease), { workers: [], buckets: [] });

      equal(await master.workers.find(other.life(brief)), brief);
    },
  },
  {
    name: "workers.expire answers lease_lost and changes nothing when the lease is not held",
    async run(master, { elapse }) {
      const scene = await Scene.open(master);
      const brief = await scene.register({ id: "w-2" }, 20);
      const lease = (await acquire(master, "w-1", { name: "brief", leaseMs: 20 }))!;
      await elapse(40);
      const { term } = scene.lease;
      const wrong = [{ term: term + 1 }, { holder: "w-2" }, { name: "other" }, lease];

      for (const part of wrong) {
        equal(await expire(master, { ...scene.lease, ...part }), "lease_lost");
      }

      equal(await master.workers.find(scene.life(brief)), brief);
    },
  },
  {
    name: "workers.acquireLease grants a lease to one holder, who renews it under its term",
    async run(master) {
      await Scene.open(master);
      const first = await acquire(master, "w-1");

      equal(await acquire(master, "w-2"), null);
      equal(await acquire(master, "w-1"), first);
      equal(await acquire(master, "w-2"), null);
    },
  },
  {
    name: "workers.acquireLease keeps names and clusters apart",
    async run(master) {
      await Scene.open(master);
      await Scene.open(master, "c-2");
      await acquire(master, "w-1");

      ok(await acquire(master, "w-2", { name: "another" }) !== null);
      ok(await acquire(master, "w-2", { clusterId: "c-2" }) !== null);
    },
  },
  ...["w-1", "w-2"].map((holder): MasterCase => ({
    name: `workers.acquireLease grants an expired lease under a new term to ${
      holder === "w-1" ? "its former holder" : "another holder"
    }`,
    async run(master, { elapse }) {
      await Scene.open(master);
      const first = await acquire(master, "w-1", { leaseMs: 20 });
      await elapse(40);

      const second = await acquire(master, holder);

      ok(second!.term > first!.term);
      equal(await acquire(master, holder === "w-1" ? "w-2" : "w-1"), null);
    },
  })),
  {
    name: "workers.acquireLease goes on for as long as it was renewed for",
    async run(master, { elapse }) {
      await Scene.open(master);
      await acquire(master, "w-1", { leaseMs: 20 });
      const renewed = await acquire(master, "w-1");
      await elapse(40);

      equal(await acquire(master, "w-2"), null);
      equal(await acquire(master, "w-1"), renewed);
    },
  },
  {
    name: "workers.releaseLease frees the lease for anybody, under a new term",
    async run(master) {
      await Scene.open(master);
      const first = (await acquire(master, "w-1"))!;
      await master.workers.releaseLease({ clusterId: "c-1", lease: first });
      const second = (await acquire(master, "w-2"))!;
      await master.workers.releaseLease({ clusterId: "c-1", lease: second });
      const third = (await acquire(master, "w-2"))!;

      ok(first.term < second.term && second.term < third.term);
    },
  },
  {
    name: "workers.releaseLease does nothing when it is not held like that, and may be repeated",
    async run(master) {
      await Scene.open(master);
      const lease = (await acquire(master, "w-1"))!;
      const release = (part: Partial<LeaseProof>) =>
        master.workers.releaseLease({ clusterId: "c-1", lease: { ...lease, ...part } });

      await release({ term: lease.term + 1 });
      await release({ holder: "w-2" });
      await release({ name: "other" });
      equal(await acquire(master, "w-2"), null);
      await release({});
      await release({});
      const next = await acquire(master, "w-2");
      await release({});
      equal(await acquire(master, "w-2"), next);
      await master.workers.releaseLease({
        clusterId: "c-1",
        lease: { ...next!, term: lease.term },
      });
      equal(await acquire(master, "w-1"), null);
    },
  },
  {
    name: "workers.acquireLease grants a lease to one when many want it at the same time",
    async run(master) {
      await Scene.open(master);
      const wanted = Array.from({ length: 8 }, (_, i) => acquire(master, `w-${i}`));

      const granted = (await Promise.all(wanted)).filter((lease) => lease !== null);

      equal(granted.length, 1);
    },
  },
];

function expire(master: Master, lease: LeaseProof, forgetAfterMs = FOREVER_MS) {
  return master.workers.expire({ clusterId: "c-1", lease, forgetAfterMs, nowMs: NOW_MS })
    .then((found) =>
      typeof found === "string"
        ? found
        : { workers: found.workers.toSorted(), buckets: found.buckets.toSorted() }
    );
}

async function acquire(
  master: Master,
  holder: string,
  { name = "turn", leaseMs = LONG_LEASE_MS, clusterId = "c-1" } = {},
): Promise<LeaseProof | null> {
  const granted = await master.workers.acquireLease({ clusterId, name, holder, leaseMs });
  return granted === null ? null : { name, holder, term: granted.term };
}
