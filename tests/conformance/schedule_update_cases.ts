/**
 * Promises of changing schedules: revisions, waiting jobs, a job on top.
 *
 * @module
 */

import { deepStrictEqual as equal } from "node:assert/strict";
import { CLAIMED_STATUSES, isFinal, type Job, WAITING_STATUSES } from "../../core/job.ts";
import type { Schedule } from "../../core/schedule.ts";
import type { NewJob } from "../../storage/port.ts";
import {
  aFailure,
  aLogEntry,
  anOccurrence,
  aSchedule,
  AT_MS,
  heldJob,
  jobId,
  logId,
  newJob,
} from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { released, STORED_STATUSES } from "./mark_cases.ts";
import { HOUR_MS, NOW_MS, ScheduleScene } from "./schedule_scene.ts";

/** A job to run now, of no occurrence. */
function runNow(given: Partial<NewJob> = {}): NewJob {
  return newJob({ id: jobId(99), scheduleId: "s-1", scheduledAtMs: NOW_MS, ...given });
}

/** What becomes of a waiting job that is cancelled. */
function cancelled(job: Job): Job {
  return { ...released(job), status: "Cancelled", finishedAtMs: NOW_MS };
}

/** Every field but the id, the cluster and the revision changed. */
const CHANGED: Partial<Schedule> = {
  type: "Static",
  status: "Paused",
  profileId: "p-2",
  code: "{}",
  ensuredAtMs: AT_MS + 1,
  idleAtMs: AT_MS + 2,
  definitionId: "report.build",
  recurrence: { type: "natural", text: "every day" },
  timeZone: "UTC",
  data: "[1]",
  metadata: { b: false },
  priority: "Low",
  lane: "",
  timeoutMs: 3,
  maxRetries: 4,
  retry: { baseMs: 5, factor: 6, maxMs: 7, jitter: "full" },
  startAfterMs: AT_MS + 8,
  endBeforeMs: AT_MS + 9,
  misfire: { policy: "latest" },
  overlap: "allow",
  jitterMs: 10,
  cursorAtMs: AT_MS + 11,
  checkpointAtMs: AT_MS + 12,
  nextAtMs: null,
  planAtMs: null,
  skippedCount: 13,
  error: aFailure(),
  createdAtMs: AT_MS + 14,
  updatedAtMs: AT_MS + 15,
  terminatedAtMs: AT_MS + 16,
};

