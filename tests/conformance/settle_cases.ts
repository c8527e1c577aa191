/**
 * Promises of ending attempts: every outcome, every next status, every fence.
 *
 * @module
 */

import { deepStrictEqual as equal, rejects } from "node:assert/strict";
import { FINAL_STATUSES, type Job, type OutcomeKind, OUTCOMES } from "../../core/job.ts";
import type { Settlement } from "../../storage/port.ts";
import { aFailure, aSettlement, AT_MS, jobId } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { released, STORED_STATUSES } from "./mark_cases.ts";
import { Scene } from "./scene.ts";

/** Every status that may follow an attempt. */
export const NEXT: readonly Settlement["next"][] = [
  ...FINAL_STATUSES.map((status) => ({ status })),
  { status: "HeldOnMaster", scheduledAtMs: AT_MS + 30_000 },
];

/** Promises of `jobs.settle`. */
export const settleCases: readonly MasterCase[] = [
  ...OUTCOMES.flatMap((outcome) =>
    NEXT.filter(({ status }) => (status === "Succeeded") === (outcome === "succeeded"))
      .map((next): MasterCase => ({
        name:
          `jobs.settle stores the whole end when the outcome is ${outcome} and ${next.status} follows`,
        async run(master) {
          const scene = await Scene.open(master);
          for (const status of ["Queued", "Processing"] as const) {
            const job = await scene.inStatus(status, { id: jobId(status.length) });
            const settlement = settlementOf(job, outcome, next);

            const answer = await master.jobs.settle({
              clusterId: "c-1",
              settlements: [settlement],
            });

            const applied = [{ jobId: job.id, status: next.status }];
            equal(answer, { applied, stale: [] });
            equal(await scene.find(job.id), settled(job, settlement));
            const recorded = outcome === "interrupted" ? [] : [executionOf(settlement)];
            equal(await scene.executions(job.id), recorded);
          }
        },
      }))
  ),
  ...STORED_STATUSES.map((status): MasterCase => ({
    name: `jobs.settle ${isClaimed(status) ? "applies" : "is stale"} when the job is ${status}`,
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.inStatus(status);
      const before = await scene.executions(job.id);
      const settlements = [aSettlement(job)];

      const answer = await master.jobs.settle({ clusterId: "c-1", settlements });

      const applied = [{ jobId: job.id, status: "Succeeded" }];
      const stale = { applied: [], stale: [job.id] };
      equal(answer, isClaimed(status) ? { applied, stale: [] } : stale);
      if (isClaimed(status)) return;
      equal(await scene.find(job.id), job);
      equal(await scene.executions(job.id), before);
    },
  })),
  {
    name: "jobs.settle is stale when bucket, epoch or attempt are others, or the job is unknown",
    async run(master) {
      const scene = await Scene.open(master);
      await scene.makeBucket({ id: "b-2" });
      const job = await scene.processing();
      const wrong: readonly Partial<Settlement>[] = [
        { bucketId: "b-2" },
        { bucketId: "unknown" },
        { epoch: 2 },
        { epoch: 0 },
        { attempt: 2 },
        { attempt: 0 },
        { jobId: jobId(99) },
      ];
      const settlements = wrong.map((part) => aSettlement(job, part));

      const answer = await master.jobs.settle({ clusterId: "c-1", settlements });

      const stale = settlements.map((each) => each.jobId);
      equal(answer.applied, []);
      equal(answer.stale.toSorted(), stale.toSorted());
      equal(await scene.find(job.id), job);
      equal(await scene.executions(job.id), []);
    },
  },
  {
    name: "jobs.settle is stale when the bucket has a new epoch, though the job is claimed",
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.processing();
      const lost = await scene.loseBucket();

      const stale = await scene.settle(job);

      equal(stale, job);
      equal(await scene.settle(job, { epoch: lost.epoch }), settled(job, aSettlement(job)));
    },
  },
  {
    name:
      "jobs.settle applies in a bucket that completes, drains or of a cluster that is not Active",
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.processing();
      const step = { from: "Active", to: "Completing", nowMs: AT_MS } as const;
      await master.buckets.step({ ...scene.proof(), ...step });
      await scene.setMode("Archived");

      equal(await scene.settle(job), settled(job, aSettlement(job)));
    },
  },
  {
    name: "jobs.settle applies the first and is stale for the second when a job stands twice",
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.processing();
      const first = settlementOf(job, "failed", NEXT[3]!);
      const second = aSettlement(job);

      const answer = await master.jobs.settle({
        clusterId: "c-1",
        settlements: [first, second],
      });

      const applied = [{ jobId: job.id, status: "HeldOnMaster" }];
      equal(answer, { applied, stale: [job.id] });
      equal(await scene.find(job.id), settled(job, first));
      equal(await scene.executions(job.id), [executionOf(first)]);
    },
  },
  {
    name: "jobs.settle is stale and harmless when it is repeated",
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.processing();
      const settle = { clusterId: "c-1", settlements: [aSettlement(job)] };
      await master.jobs.settle(settle);
      const before = await scene.find(job.id);

      equal(await master.jobs.settle(settle), { applied: [], stale: [job.id] });

      equal(await scene.find(job.id), before);
      equal(await scene.executions(job.id), [executionOf(aSettlement(job))]);
    },
  },
  ...OUTCOMES.filter((outcome) => outcome !== "succeeded").map((outcome): MasterCase => ({
    name:
      `jobs.settle cancels instead of holding when that was requested and the outcome is ${outcome}`,
    async run(master) {
      const scene = await Scene.open(master);
      const running = await scene.processing();
      await scene.change(running.id, { type: "cancel" });
      const job = await scene.find(running.id);
      const settlement = settlementOf(job, outcome, NEXT[3]!);

      const answer = await master.jobs.settle({ clusterId: "c-1", settlements: [settlement] });

      equal(answer, { applied: [{ jobId: job.id, status: "Cancelled" }], stale: [] });
      const { scheduledAtMs } = job;
      const expected = { ...settled(job, settlement), status: "Cancelled", scheduledAtMs };
      equal(await scene.find(job.id), { ...expected, finishedAtMs: settlement.finishedAtMs });
    },
  })),
  {
    name: "jobs.settle keeps the final status it is given though a cancellation was requested",
    async run(master) {
      const scene = await Scene.open(master);
      const running = await scene.processing();
      await scene.change(running.id, { type: "cancel" });
      const job = await scene.find(running.id);

      equal(await scene.settle(job), settled(job, aSettlement(job)));
    },
  },
  {
    name:
      "jobs.settle keeps the last error until the job succeeds, and progress until there is another",
    async run(master) {
      const scene = await Scene.open(master);
      const error = aFailure();
      const progress = { percent: 40, note: "two of five" };
      const next = NEXT[3]!;
      const first = await scene.processing();
      const failed = await scene.settle(first, { outcome: "failed", error, progress, next });
      const second = (await scene.claim(await scene.assign(failed)))[0]!;
      const interrupted = await scene.settle(second, { outcome: "interrupted", next });
      const third = (await scene.claim(await scene.assign(interrupted)))[0]!;
      const succeeded = await scene.settle(third);

      equal([failed.error, failed.progress], [error, progress]);
      equal([interrupted.error, interrupted.progress], [error, progress]);
      equal([third.attempts, interrupted.attempts], [2, 1]);
      equal([succeeded.error, succeeded.progress], [null, progress]);
    },
  },
  {
    name: "jobs.settle answers every settlement of a batch by itself",
    async run(master) {
      const scene = await Scene.open(master);
      const jobs: Job[] = [];
      for (let i = 1; i <= 4; i++) jobs.push(await scene.processing({ id: jobId(i) }));
      const settlements = jobs.map((job, i) =>
        i === 2 ? aSettlement(job, { attempt: 9 }) : settlementOf(job, "failed", NEXT[i]!)
      );

      const answer = await master.jobs.settle({ clusterId: "c-1", settlements });

      const applied = [0, 1, 3].map((i) => ({ jobId: jobs[i]!.id, status: NEXT[i]!.status }));
      const byJob = answer.applied.toSorted((a, b) => a.jobId < b.jobId ? -1 : 1);
      equal([byJob, answer.stale], [applied, [jobs[2]!.id]]);
    },
  },
  {
    name: "jobs.settle throws invalid_request when it is given more than maxBatch",
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.processing();
      const { maxBatch } = master.capabilities;
      const settlements = Array.from({ length: maxBatch + 1 }, () => aSettlement(job));

      const tooMany = master.jobs.settle({ clusterId: "c-1", settlements });

      await rejects(tooMany, { code: "invalid_request" });
      equal(await scene.find(job.id), job);
    },
  },
];

