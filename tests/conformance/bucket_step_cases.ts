/**
 * Promises of a bucket's life: legal steps, epochs, changes of owner.
 *
 * @module
 */

import { deepStrictEqual as equal } from "node:assert/strict";
import {
  type Bucket,
  BUCKET_STATUSES,
  type BucketStatus,
  isLegalBucketStep,
} from "../../core/bucket.ts";
import { AT_MS } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { bucketIn } from "./placement_cases.ts";
import { Scene } from "./scene.ts";

const NOW_MS = AT_MS + 3_000;

/** The bucket after a legal step without a new owner. */
function stepped(bucket: Bucket, to: BucketStatus): Bucket {
  const next = { ...bucket, status: to, statusChangedAtMs: NOW_MS };
  const ends = to === "Lost" || to === "ReadyToDelete";
  return ends ? { ...next, workerId: null, epoch: bucket.epoch + 1 } : next;
}

/** Promises of `buckets.step` and `buckets.renewEpoch`. */
export const bucketStepCases: readonly MasterCase[] = [
  ...BUCKET_STATUSES.map((from): MasterCase => ({
    name: `buckets.step takes exactly the legal steps out of ${from}`,
    async run(master) {
      for (const [i, to] of BUCKET_STATUSES.entries()) {
        const scene = await Scene.open(master, `c-${i}`);
        const bucket = await bucketIn(master, scene, from);

        const answer = await master.buckets.step({
          ...scene.proof(bucket),
          from,
          to,
          nowMs: NOW_MS,
        });

        const legal = isLegalBucketStep(from, to);
        equal([to, answer], [to, legal ? stepped(bucket, to) : "conflict"]);
        const stored = { clusterId: scene.clusterId, bucketId: bucket.id };
        equal(await master.buckets.find(stored), legal ? stepped(bucket, to) : bucket);
      }
    },
  })),
  {
    name: "buckets.step answers conflict when the bucket is not where the step starts",
    async run(master) {
      const scene = await Scene.open(master);
      const step = { from: "Completing", to: "ReadyToDelete", nowMs: NOW_MS } as const;

      equal(await master.buckets.step({ ...scene.proof(), ...step }), "conflict");

      equal(await master.buckets.find(scene.proof()), scene.bucket);
    },
  },
  {
    name: "buckets.step answers not_owner when the epoch is another one or the bucket is unknown",
    async run(master) {
      const scene = await Scene.open(master);
      await Scene.open(master, "c-2");
      const step = { from: "Active", to: "Lost", nowMs: NOW_MS } as const;
      const wrong = [{ epoch: 2 }, { epoch: 0 }, { bucketId: "x" }, { clusterId: "c-3" }];

      for (const part of wrong) {
        equal(await master.buckets.step({ ...scene.proof(), ...step, ...part }), "not_owner");
      }

      equal(await master.buckets.find(scene.proof()), scene.bucket);
    },
  },
  {
    name: "buckets.step moves ownership and counts the epoch up when it is given an owner",
    async run(master) {
      const scene = await Scene.open(master);
      const drainer = await scene.register({ id: "w-2", mode: "Drain" });
      const lost = await bucketIn(master, scene, "Lost");
      const owner = { workerId: drainer.id, incarnation: drainer.incarnation };
      const first = { from: "Lost", to: "ReadyToDrain", owner, nowMs: NOW_MS } as const;

      const chosen = await master.buckets.step({ ...scene.proof(lost), ...first });
      const second = { from: "ReadyToDrain", to: "Draining", nowMs: NOW_MS + 1 } as const;
      const draining = await master.buckets.step({ ...scene.proof(chosen as Bucket), ...second });

      const owned = { ...lost, workerId: "w-2", epoch: 3 };
      equal(chosen, { ...owned, status: "ReadyToDrain", statusChangedAtMs: NOW_MS });
      equal(draining, { ...owned, status: "Draining", statusChangedAtMs: NOW_MS + 1 });
      equal(await master.buckets.find(scene.proof()), draining);
    },
  },
  {
    name: "buckets.step answers not_owner and changes nothing when the new owner is not alive",
    async run(master) {
      const scene = await Scene.open(master);
      const lost = await bucketIn(master, scene, "Lost");
      const { incarnation } = scene.worker;
      const step = { from: "Lost", to: "ReadyToDrain", nowMs: NOW_MS } as const;
      const wrong = [
        { workerId: "w-9", incarnation },
        { workerId: "w-1", incarnation: incarnation + 1 },
        { workerId: "w-1", incarnation: incarnation - 1 },
      ];

      for (const owner of wrong) {
        const answer = await master.buckets.step({ ...scene.proof(lost), ...step, owner });
        equal(answer, "not_owner");
      }

      equal(await master.buckets.find(scene.proof()), lost);
    },
  },
  {
    name: "buckets.step is taken once when many take it at the same time",
    async run(master) {
      const scene = await Scene.open(master);
      const lost = await bucketIn(master, scene, "Lost");
      const { id: workerId, incarnation } = scene.worker;
      const owner = { workerId, incarnation };
      const step = { from: "Lost", to: "ReadyToDrain", owner, nowMs: NOW_MS } as const;
      const take = () => master.buckets.step({ ...scene.proof(lost), ...step });

      const answers = await Promise.all(Array.from({ length: 8 }, take));

      const won = answers.filter((answer) => typeof answer !== "string");
      equal([won.length, new Set(answers.filter((answer) => typeof answer === "string"))], [
        1,
        new Set(["not_owner"]),
      ]);
    },
  },
  {
    name: "buckets.renewEpoch counts the epoch up and fences out what was held before",
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.assigned();

      const renewed = await master.buckets.renewEpoch({ ...scene.life(), ...scene.proof() });

      equal(renewed, { ...scene.bucket, epoch: 2 });
      equal(await master.buckets.find(scene.proof()), renewed);
      const items = [{ jobId: job.id, revision: job.revision }];
      equal(await master.jobs.claim({ ...scene.proof(), items }), "not_owner");
      const proof = scene.proof(renewed as Bucket);
      equal(await master.jobs.claim({ ...proof, items }), [{ jobId: job.id, attempt: 1 }]);
    },
  },
  {
    name: "buckets.renewEpoch answers not_owner for another epoch, owner or life",
    async run(master) {
      const scene = await Scene.open(master);
      const second = await scene.register({ id: "w-2" });
      const { incarnation } = scene.worker;
      const wrong = [
        { epoch: 2 },
        { epoch: 0 },
        { bucketId: "x" },
        { workerId: "w-2", incarnation: second.incarnation },
        { incarnation: incarnation + 9 },
      ];

      for (const part of wrong) {
        const renew = { ...scene.life(), ...scene.proof(), ...part };
        equal(await master.buckets.renewEpoch(renew), "not_owner");
      }

      equal(await master.buckets.find(scene.proof()), scene.bucket);
    },
  },
  ...BUCKET_STATUSES.filter((status) => status !== "Active").map((status): MasterCase => ({
    name: `buckets.renewEpoch answers not_owner when the bucket is ${status}`,
    async run(master) {
      const scene = await Scene.open(master);
      const bucket = await bucketIn(master, scene, status);

      const renew = { ...scene.life(), ...scene.proof(bucket) };
      equal(await master.buckets.renewEpoch(renew), "not_owner");

      equal(await master.buckets.find(scene.proof()), bucket);
    },
  })),
  {
    name: "buckets.renewEpoch adopts the bucket for the owner's next life",
    async run(master) {
      const scene = await Scene.open(master);
      const next = await scene.register({ id: "w-1" });
      const renew = (incarnation: number) =>
        master.buckets.renewEpoch({ ...scene.proof(), workerId: "w-1", incarnation });

      equal(await renew(scene.worker.incarnation), "not_owner");
      equal(await renew(next.incarnation), { ...scene.bucket, epoch: 2 });

      const expire = { clusterId: "c-1", lease: scene.lease, forgetAfterMs: 1e9, nowMs: NOW_MS };
      equal(await master.workers.expire(expire), { workers: [], buckets: [] });
    },
  },
];