const revisionCases: readonly MasterCase[] = [
  {
    name: "schedules.update stores every field and counts the revision up",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      await scene.schedule({ revision: 5 });
      const bystander = await scene.schedule({ id: "s-2", revision: 5 });
      const schedule = aSchedule({ ...CHANGED, revision: 5 });

      const result = await scene.update(schedule, { schedule });

      const stored = { ...schedule, revision: 6 };
      equal(result, { outcome: "updated", schedule: stored, moved: 0, more: false, job: null });
      equal(await scene.find(), stored);
      equal(await scene.find("s-2"), bystander);
    },
  },
  {
    name: "schedules.update clears what is null again",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      await scene.schedule(CHANGED);
      const schedule = aSchedule({ type: "Static", ensuredAtMs: AT_MS + 1 });

      await scene.update(schedule, { schedule });

      equal(await scene.find(), { ...schedule, revision: 1 });
    },
  },
  {
    name: "schedules.update answers the stored schedule when another revision is stored",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule({ revision: 5 });
      const waiting = await scene.job("HeldOnMaster");
      for (const revision of [4, 6]) {
        for (const way of ["keep", "withdraw", "cancel"] as const) {
          const schedule = { ...stored, ...CHANGED, cursorAtMs: 0, revision };
          const result = await scene.update(schedule, {
            waiting: way,
            job: runNow(),
          });

          equal(result, { outcome: "conflict", schedule: stored });
        }
      }
      equal(await scene.find(), stored);
      equal(await scene.jobs(), [waiting]);
    },
  },
  {
    name: "schedules.update lets one win when many decide on the same revision at once",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule();
      const calls = Array.from(
        { length: 20 },
        (_, i) => scene.update({ ...stored, data: `${i}` }, { job: runNow({ id: jobId(i) }) }),
      );

      const results = await Promise.all(calls);

      const winners = results.filter(({ outcome }) => outcome === "updated");
      equal(winners.length, 1);
      equal((await scene.jobs()).length, 1);
      equal((await scene.find())!.revision, 1);
    },
  },
  {
    name: "schedules.update and plan recognise each other by the revision",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const read = await scene.schedule();
      const planned = await scene.planJobs(read);

      equal(await scene.update(read), { outcome: "conflict", schedule: planned });
      equal((await scene.update(planned)).outcome, "updated");
      equal((await scene.find())!.revision, 2);
    },
  },
  {
    name: "schedules.update answers not_found when there is none, before everything else",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      await (await ScheduleScene.open(master, "c-2")).schedule();
      await scene.scene.setMode("Archived");
      const result = await scene.update(aSchedule(), { job: runNow(), alone: true });

      equal(result, { outcome: "not_found" });
      equal(await scene.find(), null);
      equal(await scene.jobs(), []);
    },
  },
  {
    name: "schedules.update keeps a later ensuredAtMs that touch stored meanwhile",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const read = await scene.schedule({ type: "Static", ensuredAtMs: AT_MS });
      await scene.store.touch({ clusterId: "c-1", scheduleIds: ["s-1"], nowMs: AT_MS + 2 });
      const update = async (ensuredAtMs: number | null) => {
        const { revision } = (await scene.find())!;
        const result = await scene.update({ ...read, ensuredAtMs, revision });
        return result.outcome === "updated" ? result.schedule.ensuredAtMs : result;
      };

      equal(await update(AT_MS), AT_MS + 2);
      equal(await update(null), AT_MS + 2);
      equal(await update(AT_MS + 3), AT_MS + 3);
      equal((await scene.find())!.ensuredAtMs, AT_MS + 3);
    },
  },
  {
    name: "schedules.update keeps clusters apart",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const other = await ScheduleScene.open(master, "c-2");
      const here = await scene.schedule();
      const waiting = await scene.job("HeldOnMaster");
      const there = await other.schedule();
      await other.job("HeldOnMaster");

      await other.update({ ...there, cursorAtMs: 0 }, { waiting: "withdraw" });
      const second = (await other.find())!;
      await other.job("AssignedToBucket");
      await other.update(second, { waiting: "cancel" });

      equal(await scene.find(), here);
      equal(await scene.jobs(), [waiting]);
      equal((await other.jobs()).map(({ status }) => status), ["Cancelled"]);
    },
  },
  {
    name: "schedules.update changes a schedule of an Archived cluster when it brings no job",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule();
      await scene.job("HeldOnMaster");
      await scene.scene.setMode("Archived");

      const result = await scene.update(stored, { waiting: "cancel", alone: true });

      equal(result.outcome === "updated" && result.moved, 1);
    },
  },
];

