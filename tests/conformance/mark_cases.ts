/**
 * Promises of the bucket's owner keeping the master up to date: mark and release.
 *
 * @module
 */

import { deepStrictEqual as equal, rejects } from "node:assert/strict";
import { type Job, JOB_STATUSES, type JobStatus } from "../../core/job.ts";
import type { JobMark } from "../../storage/port.ts";
import { AT_MS, jobId } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { Scene } from "./scene.ts";

/** Every status a job has in the master. */
export const STORED_STATUSES: readonly JobStatus[] = JOB_STATUSES.filter((status) =>
  status !== "SavePending"
);

const ONBOARD_FROM: readonly JobStatus[] = ["AssignedToBucket"];
const START_FROM: readonly JobStatus[] = ["Queued", "Processing"];
const RELEASE_FROM: readonly JobStatus[] = ["AssignedToBucket", "Onboarded"];

/** Promises of `jobs.mark` and `jobs.release`. */
export const markCases: readonly MasterCase[] = [
  ...STORED_STATUSES.map((status): MasterCase => ({
    name: `jobs.mark Onboarded ${verb(status, ONBOARD_FROM)} when the job is ${status}`,
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.inStatus(status);

      const answer = await master.jobs.mark({ ...scene.proof(), marks: [onboarded(job)] });

      equal(answer, "marked");
      const expected = ONBOARD_FROM.includes(status) ? { ...job, status: "Onboarded" } : job;
      equal(await scene.find(job.id), expected);
    },
  })),
  ...STORED_STATUSES.map((status): MasterCase => ({
    name: `jobs.mark Processing ${verb(status, START_FROM)} when the job is ${status}`,
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.inStatus(status);
      const progress = { percent: 12.5, note: "Halfway to “a quarter”" };

      const marks = [processing(job, { startedAtMs: AT_MS + 7, progress })];
      const answer = await master.jobs.mark({ ...scene.proof(), marks });

      equal(answer, "marked");
      const marked = { ...job, status: "Processing", startedAtMs: AT_MS + 7, progress };
      equal(await scene.find(job.id), START_FROM.includes(status) ? marked : job);
    },
  })),
  {
    name: "jobs.mark keeps start and progress when they are null",
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.queued();
      const progress = { percent: 0, note: null };
      const mark = (given: Partial<JobMark>) =>
        master.jobs.mark({ ...scene.proof(), marks: [processing(job, given)] });

      await mark({ startedAtMs: AT_MS, progress });
      await mark({ startedAtMs: null, progress: null });
      const kept = await scene.find(job.id);
      await mark({ progress: { percent: 100, note: "" } });

      equal(kept, { ...job, status: "Processing", startedAtMs: AT_MS, progress });
      equal(await scene.find(job.id), { ...kept, progress: { percent: 100, note: "" } });
    },
  },
  {
    name: "jobs.mark changes nothing when the fence is another one",
    async run(master) {
      const scene = await Scene.open(master);
      const assigned = await scene.assigned({ id: jobId(1) });
      const queued = await scene.queued({ id: jobId(2) });
      const marks = [-1, 1].flatMap((step) => [
        onboarded(assigned, { fence: assigned.revision + step }),
        processing(queued, { fence: queued.attempts + step }),
      ]);

      equal(await master.jobs.mark({ ...scene.proof(), marks }), "marked");

      equal(await scene.find(assigned.id), assigned);
      equal(await scene.find(queued.id), queued);
    },
  },
  {
    name: "jobs.mark changes nothing of jobs that are in another bucket or unknown",
    async run(master) {
      const scene = await Scene.open(master);
      const second = await scene.makeBucket({ id: "b-2" });
      const place = { bucketId: second.id, epoch: 1 };
      const assigned = await scene.held({ id: jobId(1), placement: { ...place, claim: false } });
      const queued = await scene.held({ id: jobId(2), placement: { ...place, claim: true } });
      const unknown = { ...queued, id: jobId(3) };
      const marks = [onboarded(assigned), processing(queued), processing(unknown)];

      equal(await master.jobs.mark({ ...scene.proof(), marks }), "marked");

      equal(await scene.find(assigned.id), assigned);
      equal(await scene.find(queued.id), queued);
    },
  },
  {
    name: "jobs.mark answers not_owner and changes nothing when the epoch is another one",
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.queued();
      const marks = [processing(job)];

      equal(await master.jobs.mark({ ...scene.proof(), epoch: 2, marks }), "not_owner");
      equal(await master.jobs.mark({ ...scene.proof(), bucketId: "x", marks }), "not_owner");

      equal(await scene.find(job.id), job);
    },
  },
  {
    name: "jobs.mark writes each mark of a batch by itself, in the order of the call",
    async run(master) {
      const scene = await Scene.open(master);
      const first = await scene.queued({ id: jobId(1) });
      const second = await scene.queued({ id: jobId(2) });
      const progress = (percent: number) => ({ percent, note: null });
      const marks = [
        processing(first, { startedAtMs: AT_MS, progress: progress(1) }),
        processing(second, { fence: 9 }),
        processing(first, { progress: progress(2) }),
      ];

      await master.jobs.mark({ ...scene.proof(), marks });

      const marked = { ...first, status: "Processing", startedAtMs: AT_MS, progress: progress(2) };
      equal(await scene.find(first.id), marked);
      equal(await scene.find(second.id), second);
    },
  },
  {
    name: "jobs.mark throws invalid_request when it is given more than maxBatch",
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.queued();
      const marks = Array.from({ length: master.capabilities.maxBatch + 1 }, () => processing(job));

      const tooMany = master.jobs.mark({ ...scene.proof(), marks });

      await rejects(tooMany, { code: "invalid_request" });
      equal(await scene.find(job.id), job);
    },
  },
  ...STORED_STATUSES.map((status): MasterCase => ({
    name: `jobs.release ${verb(status, RELEASE_FROM)} when the job is ${status}`,
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.inStatus(status);

      const answer = await master.jobs.release({ ...scene.proof(), jobIds: [job.id] });

      const releases = RELEASE_FROM.includes(status);
      equal(answer, releases ? 1 : 0);
      equal(await scene.find(job.id), releases ? released(job) : job);
    },
  })),
  {
    name: "jobs.release counts a job once, skips foreign ones, and may be repeated",
    async run(master) {
      const scene = await Scene.open(master);
      const second = await scene.makeBucket({ id: "b-2" });
      const place = { bucketId: second.id, epoch: 1, claim: false };
      const mine = await scene.assigned({ id: jobId(1) });
      const foreign = await scene.held({ id: jobId(2), placement: place });
      const release = {
        ...scene.proof(),
        jobIds: [mine.id, foreign.id, mine.id, jobId(99)],
      };

      equal(await master.jobs.release(release), 1);
      equal(await master.jobs.release(release), 0);

      equal(await scene.find(mine.id), released(mine));
      equal(await scene.find(foreign.id), foreign);
    },
  },
  {
    name: "jobs.release answers not_owner and moves nothing when the epoch is another one",
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.assigned();
      const jobIds = [job.id];

      equal(await master.jobs.release({ ...scene.proof(), epoch: 2, jobIds }), "not_owner");
      equal(await master.jobs.release({ ...scene.proof(), bucketId: "x", jobIds }), "not_owner");

      equal(await scene.find(job.id), job);
    },
  },
];

function verb(status: JobStatus, from: readonly JobStatus[]): string {
  return from.includes(status) ? "changes it" : "changes nothing";
}

function onboarded(job: Job, given: Partial<JobMark> = {}): JobMark {
  const fence = job.revision;
  return { jobId: job.id, status: "Onboarded", fence, startedAtMs: null, progress: null, ...given };
}

function processing(job: Job, given: Partial<JobMark> = {}): JobMark {
  const fence = job.attempts;
  return {
    jobId: job.id,
    status: "Processing",
    fence,
    startedAtMs: null,
    progress: null,
    ...given,
  };
}

/** The job after it was handed back to the master. */
export function released(job: Job): Job {
  return {
    ...job,
    status: "HeldOnMaster",
    bucketId: null,
    agentConnectionId: null,
    workerId: null,
    revision: job.revision + 1,
  };
}
