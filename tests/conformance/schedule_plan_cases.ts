/**
 * Promises of planning: progress, occurrences, skipped ones, placements, fences.
 *
 * @module
 */

import { deepStrictEqual as equal, rejects } from "node:assert/strict";
import type { FailureRecord } from "../../core/failure.ts";
import type { Job } from "../../core/job.ts";
import type { OccurrenceJob } from "../../storage/port.ts";
import {
  aFailure,
  anOccurrence,
  aPlan,
  aSchedule,
  AT_MS,
  heldJob,
  jobId,
} from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { HOUR_MS, NOW_MS, ScheduleScene } from "./schedule_scene.ts";

const SKIPPED: FailureRecord = {
  code: "occurrence_skipped",
  name: "JobMasterError",
  message: "The job before it still runs",
  stack: null,
  cause: null,
};

/** What an occurrence becomes when it is held on the master. */
function held({ skipped: _, ...job }: OccurrenceJob): Job {
  return heldJob(job);
}

/** What an occurrence becomes when it is skipped. */
function skippedJob(occurrence: OccurrenceJob): Job {
  const { skipped } = occurrence;
  return { ...held(occurrence), status: "Cancelled", error: skipped, finishedAtMs: NOW_MS };
}

const progressCases: readonly MasterCase[] = [
  {
    name: "schedules.plan stores progress, status, end and error, and counts revision and skipped",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule({ skippedCount: 3, revision: 7 });
      const bystander = await scene.schedule({ id: "s-2", revision: 7 });
      const progress = {
        status: "Completed",
        cursorAtMs: AT_MS + 1,
        checkpointAtMs: AT_MS + 2,
        nextAtMs: AT_MS + 3,
        planAtMs: AT_MS + 4,
        terminatedAtMs: AT_MS + 5,
        error: aFailure(),
      } as const;

      const result = await scene.plan(aPlan(stored, { ...progress, skipped: 4 }));

      equal(result, { planned: ["s-1"], jobs: [] });
      equal(await scene.find(), { ...stored, ...progress, skippedCount: 7, revision: 8 });
      equal(await scene.find("s-2"), bystander);
    },
  },
  {
    name: "schedules.plan clears what is null",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule({ error: aFailure(), terminatedAtMs: AT_MS });
      const nothing = { nextAtMs: null, planAtMs: null, terminatedAtMs: null, error: null };

      await scene.plan(aPlan(stored, { ...nothing, cursorAtMs: AT_MS }));

      equal(await scene.find(), { ...stored, ...nothing, revision: 1 });
    },
  },
  {
    name: "schedules.plan leaves a schedule alone that has another revision, its jobs too",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule({ revision: 5 });
      for (const revision of [4, 6]) {
        const jobs = [
          anOccurrence(stored, AT_MS),
          anOccurrence(stored, AT_MS + 1, { id: jobId(2), skipped: SKIPPED }),
        ];
        const result = await scene.plan(aPlan(stored, { revision, skipped: 1, jobs }));

        equal(result, { planned: [], jobs: [] });
      }
      equal(await scene.find(), stored);
      equal(await scene.jobs(), []);
      equal(await scene.counted("Cancelled"), 0);
    },
  },
  {
    name: "schedules.plan applies the others when one was read too long ago or is gone",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const schedules = ["c", "a", "b"].map((id) => aSchedule({ id }));
      await scene.insert(...schedules);
      const [c, a, b] = schedules;
      const job = (number: number, schedule = a!) =>
        anOccurrence(schedule, AT_MS, { id: jobId(number) });

      const result = await scene.plan(
        aPlan(c!, { jobs: [job(3, c)] }),
        aPlan(a!, { revision: 1, jobs: [job(1)] }),
        aPlan(aSchedule({ id: "gone" }), { jobs: [job(4, aSchedule({ id: "gone" }))] }),
        aPlan(b!, { jobs: [job(2, b)] }),
      );

      equal(result, { planned: ["c", "b"], jobs: [jobId(3), jobId(2)] });
      equal([await scene.jobOf(jobId(1)), await scene.jobOf(jobId(4))], [null, null]);
      equal(await scene.find("gone"), null);
    },
  },
  {
    name: "schedules.plan takes two plans of one schedule in one call one after the other",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule();
      const job = (number: number) => anOccurrence(stored, AT_MS + number, { id: jobId(number) });

      const result = await scene.plan(
        aPlan(stored, { skipped: 1, jobs: [job(1)] }),
        aPlan(stored, { skipped: 2, jobs: [job(2)] }),
        aPlan(stored, { revision: 1, skipped: 4, cursorAtMs: AT_MS + 9, jobs: [job(3)] }),
      );

      equal(result, { planned: ["s-1", "s-1"], jobs: [jobId(1), jobId(3)] });
      const { cursorAtMs, skippedCount, revision } = (await scene.find())!;
      equal([cursorAtMs, skippedCount, revision], [AT_MS + 9, 5, 2]);
      equal((await scene.jobs()).map(({ id }) => id), [jobId(1), jobId(3)]);
    },
  },
  {
    name: "schedules.plan lets one win when many plan the same reading at once",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule();
      const calls = Array.from({ length: 20 }, (_, i) =>
        scene.plan(
          aPlan(stored, { jobs: [anOccurrence(stored, AT_MS, { id: jobId(i) })] }),
        ));

      const results = await Promise.all(calls);

      equal(results.filter(({ planned }) => planned.length === 1).length, 1);
      equal(results.flatMap(({ jobs }) => jobs), (await scene.jobs()).map(({ id }) => id));
      equal((await scene.find())!.revision, 1);
    },
  },
  {
    name: "schedules.plan takes plans without jobs, and no plans at all",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule();

      equal(await scene.plan(), { planned: [], jobs: [] });
      equal(await scene.plan(aPlan(stored)), { planned: ["s-1"], jobs: [] });
    },
  },
  {
    name: "schedules.plan takes plans and jobs up to maxBatch together",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const [first, second] = [await scene.schedule(), await scene.schedule({ id: "s-2" })];
      const { maxBatch } = master.capabilities;
      const jobs = Array.from(
        { length: maxBatch - 1 },
        (_, i) =>
          anOccurrence(first, AT_MS + i, { id: jobId(i), skipped: i % 2 === 0 ? SKIPPED : null }),
      );
      const tooMany = scene.plan(aPlan(first, { jobs }), aPlan(second));
      await rejects(tooMany, { code: "invalid_request" });
      equal(await scene.find(), first);
      equal((await scene.jobs()).length, 0);

      const result = await scene.plan(aPlan(first, { jobs: jobs.slice(1) }), aPlan(second));

      equal(result.planned, ["s-1", "s-2"]);
      equal(result.jobs.length, Math.floor((maxBatch - 1) / 2));
      equal((await scene.jobs()).length, maxBatch - 2);
    },
  },
];