const withdrawCases: readonly MasterCase[] = [
  ...STORED_STATUSES.map((status): MasterCase => ({
    name: `schedules.update withdraws a job that is ${status} exactly when it waits`,
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule();
      const job = await scene.job(status, { occurrenceAtMs: AT_MS + 1 });
      const waits = WAITING_STATUSES.includes(status);

      const result = await scene.update(stored, { waiting: "withdraw" });

      equal(result.outcome === "updated" && [result.moved, result.more], [waits ? 1 : 0, false]);
      equal(await scene.jobs(), waits ? [] : [job]);
    },
  })),
  {
    name: "schedules.update withdraws occurrences after the new cursor, not at or before it",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule({ cursorAtMs: AT_MS + 9 });
      for (const ms of [1, 2, 3, 4]) {
        await scene.job("HeldOnMaster", { id: jobId(ms), occurrenceAtMs: AT_MS + ms });
      }

      const result = await scene.update(
        { ...stored, cursorAtMs: AT_MS + 2 },
        { waiting: "withdraw" },
      );

      equal(result.outcome === "updated" && result.moved, 2);
      equal((await scene.jobs()).map(({ id }) => id), [jobId(1), jobId(2)]);
    },
  },
  {
    name: "schedules.update withdraws no job of no occurrence and none of another schedule",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule({ cursorAtMs: 0 });
      const own = await scene.job("HeldOnMaster", { id: jobId(1), occurrenceAtMs: null });
      const other = await scene.job("HeldOnMaster", { id: jobId(2) }, aSchedule({ id: "s-2" }));
      const once = await scene.scene.held({ id: jobId(3), occurrenceAtMs: AT_MS });

      const result = await scene.update(stored, { waiting: "withdraw" });

      equal(result.outcome === "updated" && result.moved, 0);
      equal([await scene.jobOf(jobId(1)), await scene.jobOf(jobId(2))], [own, other]);
      equal(await scene.jobOf(jobId(3)), once);
    },
  },
  {
    name: "schedules.update withdraws no job of which an attempt was made",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule({ cursorAtMs: 0 });
      const job = await scene.job("Processing");
      const retried = await scene.scene.settle(job, {
        outcome: "failed",
        next: { status: "HeldOnMaster", scheduledAtMs: AT_MS },
      });

      const result = await scene.update(stored, { waiting: "withdraw" });

      equal(result.outcome === "updated" && result.moved, 0);
      equal(await scene.jobs(), [retried]);
    },
  },
  {
    name: "schedules.update withdraws a job again whose only attempt was given back",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule({ cursorAtMs: 0 });
      await scene.scene.settle(await scene.job("Queued"), {
        outcome: "interrupted",
        next: { status: "HeldOnMaster", scheduledAtMs: AT_MS },
      });

      const result = await scene.update(stored, { waiting: "withdraw" });

      equal(result.outcome === "updated" && result.moved, 1);
      equal(await scene.jobs(), []);
    },
  },
  {
    name: "schedules.update forgets withdrawn jobs: logs, unique keys, occurrences, counts",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule({ cursorAtMs: 0 });
      await scene.scene.final("Succeeded", { id: jobId(8) });
      await scene.job("AssignedToBucket", { uniqueKey: "k" });
      await master.history.appendLogs({
        clusterId: "c-1",
        entries: [aLogEntry(), aLogEntry({ id: logId(2), subjectId: jobId(8) })],
      });

      await scene.update(stored, { waiting: "withdraw" });

      const page = { clusterId: "c-1", filter: {}, oldestFirst: true, cursor: null, limit: 9 };
      equal((await master.history.listLogs(page)).items.map(({ id }) => id), [logId(2)]);
      equal([await scene.counted("Succeeded"), await scene.counted("Cancelled")], [1, 0]);
      const again = anOccurrence(stored, AT_MS, { id: jobId(2), uniqueKey: "k" });
      const planned = await scene.planJobs(stored, again);
      equal((await scene.jobs()).map(({ id }) => id), [jobId(2)]);
      equal(planned.revision, 2);
    },
  },
  {
    name: "schedules.update withdraws all there are in one call",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule({ cursorAtMs: 0 });
      const count = master.capabilities.maxBatch + 3;
      const jobs = Array.from({ length: count }, (_none, i) => {
        const { skipped: _, ...job } = anOccurrence(stored, AT_MS + i, { id: jobId(i) });
        return job;
      });
      await scene.scene.insert(...jobs.slice(0, -3));
      await scene.scene.insert(...jobs.slice(-3));

      const result = await scene.update(stored, { waiting: "withdraw" });

      equal(result.outcome === "updated" && [result.moved, result.more], [count, false]);
      equal((await scene.jobs()).length, 0);
    },
  },
  {
    name: "schedules.update keeps every job as it is when waiting is keep",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule({ cursorAtMs: 0 });
      const jobs: Job[] = [];
      for (const [i, status] of STORED_STATUSES.entries()) {
        jobs.push(await scene.job(status, { id: jobId(i), occurrenceAtMs: AT_MS + i }));
      }

      const result = await scene.update(stored);

      equal(result.outcome === "updated" && [result.moved, result.more], [0, false]);
      equal(await scene.jobs(), jobs);
    },
  },
];

