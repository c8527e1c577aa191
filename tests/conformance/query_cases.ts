/**
 * Promises of looking at the cluster's work: find, claimed jobs, statistics.
 *
 * @module
 */

import { deepStrictEqual as equal, rejects } from "node:assert/strict";
import { AT_MS, jobId } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { STORED_STATUSES } from "./mark_cases.ts";
import { Scene } from "./scene.ts";

const NO_PERCENTILES = { p50: null, p95: null, p99: null };
const NO_COUNTS = {
  SavePending: 0,
  HeldOnMaster: 0,
  AssignedToBucket: 0,
  Onboarded: 0,
  Queued: 0,
  Processing: 0,
  Succeeded: 0,
  Failed: 0,
  Cancelled: 0,
};
const NO_FINISHED = { Succeeded: 0, Failed: 0, Cancelled: 0 };

/** Promises of `queries.find`, `listClaimed` and `statistics`. */
export const queryCases: readonly MasterCase[] = [
  {
    name: "queries.find answers null when the job is unknown or of another cluster",
    async run(master) {
      const scene = await Scene.open(master);
      await Scene.open(master, "c-2");
      await scene.held();

      equal(await master.queries.find({ clusterId: "c-2", jobId: jobId(1) }), null);
      equal(await master.queries.find({ clusterId: "c-1", jobId: jobId(2) }), null);
      equal(await master.queries.find({ clusterId: "unknown", jobId: jobId(1) }), null);
    },
  },
  {
    name: "queries.findMany answers those of the jobs that are stored, by id, each once",
    async run(master) {
      const scene = await Scene.open(master);
      const other = await Scene.open(master, "c-2");
      const jobs = [
        await scene.held({ id: jobId(3), metadata: { tenant: "ü" } }),
        await scene.processing({ id: jobId(1) }),
        await scene.final("Failed", { id: jobId(2) }),
      ].toSorted((a, b) => a.id < b.id ? -1 : 1);
      await scene.held({ id: jobId(4) });
      await other.held({ id: jobId(5) });
      const jobIds = [3, 1, 9, 2, 3, 5].map(jobId);

      equal(await master.queries.findMany({ clusterId: "c-1", jobIds }), jobs);
      equal(await master.queries.findMany({ clusterId: "c-1", jobIds: [] }), []);
      const many = Array.from({ length: master.capabilities.maxBatch + 1 }, (_, i) => jobId(i));
      await rejects(master.queries.findMany({ clusterId: "c-1", jobIds: many }), {
        code: "invalid_request",
      });
    },
  },
  {
    name: "queries.listClaimed answers claimed jobs of the bucket, by id, up to its limit",
    async run(master) {
      const scene = await Scene.open(master);
      const second = await scene.makeBucket({ id: "b-2" });
      const place = { bucketId: second.id, epoch: 1, claim: true };
      await scene.processing({ id: jobId(30) });
      await scene.queued({ id: jobId(10) });
      await scene.queued({ id: jobId(20) });
      await scene.assigned({ id: jobId(5) });
      await scene.final("Failed", { id: jobId(6) });
      await scene.held({ id: jobId(7), placement: place });
      await scene.change(jobId(20), { type: "cancel" });
      const claimed = (cancelRequestedOnly: boolean, limit: number) =>
        master.queries.listClaimed({
          clusterId: "c-1",
          bucketId: "b-1",
          cancelRequestedOnly,
          limit,
        });
      const of = (number: number, cancelRequestedAtMs: number | null = null) => (
        { jobId: jobId(number), attempt: 1, cancelRequestedAtMs }
      );

      equal(await claimed(false, 9), [of(10), of(20, AT_MS + 5_000), of(30)]);
      equal(await claimed(false, 1), [of(10)]);
      equal(await claimed(true, 9), [of(20, AT_MS + 5_000)]);
    },
  },
  {
    name: "queries.statistics counts nothing when there is nothing",
    async run(master) {
      await Scene.open(master);

      const input = { sinceMs: AT_MS - 60_000, nowMs: AT_MS };
      for (const clusterId of ["c-1", "unknown"]) {
        equal(await master.queries.statistics({ clusterId, ...input }), {
          counts: NO_COUNTS,
          due: 0,
          oldestDueAtMs: null,
          finished: NO_FINISHED,
          waitMs: NO_PERCENTILES,
          runMs: NO_PERCENTILES,
        });
      }
    },
  },
  {
    name: "queries.statistics counts jobs per status, and those that finished in the window",
    async run(master) {
      const scene = await Scene.open(master);
      const other = await Scene.open(master, "c-2");
      await other.final("Failed");
      for (const [i, status] of STORED_STATUSES.entries()) {
        for (let n = 0; n <= i; n++) await scene.inStatus(status, { id: jobId(i * 10 + n) });
      }

      const statistics = (sinceMs: number) =>
        master.queries.statistics({ clusterId: "c-1", sinceMs, nowMs: AT_MS + 9_000 });
      const counts = Object.fromEntries(STORED_STATUSES.map((status, i) => [status, i + 1]));
      const inside = await statistics(AT_MS + 2_000);
      const after = await statistics(AT_MS + 2_001);

      equal(inside.counts, { ...NO_COUNTS, ...counts });
      equal(inside.finished, { Succeeded: 6, Failed: 7, Cancelled: 8 });
      equal(after.counts, inside.counts);
      equal(after.finished, NO_FINISHED);
      equal([after.waitMs, after.runMs], [NO_PERCENTILES, NO_PERCENTILES]);
    },
  },
  {
    name: "queries.statistics counts unclaimed jobs that are due, and since when",
    async run(master) {
      const scene = await Scene.open(master);
      await scene.held({ id: jobId(1), scheduledAtMs: AT_MS - 30 });
      await scene.assigned({ id: jobId(2), scheduledAtMs: AT_MS - 20 });
      await scene.inStatus("Onboarded", { id: jobId(3), scheduledAtMs: AT_MS });
      await scene.held({ id: jobId(4), scheduledAtMs: AT_MS + 1 });
      await scene.processing({ id: jobId(5), scheduledAtMs: AT_MS - 99 });
      await scene.final("Failed", { id: jobId(6), scheduledAtMs: AT_MS - 99 });
      const at = async (nowMs: number) => {
        const input = { clusterId: "c-1", sinceMs: AT_MS - 500, nowMs };
        const { due, oldestDueAtMs } = await master.queries.statistics(input);
        return [due, oldestDueAtMs];
      };

      equal(await at(AT_MS), [3, AT_MS - 30]);
      equal(await at(AT_MS - 21), [1, AT_MS - 30]);
      equal(await at(AT_MS - 31), [0, null]);
    },
  },
  {
    name: "queries.statistics takes percentiles by nearest rank, of jobs that ran",
    async run(master) {
      const scene = await Scene.open(master);
      for (let i = 1; i <= 50; i++) {
        const job = await scene.queued({ id: jobId((i * 13) % 51), scheduledAtMs: AT_MS });
        const startedAtMs = AT_MS + i * 10;
        await scene.settle(job, { startedAtMs, finishedAtMs: startedAtMs + 1_000 - i });
      }
      await scene.held({ id: jobId(90) });
      await scene.change(jobId(90), { type: "cancel" });

      const { waitMs, runMs, finished } = await master.queries.statistics({
        clusterId: "c-1",
        sinceMs: AT_MS,
        nowMs: AT_MS + 60_000,
      });

      equal(finished, { Succeeded: 50, Failed: 0, Cancelled: 1 });
      equal(waitMs, { p50: 250, p95: 480, p99: 500 });
      equal(runMs, { p50: 974, p95: 997, p99: 999 });
    },
  },
  {
    name: "queries.statistics samples the 10,000 jobs that finished last",
    async run(master) {
      const scene = await Scene.open(master);
      const { maxBatch } = master.capabilities;
      const total = 10_050;
      for (let from = 0; from < total; from += maxBatch) {
        const ids = Array.from({ length: Math.min(maxBatch, total - from) }, (_, i) => from + i);
        const given = ids.map((n) => ({ id: jobId(n), placement: scene.placement(true) }));
        await scene.insert(...given);
        const settlements = ids.map((n) => ({
          bucketId: "b-1",
          epoch: 1,
          jobId: jobId(n),
          attempt: 1,
          outcome: "succeeded" as const,
          startedAtMs: AT_MS + (n < 50 ? 0 : 7),
          finishedAtMs: AT_MS + n,
          workerId: "w-1",
          result: null,
          error: null,
          progress: null,
          next: { status: "Succeeded" as const },
        }));
        await master.jobs.settle({ clusterId: "c-1", settlements });
      }

      const input = { clusterId: "c-1", sinceMs: AT_MS, nowMs: AT_MS + total };
      const { waitMs, runMs, finished } = await master.queries.statistics(input);

      equal(finished.Succeeded, total);
      equal(waitMs, { p50: 7, p95: 7, p99: 7 });
      equal(runMs, { p50: 5_042, p95: 9_542, p99: 9_942 });
    },
  },
];
