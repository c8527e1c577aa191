/**
 * Promises of changing one job from outside, in every status it may have.
 *
 * @module
 */

import { deepStrictEqual as equal } from "node:assert/strict";
import { isFinal, type Job, type JobStatus, WAITING_STATUSES } from "../../core/job.ts";
import type { JobChange } from "../../storage/port.ts";
import { aFailure, aLogEntry, AT_MS, jobId, logId } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { released, STORED_STATUSES } from "./mark_cases.ts";
import { Scene } from "./scene.ts";

const NOW_MS = AT_MS + 5_000;
const LATER_MS = AT_MS + 3_600_000;

const CHANGES: readonly JobChange[] = [
  { type: "cancel" },
  { type: "reschedule", scheduledAtMs: LATER_MS },
  { type: "retry", scheduledAtMs: LATER_MS },
  { type: "remove" },
];

/** What each change promises in each status; `null` leaves the job alone. */
function expected(job: Job, change: JobChange): { outcome: string; job: Job } {
  const waits = WAITING_STATUSES.includes(job.status);
  switch (change.type) {
    case "cancel":
      if (waits) {
        const cancelled = { ...released(job), status: "Cancelled", finishedAtMs: NOW_MS } as const;
        return { outcome: "changed", job: cancelled };
      }
      return isFinal(job.status)
        ? { outcome: "conflict", job }
        : { outcome: "requested", job: { ...job, cancelRequestedAtMs: NOW_MS } };
    case "reschedule":
      return waits
        ? { outcome: "changed", job: { ...released(job), scheduledAtMs: LATER_MS } }
        : { outcome: "conflict", job };
    case "retry":
      return isFinal(job.status)
        ? { outcome: "changed", job: retried(job) }
        : { outcome: "conflict", job };
    case "remove":
      return { outcome: isFinal(job.status) ? "changed" : "conflict", job };
  }
}

function retried(job: Job): Job {
  return {
    ...released(job),
    workerId: job.workerId,
    scheduledAtMs: LATER_MS,
    lastAttempt: job.attempts + job.maxRetries + 1,
    result: null,
    error: null,
    progress: null,
    startedAtMs: null,
    finishedAtMs: null,
    crashes: 0,
    cancelRequestedAtMs: null,
  };
}