function isClaimed(status: Job["status"]): boolean {
  return status === "Queued" || status === "Processing";
}

/** How the attempt of `job` ended, with all that goes with `outcome`. */
export function settlementOf(job: Job, outcome: OutcomeKind, next: Settlement["next"]): Settlement {
  const fails = outcome === "failed" || outcome === "timed_out" || outcome === "crashed";
  return aSettlement(job, {
    outcome,
    next,
    error: fails ? aFailure({ message: outcome }) : null,
    result: outcome === "succeeded" ? '{"sent": 3, "to":["ä"]}' : null,
    progress: outcome === "timed_out" ? { percent: 99.5, note: null } : null,
  });
}

/** The job after a settlement that applied, when no cancellation was requested. */
export function settled(job: Job, settlement: Settlement): Job {
  const { next, outcome, error, result, startedAtMs, finishedAtMs, workerId } = settlement;
  const held = next.status === "HeldOnMaster";
  return {
    ...released(job),
    status: next.status,
    attempts: outcome === "interrupted" ? job.attempts - 1 : job.attempts,
    crashes: outcome === "crashed" ? job.crashes + 1 : job.crashes,
    scheduledAtMs: held ? next.scheduledAtMs : job.scheduledAtMs,
    finishedAtMs: held ? null : finishedAtMs,
    progress: settlement.progress ?? job.progress,
    ...{ error, result, startedAtMs, workerId },
  };
}

/** What is put on record of a settlement. */
export function executionOf(settlement: Settlement) {
  const { jobId, attempt, outcome, startedAtMs, finishedAtMs, workerId, error } = settlement;
  return { jobId, attempt, outcome, startedAtMs, finishedAtMs, workerId, error };
}
