/**
 * Promises of moving held jobs into buckets.
 *
 * @module
 */

import { deepStrictEqual as equal, rejects } from "node:assert/strict";
import { BUCKET_STATUSES } from "../../core/bucket.ts";
import type { Job } from "../../core/job.ts";
import type { Assignment, LeaseProof } from "../../storage/port.ts";
import { AT_MS, jobId } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { bucketIn } from "./placement_cases.ts";
import { LONG_LEASE_MS, Scene } from "./scene.ts";

/** Promises of `jobs.assign`. */
export const assignCases: readonly MasterCase[] = [
  {
    name: "jobs.assign moves held jobs into the bucket and answers which",
    async run(master) {
      const scene = await Scene.open(master);
      const first = await scene.held({ id: jobId(1) });
      const second = await scene.held({ id: jobId(2), scheduledAtMs: AT_MS + 99_000 });

      const assignments = [first, second].map((job) => to(job));
      const moved = await master.jobs.assign({ clusterId: "c-1", lease: scene.lease, assignments });

      const placed = {
        status: "AssignedToBucket",
        bucketId: "b-1",
        agentConnectionId: "agent-1",
        workerId: "w-1",
        revision: 1,
      };
      equal(sorted(moved), [first.id, second.id]);
      equal(await scene.find(first.id), { ...first, ...placed });
      equal(await scene.find(second.id), { ...second, ...placed });
    },
  },
  {
    name: "jobs.assign leaves a job alone when its revision is another one",
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.held();
      const assignments = [to(job, { revision: job.revision + 1 })];
      const input = { clusterId: "c-1", lease: scene.lease, assignments };

      equal(await master.jobs.assign(input), []);

      equal(await scene.find(job.id), job);
    },
  },
  {
    name: "jobs.assign moves a job once when it is repeated",
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.held();
      const second = await scene.makeBucket({ id: "b-2" });
      const input = {
        clusterId: "c-1",
        lease: scene.lease,
        assignments: [to(job), to(job, { bucketId: second.id })],
      };

      const first = await master.jobs.assign(input);
      const again = await master.jobs.assign(input);

      equal([first, again], [[job.id], []]);
      equal((await scene.find(job.id)).bucketId, "b-1");
    },
  },
  {
    name: "jobs.assign leaves alone what is not held, and jobs it does not know",
    async run(master) {
      const scene = await Scene.open(master);
      const statuses = ["AssignedToBucket", "Onboarded", "Queued", "Processing", "Failed"] as const;
      const jobs: Job[] = [];
      for (const [i, status] of statuses.entries()) {
        jobs.push(await scene.inStatus(status, { id: jobId(i + 1) }));
      }
      const unknown = { ...jobs[0]!, id: jobId(99) };
      const assignments = [...jobs, unknown].map((job) => to(job));
      const input = { clusterId: "c-1", lease: scene.lease, assignments };

      equal(await master.jobs.assign(input), []);

      for (const job of jobs) equal(await scene.find(job.id), job);
    },
  },
  ...BUCKET_STATUSES.filter((status) => status !== "Active").map((status): MasterCase => ({
    name: `jobs.assign leaves a job alone when the bucket is ${status}`,
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.held();
      const { epoch } = await bucketIn(master, scene, status);
      const assignments = [to(job, { epoch })];
      const input = { clusterId: "c-1", lease: scene.lease, assignments };

      equal(await master.jobs.assign(input), []);

      equal(await scene.find(job.id), job);
    },
  })),
  {
    name: "jobs.assign leaves a job alone when the bucket has another epoch or is unknown",
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.held();
      const assignments = [
        to(job, { epoch: 2 }),
        to(job, { epoch: 0 }),
        to(job, { bucketId: "x" }),
      ];
      const input = { clusterId: "c-1", lease: scene.lease, assignments };

      equal(await master.jobs.assign(input), []);

      equal(await scene.find(job.id), job);
    },
  },
  {
    name: "jobs.assign answers lease_lost when name, holder or term are not those of the lease",
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.held();
      const wrong: readonly Partial<LeaseProof>[] = [
        { name: "planner" },
        { holder: "w-2" },
        { term: scene.lease.term + 1 },
        { term: scene.lease.term - 1 },
      ];

      for (const part of wrong) {
        const lease = { ...scene.lease, ...part };
        const input = { clusterId: "c-1", lease, assignments: [to(job)] };
        equal(await master.jobs.assign(input), "lease_lost");
      }

      equal(await scene.find(job.id), job);
    },
  },
  {
    name: "jobs.assign answers lease_lost when the lease ran out, was given back or was taken over",
    async run(master, { elapse }) {
      const scene = await Scene.open(master);
      const job = await scene.held();
      const acquire = async (holder: string, leaseMs: number): Promise<LeaseProof> => {
        const name = "brief";
        const granted = await master.workers.acquireLease({
          clusterId: "c-1",
          name,
          holder,
          leaseMs,
        });
        return { name, holder, term: granted!.term };
      };
      const assign = (lease: LeaseProof) =>
        master.jobs.assign({ clusterId: "c-1", lease, assignments: [to(job)] });

      const first = await acquire("w-1", 20);
      await elapse(40);
      equal(await assign(first), "lease_lost");
      const second = await acquire("w-2", LONG_LEASE_MS);
      equal(await assign(first), "lease_lost");
      await master.workers.releaseLease({ clusterId: "c-1", lease: second });
      equal(await assign(second), "lease_lost");

      equal(await scene.find(job.id), job);
    },
  },
  {
    name: "jobs.assign throws invalid_request when it is given more than maxBatch",
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.held();
      const assignments = Array.from({ length: master.capabilities.maxBatch + 1 }, () => to(job));
      const input = { clusterId: "c-1", lease: scene.lease, assignments };

      await rejects(master.jobs.assign(input), { code: "invalid_request" });

      equal(await scene.find(job.id), job);
    },
  },
];

function to(job: Job, given: Partial<Assignment> = {}): Assignment {
  return { jobId: job.id, revision: job.revision, bucketId: "b-1", epoch: 1, ...given };
}

function sorted(ids: readonly string[] | "lease_lost"): readonly string[] | "lease_lost" {
  return typeof ids === "string" ? ids : ids.toSorted();
}
