/**
 * Promises of taking jobs out of a bucket whose former owner lost them.
 *
 * @module
 */

import { deepStrictEqual as equal, ok } from "node:assert/strict";
import type { Bucket } from "../../core/bucket.ts";
import { failure } from "../../core/failure.ts";
import type { Job } from "../../core/job.ts";
import type { Master } from "../../storage/port.ts";
import { AT_MS, jobId } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { released, STORED_STATUSES } from "./mark_cases.ts";
import { Scene } from "./scene.ts";

const NOW_MS = AT_MS + 9_000;
const ERROR = failure("crashed", "Cannot go on: its process died");

/** Promises of `jobs.reclaim`. */
export const reclaimCases: readonly MasterCase[] = [
  ...(["AssignedToBucket", "Onboarded"] as const).map((status): MasterCase => ({
    name: `jobs.reclaim holds an ${status} job on the master`,
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.inStatus(status, { scheduledAtMs: AT_MS + 77 });

      equal(await reclaimAll(master, scene), { moved: 1, crashed: 0 });

      equal(await scene.find(job.id), released(job));
      equal(await scene.executions(job.id), []);
    },
  })),
  {
    name: "jobs.reclaim counts a Processing job as a crashed attempt",
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.processing();

      equal(await reclaimAll(master, scene), { moved: 1, crashed: 1 });

      equal(await scene.find(job.id), crashed(job));
      equal(await scene.executions(job.id), [
        crashOf(job, { startedAtMs: AT_MS + 500 }),
      ]);
    },
  },
  {
    name:
      "jobs.reclaim counts a Queued job that never crashed as a crashed attempt since its grant",
    async run(master, { elapse }) {
      const scene = await Scene.open(master);
      const placed = await scene.assigned();
      await elapse(5);
      const fromMs = (await master.clusters.health()).clockMs;
      const [job] = await scene.claim(placed);
      const toMs = (await master.clusters.health()).clockMs;
      await elapse(5);

      equal(await reclaimAll(master, scene), { moved: 1, crashed: 1 });

      equal(await scene.find(placed.id), crashed(job!));
      const [execution] = await scene.executions(placed.id);
      const { startedAtMs } = execution!;
      equal(execution, crashOf(job!, { startedAtMs }));
      ok(startedAtMs >= fromMs && startedAtMs <= toMs, `${startedAtMs} is not the grant`);
    },
  },
  {
    name:
      "jobs.reclaim takes the grant of the latest attempt for its start, not the start of one before",
    async run(master) {
      const scene = await Scene.open(master);
      const first = await scene.processing();
      const next = { status: "HeldOnMaster", scheduledAtMs: AT_MS } as const;
      const failed = await scene.settle(first, { outcome: "failed", startedAtMs: 7, next });
      const fromMs = (await master.clusters.health()).clockMs;
      const [queued] = await scene.claim(await scene.assign(failed));

      equal(await reclaimAll(master, scene), { moved: 1, crashed: 1 });

      const [, execution] = await scene.executions(first.id);
      equal([queued!.startedAtMs, execution!.attempt, execution!.outcome], [7, 2, "crashed"]);
      ok(execution!.startedAtMs >= fromMs, `${execution!.startedAtMs} is not the grant`);
    },
  },
  {
    name: "jobs.reclaim gives the attempt of a Queued job back when it crashed before",
    async run(master) {
      const scene = await Scene.open(master);
      const { job, bucket } = await crashedOnce(master, scene);
      const queued = await grantIn(master, scene, { job, bucket });

      equal(await reclaimAll(master, scene, bucket), { moved: 1, crashed: 0 });

      equal(await scene.find(job.id), { ...released(queued), attempts: 1 });
      equal((await scene.executions(job.id)).length, 1);
    },
  },
  {
    name: "jobs.reclaim cancels a Queued job that had not started when that was requested",
    async run(master) {
      const scene = await Scene.open(master);
      const { job, bucket } = await crashedOnce(master, scene);
      await grantIn(master, scene, { job, bucket });
      await scene.change(job.id, { type: "cancel" });
      const queued = await scene.find(job.id);

      equal(await reclaimAll(master, scene, bucket), { moved: 1, crashed: 0 });

      const cancelled = { ...released(queued), status: "Cancelled", finishedAtMs: NOW_MS };
      equal(await scene.find(job.id), { ...cancelled, attempts: 1 });
    },
  },
  {
    name: "jobs.reclaim cancels a crashed job when that was requested",
    async run(master) {
      const scene = await Scene.open(master);
      const running = await scene.processing();
      await scene.change(running.id, { type: "cancel" });
      const job = await scene.find(running.id);

      equal(await reclaimAll(master, scene), { moved: 1, crashed: 1 });

      const final = { status: "Cancelled", finishedAtMs: NOW_MS };
      equal(await scene.find(job.id), { ...crashed(job), ...final });
    },
  },
  ...[false, true].map((cancelling): MasterCase => ({
    name: `jobs.reclaim fails a job that crashed in its last attempt${
      cancelling ? ", though its cancellation was requested" : ""
    }`,
    async run(master) {
      const scene = await Scene.open(master);
      const running = await scene.processing({ maxRetries: 0 });
      if (cancelling) await scene.change(running.id, { type: "cancel" });
      const job = await scene.find(running.id);

      equal(await reclaimAll(master, scene), { moved: 1, crashed: 1 });

      const final = { status: "Failed", finishedAtMs: NOW_MS };
      equal(await scene.find(job.id), { ...crashed(job), ...final });
      equal((await scene.executions(job.id)).map((each) => each.error), [ERROR]);
    },
  })),
  {
    name: "jobs.change retry lets a job crash anew after jobs.reclaim had failed it",
    async run(master) {
      const scene = await Scene.open(master);
      const running = await scene.processing({ maxRetries: 0 });
      await reclaimAll(master, scene);
      const failed = await scene.find(running.id);

      const answer = await scene.change(failed.id, { type: "retry", scheduledAtMs: AT_MS });

      const again = { ...released(failed), workerId: failed.workerId, scheduledAtMs: AT_MS };
      const cleared = { error: null, startedAtMs: null, finishedAtMs: null };
      const job = { ...again, ...cleared, crashes: 0, lastAttempt: 2 };
      equal([failed.status, failed.crashes], ["Failed", 1]);
      equal(answer, { outcome: "changed", job });
    },
  },
  {
    name: "jobs.reclaim takes claimed jobs first, by id, up to its limit",
    async run(master) {
      const scene = await Scene.open(master);
      await scene.assigned({ id: jobId(1), scheduledAtMs: AT_MS - 9 });
      await scene.processing({ id: jobId(4) });
      await scene.queued({ id: jobId(3) });
      await scene.assigned({ id: jobId(2), scheduledAtMs: AT_MS });
      const lost = await scene.loseBucket();
      const left = async () => {
        const filter = { bucketId: "b-1" };
        const sort = { by: "createdAt", direction: "asc" } as const;
        const page = { clusterId: "c-1", filter, sort, cursor: null, limit: 9 };
        return (await master.queries.list(page)).items.map(({ id }) => id);
      };
      const reclaim = (limit: number) =>
        master.jobs.reclaim({ ...scene.proof(lost), nowMs: NOW_MS, limit, error: ERROR });

      equal(await reclaim(1), { moved: 1, crashed: 1 });
      equal(await left(), [jobId(1), jobId(2), jobId(4)]);
      equal(await reclaim(2), { moved: 2, crashed: 1 });
      equal(await left(), [jobId(2)]);
      equal(await reclaim(5), { moved: 1, crashed: 0 });
      equal(await reclaim(5), { moved: 0, crashed: 0 });
    },
  },
  {
    name: "jobs.reclaim leaves other buckets, held and final jobs alone",
    async run(master) {
      const scene = await Scene.open(master);
      const second = await scene.makeBucket({ id: "b-2" });
      const place = { bucketId: second.id, epoch: 1, claim: true };
      const jobs: Job[] = [await scene.held({ id: jobId(99), placement: place })];
      for (const [i, status] of STORED_STATUSES.entries()) {
        const job = await scene.inStatus(status, { id: jobId(i + 1) });
        if (job.bucketId === null) jobs.push(job);
      }

      equal(await reclaimAll(master, scene), { moved: 4, crashed: 2 });

      for (const job of jobs) equal(await scene.find(job.id), job);
    },
  },
  {
    name: "jobs.reclaim answers not_owner and takes nothing when the epoch is another one",
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.processing();
      await scene.loseBucket();
      const input = { nowMs: NOW_MS, limit: 9, error: ERROR };

      equal(await master.jobs.reclaim({ ...scene.proof(), ...input }), "not_owner");
      const unknown = { ...scene.proof(), ...input, bucketId: "x" };
      equal(await master.jobs.reclaim(unknown), "not_owner");

      equal(await scene.find(job.id), job);
    },
  },
  {
    name: "jobs.reclaim works in an Active bucket under its renewed epoch",
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.processing();
      const renewed = await master.buckets.renewEpoch({ ...scene.life(), ...scene.proof() });

      const proof = scene.proof(renewed as Bucket);
      const answer = await master.jobs.reclaim({ ...proof, nowMs: NOW_MS, limit: 9, error: ERROR });

      equal(answer, { moved: 1, crashed: 1 });
      equal(await scene.find(job.id), crashed(job));
    },
  },
];