const occurrenceCases: readonly MasterCase[] = [
  {
    name: "schedules.plan stores the whole job of an occurrence",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule({ definitionId: "report.build" });
      const occurrence = anOccurrence(stored, AT_MS, {
        priority: "Critical",
        lane: "slow",
        data: '{"b":1,  "a":[1.0,"ä"]}',
        metadata: { tenant: "acme", size: 1.5, urgent: true },
        triggerSource: "StaticRecurring",
        uniqueKey: "nightly@1",
        originalScheduledAtMs: AT_MS + 7,
        scheduledAtMs: AT_MS + 8,
        createdAtMs: AT_MS + 9,
        maxRetries: 0,
        timeoutMs: 1,
        retry: { baseMs: 1, factor: 1.5, maxMs: 9, jitter: "none" },
      });

      const result = await scene.plan(aPlan(stored, { jobs: [occurrence] }));

      equal(result, { planned: ["s-1"], jobs: [jobId(1)] });
      equal(await scene.jobs(), [held(occurrence)]);
    },
  },
  {
    name: "schedules.plan puts a skipped occurrence on record as Cancelled, whatever its place",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule();
      const before = await scene.counted("Cancelled");
      const placement = scene.scene.placement(true);
      const skipped = anOccurrence(stored, AT_MS, { skipped: SKIPPED, placement });
      const run = anOccurrence(stored, AT_MS + 1, { id: jobId(2) });

      const result = await scene.plan(aPlan(stored, { skipped: 1, jobs: [skipped, run] }));

      equal(result, { planned: ["s-1"], jobs: [jobId(2)] });
      equal(await scene.jobs(), [skippedJob(skipped), held(run)]);
      equal(await scene.counted("Cancelled") - before, 1);
      const proof = { ...scene.scene.proof(), dueBeforeMs: NOW_MS, limit: 9 };
      equal(await master.jobs.fetch(proof), []);
    },
  },
  {
    name: "schedules.plan makes skipped occurrences visible to lists, filters and statistics",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule();
      const jobs = [1, 2].map((number) =>
        anOccurrence(stored, AT_MS + number, { id: jobId(number), skipped: SKIPPED })
      );
      await scene.plan(aPlan(stored, { skipped: 2, jobs }));
      const page = { clusterId: "c-1", cursor: null, limit: 9 };
      const sort = { by: "finishedAt", direction: "desc" } as const;
      const filter = {
        scheduleId: "s-1",
        statuses: ["Cancelled"],
        errorText: "still RUNS",
      } as const;

      const listed = await master.queries.list({ ...page, filter, sort });
      const found = await master.queries.statistics({
        ...{ clusterId: "c-1", sinceMs: NOW_MS, nowMs: NOW_MS },
      });

      equal(listed.items, jobs.map(skippedJob).toReversed());
      equal([found.counts.Cancelled, found.finished.Cancelled, found.due], [2, 2, 0]);
      equal([found.waitMs.p50, found.runMs.p50], [null, null]);
      equal(
        await master.history.listExecutions({ clusterId: "c-1", jobId: jobId(1), limit: 9 }),
        [],
      );
    },
  },
  {
    name: "schedules.plan leaves skipped occurrences that can be retried, removed and purged",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule();
      const jobs = [1, 2, 3].map((number) =>
        anOccurrence(stored, AT_MS + number, { id: jobId(number), skipped: SKIPPED })
      );
      await scene.plan(aPlan(stored, { jobs }));

      await scene.scene.change(jobId(1), { type: "retry", scheduledAtMs: AT_MS });
      await scene.scene.change(jobId(2), { type: "remove" });
      equal(await scene.counted("Cancelled"), 1);
      const cut = { clusterId: "c-1", finishedBeforeMs: NOW_MS + 1, limit: 9 };
      equal(await master.history.purgeJobs(cut), 1);

      equal(await scene.counted("Cancelled"), 0);
      equal((await scene.jobs()).map(({ id, status }) => [id, status]), [
        [jobId(1), "HeldOnMaster"],
      ]);
    },
  },
  {
    name: "schedules.plan leaves an occurrence out that is stored already, run or skipped",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      let stored = await scene.schedule();
      const first = anOccurrence(stored, AT_MS, { id: jobId(1) });
      const skipped = anOccurrence(stored, AT_MS + 1, { id: jobId(2), skipped: SKIPPED });
      stored = await scene.planJobs(stored, first, skipped);

      const result = await scene.plan(
        aPlan(stored, {
          skipped: 2,
          jobs: [
            anOccurrence(stored, AT_MS, { id: jobId(3), skipped: SKIPPED }),
            anOccurrence(stored, AT_MS, { id: jobId(4) }),
            anOccurrence(stored, AT_MS + 1, { id: jobId(5) }),
            anOccurrence(stored, AT_MS + 2, { id: jobId(6) }),
            anOccurrence(stored, AT_MS + 2, { id: jobId(7), skipped: SKIPPED }),
          ],
        }),
      );

      equal(result, { planned: ["s-1"], jobs: [jobId(6)] });
      equal((await scene.jobs()).map(({ id }) => id), [jobId(1), jobId(2), jobId(6)]);
      equal(await scene.counted("Cancelled"), 1);
      equal((await scene.find())!.skippedCount, 2);
    },
  },
  {
    name: "schedules.plan leaves an occurrence out when its id or unique key is taken",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule();
      const taken = await scene.scene.held({ uniqueKey: "k" });

      const result = await scene.plan(
        aPlan(stored, {
          jobs: [
            anOccurrence(stored, AT_MS + 1, { id: taken.id }),
            anOccurrence(stored, AT_MS + 2, { id: taken.id, skipped: SKIPPED }),
            anOccurrence(stored, AT_MS + 3, { id: jobId(3), uniqueKey: "k" }),
            anOccurrence(stored, AT_MS + 4, { id: jobId(4), uniqueKey: "k", skipped: SKIPPED }),
          ],
        }),
      );

      equal(result, { planned: ["s-1"], jobs: [] });
      equal([await scene.jobs(), await scene.jobOf(taken.id)], [[], taken]);
      equal(await scene.counted("Cancelled"), 0);
    },
  },
  {
    name: "schedules.plan tells occurrences apart by schedule and cluster",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const other = await ScheduleScene.open(master, "c-2");
      const [one, two] = [await scene.schedule(), await scene.schedule({ id: "s-2" })];
      const foreign = await other.schedule();
      const at = (schedule: typeof one, number: number) =>
        anOccurrence(schedule, AT_MS, { id: jobId(number) });

      const here = await scene.plan(
        aPlan(one, { jobs: [at(one, 1)] }),
        aPlan(two, { jobs: [at(two, 2)] }),
      );
      const there = await other.plan(aPlan(foreign, { jobs: [at(foreign, 1)] }));

      equal([here.jobs, there.jobs], [[jobId(1), jobId(2)], [jobId(1)]]);
      equal(await other.jobs(), [{ ...held(at(foreign, 1)), clusterId: "c-2" }]);
    },
  },
  {
    name: "jobs.insert answers the job of an occurrence when that is stored",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const first = await scene.job("HeldOnMaster", { id: jobId(1) });
      const { scheduleId, occurrenceAtMs } = first;

      const again = await scene.scene.insert(
        { id: jobId(2), scheduleId, occurrenceAtMs },
        { id: jobId(3), scheduleId, occurrenceAtMs: null },
        { id: jobId(4), scheduleId, occurrenceAtMs: null },
        { id: jobId(5), scheduleId: null, occurrenceAtMs },
        { id: jobId(6), scheduleId: null, occurrenceAtMs },
      );

      equal(again[0], { id: jobId(2), created: false, job: first });
      equal(again.slice(1).map(({ created }) => created), [true, true, true, true]);
    },
  },
  {
    name: "jobs.insert names the holder of the id, else of the unique key, else of the occurrence",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const definitionId = "mail.send";
      const byId = await scene.scene.held({ id: jobId(1) });
      const byKey = await scene.scene.held({ id: jobId(2), definitionId, uniqueKey: "k" });
      await scene.job("HeldOnMaster", { id: jobId(3) });
      const own = { scheduleId: "s-1", occurrenceAtMs: AT_MS, definitionId, uniqueKey: "k" };

      const [first, second] = await scene.scene.insert(
        { ...own, id: jobId(1) },
        { ...own, id: jobId(4) },
      );

      equal([first!.job, second!.job], [byId, byKey]);
    },
  },
  {
    name: "jobs.insert keeps occurrences before 1970 and far away",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      for (const [i, occurrenceAtMs] of [-1, 0, 8_640_000_000_000_000].entries()) {
        const job = await scene.job("HeldOnMaster", { id: jobId(i), occurrenceAtMs });

        equal((await scene.jobOf(job.id))!.occurrenceAtMs, occurrenceAtMs);
        const [again] = await scene.scene.insert({
          ...{ id: jobId(99), scheduleId: "s-1", occurrenceAtMs },
        });
        equal(again!.job, job);
      }
    },
  },
  {
    name: "jobs keep their occurrence through every attempt, change and ending",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const seen: (number | null)[] = [];
      let job = await scene.job("Processing");
      seen.push(job.occurrenceAtMs);
      const next = { status: "HeldOnMaster", scheduledAtMs: AT_MS + 1 } as const;
      job = await scene.scene.settle(job, { outcome: "failed", next });
      seen.push(job.occurrenceAtMs);
      await scene.scene.change(job.id, { type: "reschedule", scheduledAtMs: AT_MS + HOUR_MS });
      seen.push((await scene.jobOf(job.id))!.occurrenceAtMs);
      await scene.scene.change(job.id, { type: "cancel" });
      await scene.scene.change(job.id, { type: "retry", scheduledAtMs: AT_MS });
      job = await scene.scene.assign((await scene.jobOf(job.id))!);
      const due = { ...scene.scene.proof(), dueBeforeMs: NOW_MS, limit: 9 };
      const fetched = await master.jobs.fetch(due);
      seen.push(job.occurrenceAtMs, (fetched as readonly Job[])[0]!.occurrenceAtMs);

      equal(seen, [AT_MS, AT_MS, AT_MS, AT_MS, AT_MS]);
    },
  },
];

