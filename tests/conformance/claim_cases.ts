/**
 * Promises of granting attempts.
 *
 * @module
 */

import { deepStrictEqual as equal, rejects } from "node:assert/strict";
import { type Bucket, BUCKET_STATUSES } from "../../core/bucket.ts";
import type { Job } from "../../core/job.ts";
import { AT_MS, jobId } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { bucketIn } from "./placement_cases.ts";
import { Scene } from "./scene.ts";

/** Promises of `jobs.claim`. */
export const claimCases: readonly MasterCase[] = [
  {
    name: "jobs.claim grants attempt 1 of unclaimed jobs",
    async run(master) {
      const scene = await Scene.open(master);
      const assigned = await scene.assigned({ id: jobId(1) });
      const onboarded = await scene.inStatus("Onboarded", { id: jobId(2) });

      const granted = await master.jobs.claim({
        ...scene.proof(),
        items: [item(assigned), item(onboarded)],
      });

      equal(byJob(granted), [
        { jobId: assigned.id, attempt: 1 },
        { jobId: onboarded.id, attempt: 1 },
      ]);
      equal(await scene.find(assigned.id), { ...assigned, status: "Queued", attempts: 1 });
      equal(await scene.find(onboarded.id), { ...onboarded, status: "Queued", attempts: 1 });
    },
  },
  {
    name: "jobs.claim counts attempts on when a job is tried again",
    async run(master) {
      const scene = await Scene.open(master);
      const first = await scene.processing();
      const next = { status: "HeldOnMaster", scheduledAtMs: AT_MS } as const;
      const held = await scene.settle(first, { outcome: "failed", next });
      const placed = await scene.assign(held);

      const granted = await master.jobs.claim({ ...scene.proof(), items: [item(placed)] });

      equal(granted, [{ jobId: first.id, attempt: 2 }]);
      equal(await scene.find(first.id), { ...placed, status: "Queued", attempts: 2 });
    },
  },
  {
    name:
      "jobs.claim names the owner the bucket has now, not the one it had when the job was placed",
    async run(master) {
      const scene = await Scene.open(master);
      const placed = await scene.assigned();
      const { id: workerId, incarnation } = await scene.register({ id: "w-2" });
      const step = { from: "Active", to: "Completing", nowMs: AT_MS } as const;
      const owner = { workerId, incarnation };
      const moved = await master.buckets.step({ ...scene.proof(), ...step, owner });

      const proof = scene.proof(moved as Bucket);
      const granted = await master.jobs.claim({ ...proof, items: [item(placed)] });

      equal(granted, [{ jobId: placed.id, attempt: 1 }]);
      const claimed = { ...placed, status: "Queued", attempts: 1, workerId: "w-2" };
      equal(await scene.find(placed.id), claimed);
    },
  },
  {
    name: "jobs.claim grants nothing of a job whose revision is another one, once or twice",
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.assigned();
      const items = [
        { jobId: job.id, revision: job.revision + 1 },
        { jobId: job.id, revision: job.revision - 1 },
      ];

      equal(await master.jobs.claim({ ...scene.proof(), items }), []);

      equal(await scene.find(job.id), job);
    },
  },
  {
    name: "jobs.claim grants a job once when it stands twice in a call or the call is repeated",
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.assigned();
      const claim = { ...scene.proof(), items: [item(job), item(job)] };

      const first = await master.jobs.claim(claim);
      const again = await master.jobs.claim(claim);

      equal([first, again], [[{ jobId: job.id, attempt: 1 }], []]);
      equal((await scene.find(job.id)).attempts, 1);
    },
  },
  {
    name: "jobs.claim grants nothing that is claimed, moved, cancelled, final, held or unknown",
    async run(master) {
      const scene = await Scene.open(master);
      const second = await scene.makeBucket({ id: "b-2" });
      const place = { bucketId: second.id, epoch: 1, claim: false };
      const elsewhere = await scene.held({ id: jobId(1), placement: place });
      const moved = await scene.assigned({ id: jobId(2) });
      await master.jobs.release({ ...scene.proof(), jobIds: [moved.id] });
      const cancelled = await scene.assigned({ id: jobId(3) });
      await scene.change(cancelled.id, { type: "cancel" });
      const jobs = [
        elsewhere,
        await scene.find(moved.id),
        await scene.find(cancelled.id),
        await scene.queued({ id: jobId(4) }),
        await scene.processing({ id: jobId(5) }),
        await scene.final("Succeeded", { id: jobId(6) }),
      ];
      const items = [...jobs, moved, cancelled, { ...moved, id: jobId(99) }].map(item);

      equal(await master.jobs.claim({ ...scene.proof(), items }), []);

      for (const job of jobs) equal(await scene.find(job.id), job);
    },
  },
  {
    name: "jobs.claim answers not_owner when the epoch is another one or the bucket is unknown",
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.assigned();
      const items = [item(job)];

      equal(await master.jobs.claim({ ...scene.proof(), items, epoch: 2 }), "not_owner");
      equal(await master.jobs.claim({ ...scene.proof(), items, epoch: 0 }), "not_owner");
      equal(await master.jobs.claim({ ...scene.proof(), items, bucketId: "x" }), "not_owner");

      equal(await scene.find(job.id), job);
    },
  },
  ...BUCKET_STATUSES.map((status): MasterCase => ({
    name: `jobs.claim ${
      ["Active", "Completing"].includes(status) ? "grants" : "refuses"
    } when the bucket is ${status}`,
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.assigned();
      const bucket = await bucketIn(master, scene, status);

      const granted = await master.jobs.claim({ ...scene.proof(bucket), items: [item(job)] });

      const grants = status === "Active" || status === "Completing";
      equal(granted, grants ? [{ jobId: job.id, attempt: 1 }] : "not_owner");
      equal((await scene.find(job.id)).attempts, grants ? 1 : 0);
    },
  })),
  ...(["Passive", "Archived"] as const).map((mode): MasterCase => ({
    name: `jobs.claim answers cluster_not_active when the cluster is ${mode}`,
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.assigned();
      await scene.setMode(mode);

      const claim = { ...scene.proof(), items: [item(job)] };
      equal(await master.jobs.claim(claim), "cluster_not_active");
      equal(await scene.find(job.id), job);
      await scene.setMode("Active");
      equal(await master.jobs.claim(claim), [{ jobId: job.id, attempt: 1 }]);
    },
  })),
  {
    name: "jobs.claim never grants one job twice when many claim at the same time",
    async run(master) {
      const scene = await Scene.open(master);
      const given = Array.from({ length: 40 }, (_, i) => ({
        id: jobId(i + 1),
        placement: scene.placement(),
      }));
      const jobs = (await scene.insert(...given)).map(({ job }) => job);
      const claims = Array.from({ length: 8 }, (_, i) => {
        const mine = [...jobs.slice(i * 5), ...jobs.slice(0, i * 5)];
        return master.jobs.claim({ ...scene.proof(), items: mine.map(item) });
      });

      const granted = (await Promise.all(claims)).flat();

      equal(byJob(granted as never), jobs.map((job) => ({ jobId: job.id, attempt: 1 })));
      for (const job of jobs) equal((await scene.find(job.id)).attempts, 1);
    },
  },
  {
    name: "jobs.claim takes as many jobs as one call may",
    async run(master) {
      const scene = await Scene.open(master);
      const given = Array.from({ length: master.capabilities.maxBatch }, (_, i) => ({
        id: jobId(i + 1),
        placement: scene.placement(),
      }));
      const jobs = (await scene.insert(...given)).map(({ job }) => job);

      const granted = await master.jobs.claim({ ...scene.proof(), items: jobs.map(item) });

      equal(byJob(granted), jobs.map((job) => ({ jobId: job.id, attempt: 1 })));
      const more = [...jobs, jobs[0]!].map(item);
      const tooMany = master.jobs.claim({ ...scene.proof(), items: more });
      await rejects(tooMany, { code: "invalid_request" });
    },
  },
];

function item(job: Job): { readonly jobId: string; readonly revision: number } {
  return { jobId: job.id, revision: job.revision };
}

function byJob<T extends { readonly jobId: string }>(granted: readonly T[] | string): unknown {
  if (typeof granted === "string") return granted;
  return granted.toSorted((a, b) => a.jobId < b.jobId ? -1 : 1);
}
