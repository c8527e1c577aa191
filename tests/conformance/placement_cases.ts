/**
 * Promises of placing new jobs: when a placement holds, and what it makes of the job.
 *
 * @module
 */

import { deepStrictEqual as equal } from "node:assert/strict";
import { BUCKET_STATUSES, type BucketStatus } from "../../core/bucket.ts";
import type { Bucket } from "../../core/bucket.ts";
import { AT_MS, heldJob, jobId, newJob } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { Scene } from "./scene.ts";
import type { Master } from "../../storage/port.ts";

const PATHS: Readonly<Record<BucketStatus, readonly BucketStatus[]>> = {
  Active: [],
  Completing: ["Completing"],
  Lost: ["Lost"],
  ReadyToDrain: ["Lost", "ReadyToDrain"],
  Draining: ["Lost", "ReadyToDrain", "Draining"],
  ReadyToDelete: ["Completing", "ReadyToDelete"],
};

/** The scene's bucket after the steps that lead to `status`. A draining one is owned again. */
export function bucketIn(master: Master, scene: Scene, status: BucketStatus): Promise<Bucket> {
  return walk(master, scene, { bucket: scene.bucket, status });
}

/** Takes an `Active` bucket through the steps that lead to `status`. */
export async function walk(
  master: Master,
  scene: Scene,
  { bucket: from, status, owner = lifeOf(scene) }: {
    readonly bucket: Bucket;
    readonly status: BucketStatus;
    readonly owner?: ReturnType<typeof lifeOf>;
  },
): Promise<Bucket> {
  let bucket = from;
  for (const to of PATHS[status]) {
    const stepped = await master.buckets.step({
      ...scene.proof(bucket),
      from: bucket.status,
      to,
      nowMs: AT_MS,
      ...(to === "Draining" ? { owner } : {}),
    });
    bucket = stepped as Bucket;
  }
  return bucket;
}

function lifeOf({ worker }: Scene) {
  return { workerId: worker.id, incarnation: worker.incarnation };
}

/** Promises of `NewJob.placement`. */
export const placementCases: readonly MasterCase[] = [
  {
    name: "jobs.insert puts the job into the bucket when the placement holds",
    async run(master) {
      const scene = await Scene.open(master);
      const job = newJob({ placement: scene.placement() });

      const [inserted] = await scene.insert(job);

      equal(inserted!.job, {
        ...heldJob(job),
        status: "AssignedToBucket",
        bucketId: "b-1",
        agentConnectionId: "agent-1",
        workerId: "w-1",
        revision: 1,
      });
      equal(await scene.find(job.id), inserted!.job);
    },
  },
  {
    name: "jobs.insert grants attempt 1 when the placement claims",
    async run(master) {
      const scene = await Scene.open(master);
      const job = newJob({ placement: scene.placement(true) });

      const [inserted] = await scene.insert(job);

      equal(inserted!.job, {
        ...heldJob(job),
        status: "Queued",
        attempts: 1,
        bucketId: "b-1",
        agentConnectionId: "agent-1",
        workerId: "w-1",
        revision: 1,
      });
      equal(await scene.find(job.id), inserted!.job);
      const claimed = { clusterId: "c-1", bucketId: "b-1", cancelRequestedOnly: false, limit: 9 };
      equal(await master.queries.listClaimed(claimed), [
        { jobId: job.id, attempt: 1, cancelRequestedAtMs: null },
      ]);
    },
  },
  ...BUCKET_STATUSES.filter((status) => status !== "Active").map((status): MasterCase => ({
    name: `jobs.insert holds the job on the master when the bucket is ${status}`,
    async run(master) {
      const scene = await Scene.open(master);
      const { id: bucketId, epoch } = await bucketIn(master, scene, status);

      for (const claim of [false, true]) {
        const id = jobId(claim ? 1 : 2);
        const [inserted] = await scene.insert({ id, placement: { bucketId, epoch, claim } });
        equal(inserted, { id, created: true, job: heldJob(newJob({ id })) });
      }
    },
  })),
  {
    name: "jobs.insert holds the job on the master when the bucket was seen under another epoch",
    async run(master) {
      const scene = await Scene.open(master);
      const owner = scene.life();
      await master.buckets.renewEpoch({ ...owner, bucketId: "b-1", epoch: 1 });

      const stale = await scene.insert({ placement: scene.placement(true) });
      const early = await scene.insert({
        id: jobId(2),
        placement: { bucketId: "b-1", epoch: 3, claim: false },
      });
      const fresh = await scene.insert({
        id: jobId(3),
        placement: { bucketId: "b-1", epoch: 2, claim: false },
      });

      equal(stale[0]!.job, heldJob(newJob()));
      equal(early[0]!.job, heldJob(newJob({ id: jobId(2) })));
      equal(fresh[0]!.job.status, "AssignedToBucket");
    },
  },
  {
    name:
      "jobs.insert holds the job on the master when the bucket is unknown or of another cluster",
    async run(master) {
      const scene = await Scene.open(master);
      const other = await Scene.open(master, "c-2");
      await other.makeBucket({ id: "b-2" });

      const unknown = await scene.insert({
        placement: { bucketId: "b-2", epoch: 1, claim: true },
      });

      equal(unknown[0]!.job, heldJob(newJob()));
    },
  },
  {
    name: "jobs.insert holds the job on the master when the cluster is Passive",
    async run(master) {
      const scene = await Scene.open(master);
      await scene.setMode("Passive");

      const [placed, claimed] = await scene.insert(
        { id: jobId(1), placement: scene.placement() },
        { id: jobId(2), placement: scene.placement(true) },
      );

      equal(placed!.job, heldJob(newJob()));
      equal(claimed!.job, heldJob(newJob({ id: jobId(2) })));
    },
  },
  {
    name: "jobs.insert leaves a held job where it is when it is repeated with a placement",
    async run(master) {
      const scene = await Scene.open(master);
      const held = await scene.held();

      const again = await scene.insert({ placement: scene.placement(true) });

      equal(again, [{ id: held.id, created: false, job: held }]);
    },
  },
  {
    name: "jobs.insert decides each placement by itself when one call mixes them",
    async run(master) {
      const scene = await Scene.open(master);
      const second = await scene.makeBucket({ id: "b-2", agentConnectionId: "agent-2" });

      const inserted = await scene.insert(
        { id: jobId(1), placement: scene.placement() },
        { id: jobId(2), placement: null },
        { id: jobId(3), placement: { bucketId: second.id, epoch: 1, claim: true } },
        { id: jobId(4), placement: { bucketId: second.id, epoch: 9, claim: true } },
      );

      const places = inserted.map(({ job }) => [job.status, job.bucketId, job.agentConnectionId]);
      equal(places, [
        ["AssignedToBucket", "b-1", "agent-1"],
        ["HeldOnMaster", null, null],
        ["Queued", "b-2", "agent-2"],
        ["HeldOnMaster", null, null],
      ]);
    },
  },
];
