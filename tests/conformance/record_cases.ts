/**
 * Promises of storing jobs that ran already: as if inserted, claimed and settled, but in one row and one call.
 *
 * @module
 */

import { deepStrictEqual as equal, rejects } from "node:assert/strict";
import { type Job, OUTCOMES } from "../../core/job.ts";
import type { NewJob, RanJob, Settlement } from "../../storage/port.ts";
import { aJob, aSettlement, AT_MS, jobId, newJob } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { Scene } from "./scene.ts";
import { executionOf, NEXT, settled, settlementOf } from "./settle_cases.ts";

/** Promises of `jobs.record`. */
export const recordCases: readonly MasterCase[] = [
  ...OUTCOMES.flatMap((outcome) =>
    NEXT.filter(({ status }) => (status === "Succeeded") === (outcome === "succeeded"))
      .map((next): MasterCase => ({
        name:
          `jobs.record stores job and end when the outcome is ${outcome} and ${next.status} follows`,
        async run(master) {
          const scene = await Scene.open(master);
          const job = newJob({
            metadata: { tenant: "a", size: 2.5, big: true },
            retry: { baseMs: 1, factor: 2, maxMs: 3, jitter: "none" },
          });
          const settlement = settlementOf(granted(job), outcome, next);

          const answer = await master.jobs.record({
            clusterId: "c-1",
            jobs: [{ job, settlement }],
          });

          equal(answer, [{ outcome: "recorded", jobId: job.id, status: next.status }]);
          equal(await scene.find(job.id), settled(granted(job), settlement));
          const recorded = outcome === "interrupted" ? [] : [executionOf(settlement)];
          equal(await scene.executions(job.id), recorded);
        },
      }))
  ),
  {
    name: "jobs.record counts the ended jobs, and what it holds on the master is due like others",
    async run(master) {
      await Scene.open(master);
      const ends = NEXT.map((next, i) => {
        const outcome = next.status === "Succeeded" ? "succeeded" : "failed";
        return ran({ id: jobId(i + 1) }, (job) => settlementOf(job, outcome, next));
      });

      await master.jobs.record({ clusterId: "c-1", jobs: ends });

      const { counts } = await master.queries.statistics({
        clusterId: "c-1",
        sinceMs: 0,
        nowMs: AT_MS,
      });
      equal(NEXT.map(({ status }) => counts[status]), NEXT.map(() => 1));
      const due = await master.jobs.listDue({
        clusterId: "c-1",
        dueBeforeMs: AT_MS + 30_000,
        routes: [{ priority: "Medium", lane: "", limit: 9 }],
      });
      equal(due.map(({ id, revision }) => [id, revision]), [[jobId(NEXT.length), 2]]);
    },
  },
  {
    name: "jobs.record answers the job that has the id, the unique key or the occurrence, as it is",
    async run(master) {
      const scene = await Scene.open(master);
      const schedule = { scheduleId: "s-1", occurrenceAtMs: AT_MS };
      const stored = [
        await scene.assigned({ id: jobId(1) }),
        await scene.processing({ id: jobId(2), uniqueKey: "k" }),
        await scene.held({ id: jobId(3), ...schedule }),
      ];
      const jobs = [
        ran({ id: jobId(1) }),
        ran({ id: jobId(12), uniqueKey: "k" }),
        ran({ id: jobId(13), ...schedule }),
        ran({ id: jobId(14) }),
      ];

      const answer = await master.jobs.record({ clusterId: "c-1", jobs });

      const known = stored.map((job, i) => (
        { outcome: "known", jobId: jobs[i]!.job.id, job }
      ));
      equal(answer, [...known, { outcome: "recorded", jobId: jobId(14), status: "Succeeded" }]);
      for (const job of stored) {
        equal(await scene.find(job.id), job);
        equal(await scene.executions(job.id), []);
      }
    },
  },
  {
    name: "jobs.record stores the first and answers it for the second when a job stands twice",
    async run(master) {
      const scene = await Scene.open(master);
      const first = ran({}, (job) => settlementOf(job, "failed", NEXT[3]!));

      const answer = await master.jobs.record({ clusterId: "c-1", jobs: [first, ran({})] });

      const stored = await scene.find(first.job.id);
      equal(answer, [
        { outcome: "recorded", jobId: first.job.id, status: NEXT[3]!.status },
        { outcome: "known", jobId: first.job.id, job: stored },
      ]);
      equal(stored, settled(granted(first.job), first.settlement));
      equal(await scene.executions(first.job.id), [executionOf(first.settlement)]);
    },
  },
  {
    name: "jobs.record is harmless when it is repeated",
    async run(master) {
      const scene = await Scene.open(master);
      const jobs = [ran({ id: jobId(1) }), ran({ id: jobId(2) })];
      await master.jobs.record({ clusterId: "c-1", jobs });
      const stored = [await scene.find(jobId(1)), await scene.find(jobId(2))];

      const answer = await master.jobs.record({ clusterId: "c-1", jobs });

      equal(answer, stored.map((job) => ({ outcome: "known", jobId: job.id, job })));
      equal([await scene.find(jobId(1)), await scene.find(jobId(2))], stored);
      equal((await scene.executions(jobId(1))).length, 1);
      equal(
        await master.queries.count({ clusterId: "c-1", filter: { statuses: ["Succeeded"] } }),
        2,
      );
    },
  },
  {
    name: "jobs.record stores nothing of those whose bucket has another epoch or is unknown",
    async run(master) {
      const scene = await Scene.open(master);
      const wrong: readonly Partial<Settlement>[] = [{ epoch: 0 }, { epoch: 2 }, {
        bucketId: "unknown",
      }];
      const jobs = [
        ...wrong.map((part, i) => ran({ id: jobId(i + 1) }, (job) => aSettlement(job, part))),
        ran({ id: jobId(9) }),
      ];

      const answer = await master.jobs.record({ clusterId: "c-1", jobs });

      equal(answer, [
        ...wrong.map((_, i) => ({ outcome: "stale", jobId: jobId(i + 1) })),
        { outcome: "recorded", jobId: jobId(9), status: "Succeeded" },
      ]);
      equal(await master.queries.count({ clusterId: "c-1", filter: {} }), 1);
      await scene.loseBucket();
      const late = await master.jobs.record({ clusterId: "c-1", jobs: [ran({ id: jobId(7) })] });
      equal(late, [{ outcome: "stale", jobId: jobId(7) }]);
    },
  },
  {
    name: "jobs.record stores what ran in a bucket that completes, of a cluster that is not Active",
    async run(master) {
      const scene = await Scene.open(master);
      const step = { from: "Active", to: "Completing", nowMs: AT_MS } as const;
      await master.buckets.step({ ...scene.proof(), ...step });
      await scene.setMode("Archived");

      const answer = await master.jobs.record({ clusterId: "c-1", jobs: [ran({})] });

      equal(answer, [{ outcome: "recorded", jobId: jobId(1), status: "Succeeded" }]);
    },
  },
  {
    name: "jobs.record answers each of a full batch, and throws invalid_request for more",
    async run(master) {
      await Scene.open(master);
      const { maxBatch } = master.capabilities;
      const jobs = Array.from({ length: maxBatch }, (_, i) => ran({ id: jobId(i + 1) }));

      const answer = await master.jobs.record({ clusterId: "c-1", jobs });
      const more = [...jobs, ran({ id: jobId(maxBatch + 1) })];

      equal(answer.filter(({ outcome }) => outcome === "recorded").length, maxBatch);
      equal(answer.map((each) => each.jobId), jobs.map(({ job }) => job.id));
      await rejects(master.jobs.record({ clusterId: "c-1", jobs: more }), {
        code: "invalid_request",
      });
      equal(await master.jobs.record({ clusterId: "c-1", jobs: [] }), []);
    },
  },
];

/** A job that ran in the scene's bucket; by default with success. */
function ran(
  given: Partial<NewJob>,
  end: (job: Job) => Settlement = (job) => aSettlement(job),
): RanJob {
  const job = newJob(given);
  return { job, settlement: end(granted(job)) };
}

/** The job as it would be stored while its first attempt runs. */
function granted({ placement: _, ...job }: NewJob): Job {
  return aJob({
    ...job,
    status: "Queued",
    bucketId: "b-1",
    agentConnectionId: "agent-1",
    workerId: "w-1",
    attempts: 1,
    revision: 1,
  });
}