const cancelCases: readonly MasterCase[] = [
  ...STORED_STATUSES.map((status): MasterCase => ({
    name: `schedules.update cancels a job that is ${status} exactly when it waits`,
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule();
      const job = await scene.job(status, { occurrenceAtMs: AT_MS - 1 });
      const before = await scene.counted("Cancelled");
      const waits = WAITING_STATUSES.includes(status);

      const result = await scene.update(stored, { waiting: "cancel" });

      equal(result.outcome === "updated" && [result.moved, result.more], [waits ? 1 : 0, false]);
      equal(await scene.jobs(), [waits ? cancelled(job) : job]);
      equal(await scene.counted("Cancelled") - before, waits ? 1 : 0);
    },
  })),
  {
    name: "schedules.update cancels every waiting job of the schedule and none of another",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule({ cursorAtMs: AT_MS + HOUR_MS });
      const job = await scene.job("Processing", { id: jobId(1) });
      const retried = await scene.scene.settle(job, {
        outcome: "failed",
        error: aFailure(),
        next: { status: "HeldOnMaster", scheduledAtMs: AT_MS },
      });
      const own = await scene.job("HeldOnMaster", { id: jobId(2), occurrenceAtMs: null });
      const other = await scene.job("HeldOnMaster", { id: jobId(3) }, aSchedule({ id: "s-2" }));
      const once = await scene.scene.held({ id: jobId(4) });

      const result = await scene.update(stored, { waiting: "cancel" });

      equal(result.outcome === "updated" && result.moved, 2);
      equal(await scene.jobs(), [cancelled(retried), cancelled(own)]);
      equal([await scene.jobOf(jobId(3)), await scene.jobOf(jobId(4))], [other, once]);
    },
  },
  {
    name: "schedules.update cancels maxBatch jobs a call, by id, and says whether more are left",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      await scene.schedule();
      const { maxBatch } = master.capabilities;
      const jobs = Array.from(
        { length: 2 * maxBatch },
        (_, i) => newJob({ id: jobId(i), scheduleId: "s-1", createdAtMs: AT_MS - i }),
      );
      await scene.scene.insert(...jobs.slice(0, maxBatch).toReversed());
      await scene.scene.insert(...jobs.slice(maxBatch));
      const cancel = async () => {
        const result = await scene.update((await scene.find())!, { waiting: "cancel" });
        return result.outcome === "updated" && [result.moved, result.more];
      };

      equal(await cancel(), [maxBatch, true]);
      const left = await master.queries.count({
        clusterId: "c-1",
        filter: { statuses: ["HeldOnMaster"] },
      });
      equal(left, maxBatch);
      equal((await scene.jobOf(jobId(maxBatch - 1)))!.status, "Cancelled");
      equal((await scene.jobOf(jobId(maxBatch)))!.status, "HeldOnMaster");
      equal(await cancel(), [maxBatch, false]);
      equal(await cancel(), [0, false]);
      equal(await scene.counted("Cancelled"), 2 * maxBatch);
    },
  },
  {
    name: "schedules.update leaves a cancelled occurrence on record: it is not planned again",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule();
      await scene.job("HeldOnMaster");
      await scene.update(stored, { waiting: "cancel" });

      const again = anOccurrence(stored, AT_MS, { id: jobId(2) });
      await scene.planJobs(stored, again);

      equal((await scene.jobs()).map(({ id, status }) => [id, status]), [[jobId(1), "Cancelled"]]);
    },
  },
];