/** Promises of `jobs.change`. */
export const changeCases: readonly MasterCase[] = [
  ...CHANGES.flatMap((change) =>
    STORED_STATUSES.map((status): MasterCase => ({
      name: `jobs.change ${change.type} answers ${outcomeOf(change, status)} when it is ${status}`,
      async run(master) {
        const scene = await Scene.open(master);
        const job = await scene.inStatus(status);

        const answer = await scene.change(job.id, change);

        const wanted = expected(job, change);
        equal(answer, wanted);
        const removed = change.type === "remove" && wanted.outcome === "changed";
        const stored = await master.queries.find({ clusterId: "c-1", jobId: job.id });
        equal(stored, removed ? null : wanted.job);
      },
    }))
  ),
  ...CHANGES.map((change): MasterCase => ({
    name:
      `jobs.change ${change.type} answers not_found when the job is unknown or of another cluster`,
    async run(master) {
      const scene = await Scene.open(master);
      const other = await Scene.open(master, "c-2");
      const job = await other.final("Failed");

      equal(await scene.change(job.id, change), { outcome: "not_found" });

      equal(await other.find(job.id), job);
    },
  })),
  ...CHANGES.map((change): MasterCase => ({
    name: `jobs.change ${change.type} in an Archived cluster answers as the port says`,
    async run(master) {
      const scene = await Scene.open(master);
      const waiting = await scene.assigned({ id: jobId(1) });
      const failed = await scene.final("Failed", { id: jobId(2) });
      await scene.setMode("Archived");
      const refused = change.type === "reschedule" || change.type === "retry";

      for (const job of [waiting, failed]) {
        const answer = await scene.change(job.id, change);
        equal(answer, refused ? { outcome: "cluster_archived" } : expected(job, change));
        if (refused) equal(await scene.find(job.id), job);
      }
    },
  })),
  ...CHANGES.map((change): MasterCase => ({
    name: `jobs.change ${change.type} works in a Passive cluster`,
    async run(master) {
      const scene = await Scene.open(master);
      const waiting = await scene.held({ id: jobId(1) });
      const failed = await scene.final("Failed", { id: jobId(2) });
      await scene.setMode("Passive");

      for (const job of [waiting, failed]) {
        equal(await scene.change(job.id, change), expected(job, change));
      }
    },
  })),
  {
    name: "jobs.change cancel keeps the first instant when it is requested again",
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.processing();
      const cancel = (nowMs: number) =>
        master.jobs.change({
          clusterId: "c-1",
          jobId: job.id,
          nowMs,
          change: { type: "cancel" },
        });
      const requested = { ...job, cancelRequestedAtMs: NOW_MS };

      equal(await cancel(NOW_MS), { outcome: "requested", job: requested });
      equal(await cancel(NOW_MS + 1), { outcome: "requested", job: requested });
      equal(await scene.find(job.id), requested);
    },
  },
  {
    name: "jobs.change reschedule fences out whoever saw the job before",
    async run(master) {
      const scene = await Scene.open(master);
      const held = await scene.held({ id: jobId(1) });
      const placed = await scene.assigned({ id: jobId(2) });
      for (const { id } of [held, placed]) await scene.change(id, CHANGES[1]!);

      const assigned = await scene.assign(held);
      const [claimed] = await scene.claim(placed);

      equal(assigned, { ...released(held), scheduledAtMs: LATER_MS });
      equal(claimed, { ...released(placed), scheduledAtMs: LATER_MS });
    },
  },
  {
    name: "jobs.change retry clears what the execution before left, and counts attempts on",
    async run(master) {
      const scene = await Scene.open(master);
      const running = await scene.processing({ maxRetries: 2 });
      await scene.change(running.id, { type: "cancel" });
      const progress = { percent: 3, note: null };
      const ended = await scene.settle(running, {
        outcome: "failed",
        error: aFailure(),
        progress,
        next: { status: "Failed" },
      });

      const answer = await scene.change(ended.id, CHANGES[2]!);
      const [again] = await scene.claim(await scene.assign(await scene.find(ended.id)));

      equal(answer, { outcome: "changed", job: retried(ended) });
      equal([again!.attempts, again!.lastAttempt, again!.error], [2, 4, null]);
      equal((await scene.executions(ended.id)).map(({ attempt }) => attempt), [1]);
    },
  },
  {
    name: "jobs.change remove deletes executions and logs of that job only",
    async run(master) {
      const scene = await Scene.open(master);
      const gone = await scene.final("Failed", { id: jobId(1) });
      const kept = await scene.final("Failed", { id: jobId(2) });
      const entries = [
        aLogEntry({ id: logId(1), subjectId: gone.id }),
        aLogEntry({ id: logId(2), subjectId: kept.id }),
        aLogEntry({ id: logId(3), subjectId: gone.id, subjectType: "Api" }),
      ];
      await master.history.appendLogs({ clusterId: "c-1", entries });

      await scene.change(gone.id, { type: "remove" });

      const logs = { clusterId: "c-1", filter: {}, oldestFirst: true, cursor: null, limit: 9 };
      const left = { items: entries.slice(1), nextCursor: null };
      equal(await master.history.listLogs(logs), left);
      equal(await scene.executions(gone.id), []);
      equal((await scene.executions(kept.id)).length, 1);
      equal(await scene.find(kept.id), kept);
      equal(await scene.change(gone.id, { type: "remove" }), { outcome: "not_found" });
    },
  },
];

function outcomeOf(change: JobChange, status: JobStatus): string {
  return expected({ status } as Job, change).outcome;
}