const fenceCases: readonly MasterCase[] = [
  {
    name: "schedules.plan answers lease_lost when the proof is not of the present lease",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule();
      const { lease } = scene.scene;
      const wrong = [
        { ...lease, name: "custodian" },
        { ...lease, holder: "w-2" },
        { ...lease, term: lease.term + 1 },
        { ...lease, term: lease.term - 1 },
      ];
      const plans = [aPlan(stored, { jobs: [anOccurrence(stored, AT_MS)] })];
      for (const proof of wrong) {
        const call = { clusterId: "c-1", lease: proof, nowMs: NOW_MS, plans };
        equal(await scene.store.plan(call), "lease_lost");
      }
      const nobody = { clusterId: "c-2", lease, nowMs: NOW_MS, plans };
      equal(await scene.store.plan(nobody), "lease_lost");

      equal(await scene.find(), stored);
      equal(await scene.jobs(), []);
    },
  },
  {
    name: "schedules.plan answers lease_lost when the lease has run out or was given back",
    async run(master, { elapse }) {
      const scene = await ScheduleScene.open(master);
      const other = await ScheduleScene.open(master, "c-2");
      const stored = await scene.schedule();
      const name = "planner";
      const acquire = { name, holder: "w-1", leaseMs: 20 };
      const granted = await master.workers.acquireLease({ clusterId: "c-1", ...acquire });
      const lease = { name, holder: "w-1", term: granted!.term };
      const call = { clusterId: "c-1", lease, nowMs: NOW_MS, plans: [aPlan(stored)] };
      await elapse(20);

      equal(await scene.store.plan(call), "lease_lost");
      equal(await scene.find(), stored);

      const { clusterId, scene: { lease: given } } = other;
      await master.workers.releaseLease({ clusterId, lease: given });
      const returned = { clusterId, lease: given, nowMs: NOW_MS, plans: [] };
      equal(await other.store.plan(returned), "lease_lost");
    },
  },
  {
    name: "schedules.plan plans nothing in an Archived cluster; a lost lease is told first",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule();
      await scene.scene.setMode("Archived");
      const jobs = [
        anOccurrence(stored, AT_MS),
        anOccurrence(stored, AT_MS + 1, {
          ...{ id: jobId(2), skipped: SKIPPED },
        }),
      ];
      const plans = [aPlan(stored, { jobs, skipped: 1 })];

      equal(await scene.plan(...plans), { planned: [], jobs: [] });
      const lease = { ...scene.scene.lease, term: 0 };
      const lost = { clusterId: "c-1", lease, nowMs: NOW_MS, plans };
      equal(await scene.store.plan(lost), "lease_lost");

      equal(await scene.find(), stored);
      equal(await scene.jobs(), []);
      equal(await scene.counted("Cancelled"), 0);
    },
  },
  {
    name: "schedules.plan puts jobs into buckets that are Active under the epoch that was seen",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule();
      const lost = await scene.scene.makeBucket({ id: "b-2" });
      await scene.scene.loseBucket(lost);
      const placement = scene.scene.placement();
      const places = [
        placement,
        { ...placement, claim: true },
        { ...placement, epoch: placement.epoch + 1 },
        { bucketId: "b-2", epoch: 1, claim: false },
        { bucketId: "gone", epoch: 1, claim: true },
        null,
      ];
      const jobs = places.map((placement, i) =>
        anOccurrence(stored, AT_MS + i, { id: jobId(i), placement })
      );

      const result = await scene.plan(aPlan(stored, { jobs }));

      const placed = {
        bucketId: "b-1",
        agentConnectionId: "agent-1",
        workerId: "w-1",
        revision: 1,
      };
      equal(result.jobs.length, 6);
      equal(await scene.jobs(), [
        { ...held(jobs[0]!), ...placed, status: "AssignedToBucket" },
        { ...held(jobs[1]!), ...placed, status: "Queued", attempts: 1 },
        ...jobs.slice(2).map(held),
      ]);
      const claimed = await scene.scene.settle((await scene.jobOf(jobId(1)))!);
      equal(claimed.status, "Succeeded");
    },
  },
  {
    name: "schedules.plan holds every job on the master in a Passive cluster",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const stored = await scene.schedule();
      await scene.scene.setMode("Passive");
      const placement = scene.scene.placement(true);
      const occurrence = anOccurrence(stored, AT_MS, { placement });

      const result = await scene.plan(aPlan(stored, { jobs: [occurrence] }));

      equal(result, { planned: ["s-1"], jobs: [jobId(1)] });
      equal(await scene.jobs(), [held(occurrence)]);
    },
  },
  {
    name: "schedules.plan keeps clusters apart",
    async run(master) {
      const scene = await ScheduleScene.open(master);
      const other = await ScheduleScene.open(master, "c-2");
      const here = await scene.schedule();
      const there = await other.schedule();

      await other.plan(aPlan(there, { skipped: 1 }));

      equal(await scene.find(), here);
      equal((await other.find())!.revision, 1);
    },
  },
];

/** Promises of `schedules.plan`, and of occurrences. */
export const schedulePlanCases: readonly MasterCase[] = [
  ...progressCases,
  ...occurrenceCases,
  ...fenceCases,
];