/** Takes the bucket away, unless that is done, and reclaims everything. */
async function reclaimAll(master: Master, scene: Scene, bucket = scene.bucket) {
  const lost = await scene.loseBucket(bucket);
  return await master.jobs.reclaim({
    ...scene.proof(lost),
    nowMs: NOW_MS,
    limit: 100,
    error: ERROR,
  });
}

/** A held job that crashed once, and a bucket it may go to. */
async function crashedOnce(master: Master, scene: Scene) {
  await scene.processing();
  await reclaimAll(master, scene);
  return { job: await scene.find(jobId(1)), bucket: await scene.makeBucket({ id: "b-2" }) };
}

async function grantIn(
  master: Master,
  scene: Scene,
  { job, bucket }: { readonly job: Job; readonly bucket: Bucket },
): Promise<Job> {
  const { id, revision } = await scene.assign(job, bucket);
  await master.jobs.claim({ ...scene.proof(bucket), items: [{ jobId: id, revision }] });
  return await scene.find(id);
}

function crashed(job: Job): Job {
  const { workerId } = job;
  return { ...released(job), workerId, crashes: job.crashes + 1, error: ERROR };
}

function crashOf(job: Job, { startedAtMs }: { readonly startedAtMs: number }) {
  return {
    jobId: job.id,
    attempt: job.attempts,
    outcome: "crashed",
    startedAtMs,
    finishedAtMs: NOW_MS,
    workerId: "w-1",
    error: ERROR,
  };
}