const jobCases: readonly MasterCase[] = [
  {
    name: "schedules.update stores the job it brings and answers it",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule();

      const result = await scene.update(stored, { job: runNow() });

      const schedule = { ...stored, updatedAtMs: NOW_MS, revision: 1 };
      const job = heldJob(runNow());
      equal(result, { outcome: "updated", schedule, moved: 0, more: false, job });
      equal(await scene.jobs(), [job]);
    },
  },
  {
    name: "schedules.update places its job as jobs.insert does",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      await scene.schedule();
      const good = scene.scene.placement(true);
      const stale = { ...good, epoch: good.epoch + 1 };
      const statuses: string[] = [];
      const run = async (number: number, placement: typeof good) => {
        const job = runNow({ id: jobId(number), placement });
        const result = await scene.update((await scene.find())!, { job });
        if (result.outcome === "updated") statuses.push(result.job!.status);
        equal(result.outcome === "updated" && result.job, await scene.jobOf(job.id));
      };

      await run(1, good);
      await run(2, { ...good, claim: false });
      await run(3, stale);
      await scene.scene.setMode("Passive");
      await run(4, good);

      equal(statuses, ["Queued", "AssignedToBucket", "HeldOnMaster", "HeldOnMaster"]);
    },
  },
  {
    name: "schedules.update answers the job in whose place its job was",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      await scene.schedule();
      const first = await scene.job("HeldOnMaster", { id: jobId(1), uniqueKey: "k" });
      const run = async (job: NewJob) => {
        const result = await scene.update((await scene.find())!, { job });
        return result.outcome === "updated" && result.job;
      };
      const { definitionId } = first;

      equal(await run(runNow({ id: jobId(1) })), first);
      equal(await run(runNow({ id: jobId(2), definitionId, uniqueKey: "k" })), first);
      equal(await run(runNow({ id: jobId(3), occurrenceAtMs: AT_MS })), first);
      equal(await scene.jobs(), [first]);
      equal((await scene.find())!.revision, 3);
    },
  },
  {
    name: "schedules.update stores its job in the place of one it withdraws",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule({ cursorAtMs: 0 });
      await scene.job("HeldOnMaster", { id: jobId(1) });
      const job = runNow({ id: jobId(2), occurrenceAtMs: AT_MS });

      const result = await scene.update(stored, { waiting: "withdraw", job, alone: true });

      equal(result.outcome === "updated" && [result.moved, result.job], [1, heldJob(job)]);
      equal(await scene.jobs(), [heldJob(job)]);
    },
  },
  ...STORED_STATUSES.map((status): MasterCase => ({
    name: `schedules.update alone is busy when a job is ${status} exactly when it has not ended`,
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule();
      const other = await scene.job(status, { id: jobId(1) });

      const result = await scene.update(stored, { job: runNow(), alone: true });

      if (isFinal(status)) {
        equal(result.outcome, "updated");
        equal(await scene.jobs(), [other, heldJob(runNow())]);
      } else {
        equal(result, { outcome: "busy", schedule: stored });
        equal(await scene.find(), stored);
        equal(await scene.jobs(), [other]);
      }
    },
  })),
  {
    name: "schedules.update alone looks at what is left once jobs were withdrawn or cancelled",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule({ cursorAtMs: AT_MS });
      const at = await scene.job("HeldOnMaster", { id: jobId(1), occurrenceAtMs: AT_MS });
      const after = await scene.job("HeldOnMaster", { id: jobId(2), occurrenceAtMs: AT_MS + 1 });
      const alone = { job: runNow(), alone: true };

      const busy = await scene.update(stored, { ...alone, waiting: "withdraw" });
      equal(busy, { outcome: "busy", schedule: stored });
      equal(await scene.jobs(), [at, after]);

      const withdrawn = await scene.update(
        { ...stored, cursorAtMs: AT_MS - 1 },
        { ...alone, waiting: "withdraw" },
      );
      equal(withdrawn.outcome === "updated" && withdrawn.moved, 2);

      const current = (await scene.find())!;
      const next = { job: runNow({ id: jobId(98) }), alone: true };
      const cancelling = await scene.update(current, { ...next, waiting: "cancel" });
      equal(cancelling.outcome === "updated" && cancelling.moved, 1);
    },
  },
  ...CLAIMED_STATUSES.map((status): MasterCase => ({
    name: `schedules.update alone stays busy when a ${status} job remains beside cancelled ones`,
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule();
      await scene.job(status, { id: jobId(1) });
      await scene.job("HeldOnMaster", { id: jobId(2), occurrenceAtMs: AT_MS + 1 });
      const before = await scene.jobs();

      const result = await scene.update(stored, { waiting: "cancel", job: runNow(), alone: true });

      equal(result, { outcome: "busy", schedule: stored });
      equal(await scene.jobs(), before);
      equal(await scene.counted("Cancelled"), 0);
    },
  })),
  {
    name: "schedules.update asks for nobody else when it is not alone or brings no job",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule();
      await scene.job("Processing", { id: jobId(1) });

      equal((await scene.update(stored, { alone: true })).outcome, "updated");
      const current = (await scene.find())!;
      equal((await scene.update(current, { job: runNow() })).outcome, "updated");
    },
  },
  {
    name: "schedules.update alone looks at jobs of its own schedule and cluster only",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const other = await ScheduleScene.open(master, "c-2");
      const stored = await scene.schedule();
      await other.job("HeldOnMaster");
      await scene.job("HeldOnMaster", { id: jobId(1) }, aSchedule({ id: "s-2" }));
      await scene.scene.held({ id: jobId(2) });

      const result = await scene.update(stored, { job: runNow(), alone: true });

      equal(result.outcome, "updated");
    },
  },
  {
    name: "schedules.update refuses its job in an Archived cluster before it tells a conflict",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule();
      const waiting = await scene.job("HeldOnMaster", { id: jobId(1) });
      await scene.scene.setMode("Archived");
      for (const revision of [0, 1]) {
        const result = await scene.update(
          { ...stored, cursorAtMs: 0, revision },
          { waiting: "withdraw", job: runNow(), alone: true },
        );

        equal(result, { outcome: "cluster_archived" });
      }
      equal(await scene.find(), stored);
      equal(await scene.jobs(), [waiting]);
    },
  },
  {
    name: "schedules.update tells a conflict before a busy schedule",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule();
      await scene.job("HeldOnMaster", { id: jobId(1) });

      const result = await scene.update({ ...stored, revision: 1 }, {
        job: runNow(),
        alone: true,
      });

      equal(result, { outcome: "conflict", schedule: stored });
    },
  },
];

/** Promises of `schedules.update`. */
export const scheduleUpdateCases: readonly MasterCase[] = [
  ...revisionCases,
  ...withdrawCases,
  ...cancelCases,
  ...jobCases,
];
