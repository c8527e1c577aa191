/**
 * Promises that hold though two masters, each over connections of its own, work on the same data at the same time.
 *
 * @module
 */

import { deepStrictEqual as equal, ok } from "node:assert/strict";
import type { Bucket } from "../../core/bucket.ts";
import { failure } from "../../core/failure.ts";
import type { Job } from "../../core/job.ts";
import type { LeaseProof, Master, NewJob } from "../../storage/port.ts";
import { eventually } from "../support/eventually.ts";
import {
  aLogEntry,
  anOccurrence,
  aPlan,
  aSettlement,
  AT_MS,
  aWorker,
  jobId,
  logId,
  newJob,
  settings,
} from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { walk } from "./placement_cases.ts";
import { LONG_LEASE_MS, Scene } from "./scene.ts";
import { HOUR_MS, NOW_MS, ScheduleScene } from "./schedule_scene.ts";

/** How often a race is run: which side wins is up to the database. */
const ROUNDS = 10;

/** How many calls of one side are under way at once. */
const CALLS = 4;

const ERROR = failure("crashed", "Cannot go on: its process died");

/** Promises to two masters at once. */
export const concurrencyCases: readonly MasterCase[] = [
  {
    name: "jobs.claim grants each job once when two masters claim the same ones at the same time",
    async run(master, { another }) {
      const other = await another();
      const scene = await Scene.open(master);
      const jobs = await place(scene, 60);

      const claims = rotations(jobs, CALLS * 2).map((mine, i) => {
        const items = mine.map(({ id, revision }) => ({ jobId: id, revision }));
        return (i % 2 === 0 ? master : other).jobs.claim({ ...scene.proof(), items });
      });
      const granted = (await Promise.all(claims)).flat() as { jobId: string; attempt: number }[];

      const ids = granted.map(({ jobId }) => jobId).toSorted();
      equal(ids, jobs.map(({ id }) => id));
      for (const job of await stored(master)) equal([job.status, job.attempts], ["Queued", 1]);
    },
  },
  {
    name: "jobs.settle applies one end of an attempt when two masters settle it at the same time",
    async run(master, { another }) {
      const other = await another();
      const scene = await Scene.open(master);
      const jobs = await place(scene, 40, true);

      const ends = rotations(jobs, CALLS * 2).map((mine, i) => {
        const settlements = mine.map((job) => aSettlement(job, { result: `${i}` }));
        return (i % 2 === 0 ? master : other).jobs.settle({ clusterId: "c-1", settlements });
      });
      const answers = await Promise.all(ends);

      const winners = new Map(
        answers.flatMap(({ applied }, i) => applied.map(({ jobId }) => [jobId, `${i}`] as const)),
      );
      equal(answers.flatMap(({ applied }) => applied).length, jobs.length);
      equal(answers.flatMap(({ stale }) => stale).length, jobs.length * (CALLS * 2 - 1));
      for (const job of await stored(master)) {
        equal([job.status, job.result], ["Succeeded", winners.get(job.id)]);
        equal((await scene.executions(job.id)).length, 1);
      }
      equal(await countOf(master, "Succeeded"), jobs.length);
    },
  },
  {
    name: "jobs.insert stores a job once when two masters insert the same ids at the same time",
    async run(master, { another }) {
      const other = await another();
      await Scene.open(master);
      const jobs = Array.from({ length: 50 }, (_, i) => newJob({ id: jobId(i + 1) }));

      const inserts = rotations(jobs, CALLS * 2).map((mine, i) => {
        const marked = mine.map((job) => ({ ...job, data: `${i}` }));
        return insertBy(i % 2 === 0 ? master : other, marked);
      });
      const answers = await Promise.all(inserts);

      const made = answers.flat().filter(({ created }) => created);
      equal(made.map(({ id }) => id).toSorted(), jobs.map(({ id }) => id));
      const all = new Map((await stored(master)).map((job) => [job.id, job]));
      for (const { id, job } of answers.flat()) equal(job, all.get(id));
      for (const { id, job } of made) equal(job, all.get(id));
    },
  },
  {
    name: "jobs.insert stores one job of a unique key when two masters insert it at the same time",
    async run(master, { another }) {
      const other = await another();
      await Scene.open(master);
      const keys = Array.from({ length: 30 }, (_, i) => `key-${i}`);

      const inserts = rotations(keys, CALLS * 2).map((mine, i) => {
        const jobs = mine.map((uniqueKey, k) =>
          newJob({ id: jobId(1 + i * keys.length + k), uniqueKey })
        );
        return insertBy(i % 2 === 0 ? master : other, jobs);
      });
      const answers = (await Promise.all(inserts)).flat();

      const all = new Map((await stored(master)).map((job) => [job.uniqueKey, job]));
      equal([...all.keys()].toSorted(), keys.toSorted());
      equal((await stored(master)).length, keys.length);
      equal(answers.filter(({ created }) => created).length, keys.length);
      for (const { job } of answers) equal(job, all.get(job.uniqueKey));
    },
  },
  {
    name: "jobs.insert puts no job into a bucket after a step that moved its epoch has returned",
    run: (master, { another }) =>
      afterStep(
        master,
        another,
        (side, scene, round) =>
          Array.from({ length: CALLS }, (_, i) =>
            insertBy(
              side,
              Array.from({ length: 10 }, (_, k) =>
                newJob({
                  id: jobId(1_000 * (round + 1) + 10 * i + k),
                  placement: { bucketId: scene.bucketId, epoch: scene.epoch, claim: true },
                })),
            )),
      ),
  },
  {
    name: "jobs.claim grants nothing after a step that moved the epoch has returned",
    run: (master, { another }) =>
      afterStep(
        master,
        another,
        (side, { proof, unclaimed }) =>
          rotations(unclaimed, CALLS).map((mine) => {
            const items = mine.map(({ id, revision }) => ({ jobId: id, revision }));
            return side.jobs.claim({ ...proof, items });
          }),
      ),
  },
  {
    name: "jobs.mark writes nothing after a step that moved the epoch has returned",
    run: (master, { another }) =>
      afterStep(
        master,
        another,
        (side, { proof, claimed }) =>
          rotations(claimed, CALLS).map((mine, i) => {
            const marks = mine.map(({ id, attempts }) => ({
              ...{ jobId: id, status: "Processing", fence: attempts } as const,
              ...{ startedAtMs: AT_MS + i, progress: null },
            }));
            return side.jobs.mark({ ...proof, marks });
          }),
      ),
  },
  {
    name: "jobs.settle applies nothing after a step that moved the epoch has returned",
    run: (master, { another }) =>
      afterStep(
        master,
        another,
        (side, { bucketId, epoch, claimed }) =>
          parts(claimed, CALLS).map((mine) => {
            const settlements = mine.map((job) => aSettlement(job, { bucketId, epoch }));
            return side.jobs.settle({ clusterId: "c-1", settlements });
          }),
      ),
  },
  {
    name: "jobs.release moves nothing after a step that moved the epoch has returned",
    run: (master, { another }) =>
      afterStep(
        master,
        another,
        (side, { proof, unclaimed }) =>
          parts(unclaimed, CALLS).map((mine) =>
            side.jobs.release({ ...proof, jobIds: mine.map(({ id }) => id) })
          ),
      ),
  },
  {
    name: "jobs.assign places nothing after its lease was given back, or taken over by another",
    async run(master, { another }) {
      const other = await another();
      const scene = await Scene.open(master);
      const jobs = (await scene.insert(...given(8 * ROUNDS))).map(({ job }) => job);
      let lease: LeaseProof = scene.lease;
      for (let round = 0; round < ROUNDS; round++) {
        const mine = jobs.slice(round * 8, round * 8 + 8);
        const assigns = rotations(mine, CALLS).map((part) => {
          const assignments = part.map(({ id, revision }) => ({
            ...{ jobId: id, revision, bucketId: scene.bucket.id, epoch: scene.bucket.epoch },
          }));
          return master.jobs.assign({ clusterId: "c-1", lease, assignments });
        });
        await headStart(other, round);
        await other.workers.releaseLease({ clusterId: "c-1", lease });
        const holder = `next-${round}`;
        const acquire = { clusterId: "c-1", name: lease.name, holder, leaseMs: LONG_LEASE_MS };
        const granted = await other.workers.acquireLease(acquire);
        const before = await stored(other);
        const answers = (await Promise.all(assigns)).filter((answer) => answer !== "lease_lost");

        equal(await stored(other), before);
        const placed = before.filter(({ id, status }) =>
          status === "AssignedToBucket" && mine.some((job) => job.id === id)
        );
        equal(answers.flat().toSorted(), placed.map(({ id }) => id));
        lease = { name: lease.name, holder, term: granted!.term };
      }
    },
  },
  {
    name: "jobs.assign moves each job once when two coordinators under one lease assign the same",
    async run(master, { another }) {
      const other = await another();
      const scene = await Scene.open(master);
      const second = await scene.makeBucket({ id: "b-2" });
      const jobs = (await scene.insert(...given(40))).map(({ job }) => job);

      const assigns = rotations(jobs, CALLS * 2).map((mine, i) => {
        const { id: bucketId, epoch } = i % 2 === 0 ? scene.bucket : second;
        const assignments = mine.map(({ id, revision }) => ({
          ...{ jobId: id, revision, bucketId, epoch },
        }));
        const side = i % 2 === 0 ? master : other;
        return side.jobs.assign({ clusterId: "c-1", lease: scene.lease, assignments });
      });
      const moved = (await Promise.all(assigns)).map((answer) => answer as readonly string[]);

      equal(moved.flat().toSorted(), jobs.map(({ id }) => id));
      const bucketOf = new Map(
        moved.flatMap((ids, i) => ids.map((id) => [id, i % 2 === 0 ? "b-1" : "b-2"] as const)),
      );
      for (const job of await stored(master)) {
        equal([job.bucketId, job.revision], [bucketOf.get(job.id), 1]);
      }
    },
  },
  {
    name: "jobs.reclaim and jobs.settle end each attempt once when they meet",
    async run(master, { another }) {
      const other = await another();
      const scene = await Scene.open(master);
      let [applied, crashed] = [0, 0];
      for (let round = 0; round < ROUNDS; round++) {
        const bucket = await scene.makeBucket({ id: `r-${round}` });
        const jobs = await placeIn(scene, bucket, {
          first: round * 30 + 1,
          count: 30,
          claim: true,
        });
        const settles = parts(jobs, CALLS).map((mine) => {
          const settlements = mine.map((job) => aSettlement(job));
          return master.jobs.settle({ clusterId: "c-1", settlements });
        });
        await headStart(other, round);
        const taken = await reclaimAll(other, scene, bucket);
        const answers = await Promise.all(settles);

        applied += answers.flatMap((answer) => answer.applied).length;
        crashed += taken.crashed;
        for (const { id } of jobs) {
          const outcomes = (await scene.executions(id)).map(({ outcome }) => outcome);
          const { status, bucketId } = await scene.find(id);
          equal(bucketId, null);
          equal(outcomes, status === "Succeeded" ? ["succeeded"] : ["crashed"]);
        }
      }
      equal(applied + crashed, ROUNDS * 30);
      equal(await countOf(other, "Succeeded"), applied);
    },
  },
  {
    name: "jobs.reclaim moves each job once when two masters reclaim one bucket at the same time",
    async run(master, { another }) {
      const other = await another();
      const scene = await Scene.open(master);
      await place(scene, 40, true);
      const proof = scene.proof(await scene.loseBucket());

      const calls = Array.from({ length: CALLS * 2 }, (_, i) => {
        const side = i % 2 === 0 ? master : other;
        return side.jobs.reclaim({ ...proof, nowMs: NOW_MS, limit: 30, error: ERROR });
      });
      const answers = await Promise.all(calls) as { moved: number; crashed: number }[];

      equal(answers.reduce((sum, { moved }) => sum + moved, 0), 40);
      equal(answers.reduce((sum, each) => sum + each.crashed, 0), 40);
      for (const job of await stored(master)) {
        equal([job.status, job.crashes], ["HeldOnMaster", 1]);
        equal((await scene.executions(job.id)).length, 1);
      }
    },
  },
  {
    name: "jobs.change cancel and jobs.claim agree when they meet: cancelled, or granted and asked",
    async run(master, { another }) {
      const other = await another();
      const scene = await Scene.open(master);
      const jobs = await place(scene, 30);

      const claims = parts(jobs, CALLS).map((mine) => {
        const items = mine.map(({ id, revision }) => ({ jobId: id, revision }));
        return master.jobs.claim({ ...scene.proof(), items });
      });
      const cancels = jobs.toReversed().map(({ id: jobId }) =>
        other.jobs.change({ clusterId: "c-1", jobId, nowMs: NOW_MS, change: { type: "cancel" } })
          .then(({ outcome }) => [jobId, outcome] as const)
      );
      const granted = (await Promise.all(claims)).flat() as { jobId: string }[];
      const outcomes = new Map(await Promise.all(cancels));

      for (const job of await stored(master)) {
        const isGranted = granted.some(({ jobId }) => jobId === job.id);
        equal(
          [job.status, job.attempts, job.cancelRequestedAtMs, outcomes.get(job.id)],
          isGranted ? ["Queued", 1, NOW_MS, "requested"] : ["Cancelled", 0, null, "changed"],
        );
      }
    },
  },
  {
    name: "buckets.step is taken once when two masters take it at the same time",
    async run(master, { another }) {
      const other = await another();
      const scene = await Scene.open(master);
      const step = { ...scene.proof(), from: "Active", to: "Lost", nowMs: AT_MS } as const;

      const answers = await Promise.all(
        Array.from(
          { length: CALLS * 2 },
          (_, i) => (i % 2 === 0 ? master : other).buckets.step(step),
        ),
      );

      equal(answers.filter((answer) => answer === "not_owner").length, CALLS * 2 - 1);
      equal((await master.buckets.find(scene.proof()))!.epoch, 2);
    },
  },
  {
    name: "buckets.remove removes no bucket that gets a job at the same time",
    async run(master, { another }) {
      const other = await another();
      const scene = await Scene.open(master);
      for (let round = 0; round < ROUNDS; round++) {
        const bucket = await scene.makeBucket({ id: `r-${round}` });
        const inserts = Array.from(
          { length: CALLS },
          (_, i) => placeIn(scene, bucket, { first: 100 * round + i + 1, count: 1 }),
        );
        await walk(other, scene, { bucket, status: "ReadyToDelete" });
        const removed = await other.buckets.remove(scene.proof(bucket));
        const jobs = (await Promise.all(inserts)).flat();

        const found = await other.buckets.find(scene.proof(bucket));
        equal(found === null, removed === "removed");
        for (const { id } of jobs) {
          const { bucketId } = await scene.find(id);
          ok(bucketId === null || found !== null, `job ${id} is in a bucket that is gone`);
        }
      }
    },
  },
  {
    name: "schedules.plan applies one of two plans of a schedule when they meet",
    async run(master, { another }) {
      const other = await another();
      const scene = await ScheduleScene.open(master);
      const { lease } = scene.scene;
      const ids = Array.from({ length: 10 }, (_, i) => `s-${i}`);
      const schedules = (await scene.insert(...ids.map((id) => ({ id })))).map((each) =>
        each.schedule
      );

      const calls = rotations(schedules, CALLS * 2).map((mine, i) => {
        const plans = mine.map((schedule, k) => {
          const id = jobId(1 + i * ids.length + k);
          return aPlan(schedule, { jobs: [anOccurrence(schedule, AT_MS + HOUR_MS, { id })] });
        });
        const side = i % 2 === 0 ? master : other;
        return side.schedules.plan({ clusterId: "c-1", lease, nowMs: NOW_MS, plans });
      });
      const answers = await Promise.all(calls);

      const planned = answers.flatMap((answer) => answer === "lease_lost" ? [] : answer.planned);
      equal(planned.toSorted(), ids);
      equal((await stored(master)).map((job) => job.scheduleId).toSorted(), ids);
    },
  },
  {
    name: "schedules.insert stores a schedule once when two masters insert it at the same time",
    async run(master, { another }) {
      const other = await another();
      const scene = await ScheduleScene.open(master);
      const second = new ScheduleScene(other, scene.scene);
      const ids = Array.from({ length: 10 }, (_, i) => `s-${i}`);

      const inserts = rotations(ids, CALLS * 2).map((mine, i) =>
        (i % 2 === 0 ? scene : second).insert(...mine.map((id) => ({ id, data: `${i}` })))
      );
      const answers = (await Promise.all(inserts)).flat();

      const made = answers.filter(({ created }) => created);
      equal(made.map(({ schedule }) => schedule.id).toSorted(), ids);
      for (const { schedule } of answers) equal(schedule, await scene.find(schedule.id));
    },
  },
  {
    name: "workers.acquireLease grants a free lease to one when two masters ask at the same time",
    async run(master, { another }) {
      const other = await another();
      await Scene.open(master);
      let last = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const name = "turn";
        const asked = Array.from({ length: CALLS * 2 }, (_, i) => {
          const holder = `h-${i}`;
          return (i % 2 === 0 ? master : other).workers
            .acquireLease({ clusterId: "c-1", name, holder, leaseMs: LONG_LEASE_MS })
            .then((granted) => granted === null ? [] : [{ name, holder, term: granted.term }]);
        });
        const leases = (await Promise.all(asked)).flat();

        equal(leases.length, 1);
        ok(leases[0]!.term > last);
        last = leases[0]!.term;
        await other.workers.releaseLease({ clusterId: "c-1", lease: leases[0]! });
      }
    },
  },
  {
    name: "workers.register makes a life each when two masters register a worker at the same time",
    async run(master, { another }) {
      const other = await another();
      await Scene.open(master);

      const lives = await Promise.all(
        Array.from(
          { length: CALLS * 2 },
          (_, i) =>
            (i % 2 === 0 ? master : other).workers.register({
              worker: aWorker({ id: "w-2" }),
              leaseMs: LONG_LEASE_MS,
            }),
        ),
      );

      const incarnations = new Set(lives.map(({ incarnation }) => incarnation));
      equal(incarnations.size, CALLS * 2);
      const now = await master.workers.find({ clusterId: "c-1", workerId: "w-2" });
      equal(now!.incarnation, Math.max(...incarnations));
    },
  },
  {
    name: "clusters.ensure makes a cluster once when two masters do at the same time",
    async run(master, { another }) {
      const other = await another();
      const clusters = await Promise.all(
        Array.from({ length: CALLS * 2 }, (_, i) =>
          (i % 2 === 0 ? master : other).clusters.ensure({
            clusterId: "c-1",
            settings: settings(),
            nowMs: AT_MS + i,
          })),
      );

      const now = await master.clusters.find({ clusterId: "c-1" });
      for (const cluster of clusters) equal(cluster, now);
    },
  },
  {
    name: "clusters.update lets one of two changes of a version win when they meet",
    async run(master, { another }) {
      const other = await another();
      await Scene.open(master);
      const { version } = (await master.clusters.find({ clusterId: "c-1" }))!;

      const answers = await Promise.all(
        Array.from({ length: CALLS * 2 }, (_, i) =>
          (i % 2 === 0 ? master : other).clusters.update({
            ...{ clusterId: "c-1", version, nowMs: AT_MS },
            settings: settings({ retentionMs: HOUR_MS + i }),
          })),
      );

      const won = answers.filter((answer) => answer !== "conflict");
      equal(won.length, 1);
      equal(await master.clusters.find({ clusterId: "c-1" }), won[0]);
    },
  },
  {
    name: "history.purgeJobs deletes each job once when two masters purge at the same time",
    async run(master, { another }) {
      const other = await another();
      const scene = await Scene.open(master);
      const jobs = await place(scene, 40, true);
      const settlements = jobs.map((job) => aSettlement(job));
      await master.jobs.settle({ clusterId: "c-1", settlements });
      const purge = { clusterId: "c-1", finishedBeforeMs: AT_MS + HOUR_MS, limit: 15 };

      const deleted = await Promise.all(
        Array.from(
          { length: CALLS * 2 },
          (_, i) => (i % 2 === 0 ? master : other).history.purgeJobs(purge),
        ),
      );
      let sum = deleted.reduce((a, b) => a + b, 0);
      for (let more = 1; more > 0; sum += more) more = await other.history.purgeJobs(purge);

      equal([sum, await stored(master), await countOf(master, "Succeeded")], [40, [], 0]);
    },
  },
  {
    name: "history.appendLogs keeps all entries when two masters append at the same time",
    async run(master, { another }) {
      const other = await another();
      await Scene.open(master);

      await Promise.all(
        Array.from({ length: CALLS * 2 }, (_, i) => {
          const entries = [1, 2, 3].map((k) => aLogEntry({ id: logId(3 * i + k) }));
          return (i % 2 === 0 ? master : other).history.appendLogs({ clusterId: "c-1", entries });
        }),
      );

      const count = await other.history.countLogs({ clusterId: "c-1", filter: {} });
      equal(count, CALLS * 2 * 3);
    },
  },
  {
    name: "watch wakes when another master changed something, if wakeups are pushed",
    async run(master, { another }) {
      const other = await another();
      const scene = await Scene.open(master);
      let calls = 0;
      using _watch = other.watch(() => calls++);
      const pushes = master.capabilities.wakeups === "push";

      for (let number = 1; number <= 3; number++) {
        const before = calls;
        await scene.held({ id: jobId(number) });
        if (pushes) await eventually("the other master to be woken", () => calls > before);
      }

      if (!pushes) equal(calls, 0);
    },
  },
];

/** What a race against a step of a bucket is about. */
interface RaceScene {
  readonly bucketId: string;
  readonly epoch: number;
  readonly proof: ReturnType<Scene["proof"]>;
  readonly unclaimed: readonly Job[];
  readonly claimed: readonly Job[];
}

/** Starts calls under an epoch, moves the epoch meanwhile: from then on nothing may change any more. */
async function afterStep(
  master: Master,
  another: () => Promise<Master>,
  start: (side: Master, scene: RaceScene, round: number) => readonly Promise<unknown>[],
): Promise<void> {
  const other = await another();
  const scene = await Scene.open(master);
  for (let round = 0; round < ROUNDS; round++) {
    const bucket = await scene.makeBucket({ id: `r-${round}` });
    const first = 40 * round + 1;
    const unclaimed = await placeIn(scene, bucket, { first, count: 20 });
    const claimed = await placeIn(scene, bucket, { first: first + 20, count: 20, claim: true });
    const proof = scene.proof(bucket);
    const race = { bucketId: bucket.id, epoch: bucket.epoch, proof, unclaimed, claimed };
    const calls = start(master, race, round).map((call) => call.catch((error) => error));
    await headStart(other, round);
    const moved = round % 2 === 0
      ? await other.buckets.step({ ...proof, from: "Active", to: "Lost", nowMs: AT_MS })
      : await other.buckets.renewEpoch({
        ...proof,
        workerId: scene.worker.id,
        incarnation: scene.worker.incarnation,
      });
    const before = await inBucket(other, bucket.id);
    const answers = await Promise.all(calls);

    for (const answer of answers) ok(!(answer instanceof Error), String(answer));
    equal((moved as Bucket).epoch, bucket.epoch + 1);
    equal(await inBucket(other, bucket.id), before);
  }
}

/** Lets the calls of the other side come further in some rounds than in others. */
async function headStart(master: Master, round: number): Promise<void> {
  for (let step = 0; step < round % 5; step++) await master.clusters.health();
}

/** Jobs that are in the bucket, by id. */
async function inBucket(master: Master, bucketId: string): Promise<readonly Job[]> {
  return (await stored(master)).filter((job) => job.bucketId === bucketId);
}

/** Every job of the cluster, by id. */
async function stored(master: Master): Promise<readonly Job[]> {
  const all: Job[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Master["queries"]["list"]>> = await master.queries.list({
      ...{ clusterId: "c-1", filter: {}, cursor, limit: 100 },
      sort: { by: "createdAt", direction: "asc" },
    });
    all.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return all.toSorted((a, b) => a.id < b.id ? -1 : 1);
}

/** How many jobs are in a final status, by the master's statistics. */
async function countOf(master: Master, status: "Succeeded"): Promise<number> {
  const window = { clusterId: "c-1", sinceMs: 0, nowMs: NOW_MS };
  return (await master.queries.statistics(window)).counts[status];
}

function given(count: number): readonly Partial<NewJob>[] {
  return Array.from({ length: count }, (_, i) => ({ id: jobId(i + 1) }));
}

/** Stores jobs in the scene's bucket. */
function place(scene: Scene, count: number, claim = false): Promise<readonly Job[]> {
  return placeIn(scene, scene.bucket, { first: 1, count, claim });
}

async function placeIn(
  scene: Scene,
  { id: bucketId, epoch }: Bucket,
  { first, count, claim = false }: {
    readonly first: number;
    readonly count: number;
    readonly claim?: boolean;
  },
): Promise<readonly Job[]> {
  const jobs = Array.from({ length: count }, (_, i) => ({
    id: jobId(first + i),
    placement: { bucketId, epoch, claim },
  }));
  return (await scene.insert(...jobs)).map(({ job }) => job);
}

async function insertBy(master: Master, jobs: readonly NewJob[]) {
  const result = await master.jobs.insert({ clusterId: "c-1", jobs });
  return result.outcome === "accepted" ? result.jobs : [];
}

/** The same items `count` times, each time beginning elsewhere, every other time backwards. */
function rotations<T>(items: readonly T[], count: number): readonly (readonly T[])[] {
  return Array.from({ length: count }, (_, i) => {
    const at = Math.floor(items.length / count) * i;
    const turned = [...items.slice(at), ...items.slice(0, at)];
    return i % 2 === 0 ? turned : turned.toReversed();
  });
}

/** The items in `count` parts. */
function parts<T>(items: readonly T[], count: number): readonly (readonly T[])[] {
  return Array.from({ length: count }, (_, i) => items.filter((_, k) => k % count === i));
}

/** Takes the bucket from its owner and all jobs out of it. */
async function reclaimAll(master: Master, scene: Scene, bucket: Bucket) {
  const { clusterId } = scene;
  const lost = await master.buckets.step({
    ...scene.proof(bucket),
    ...{ from: "Active", to: "Lost", nowMs: AT_MS },
  }) as Bucket;
  const proof = { clusterId, bucketId: lost.id, epoch: lost.epoch };
  return await master.jobs.reclaim({ ...proof, nowMs: NOW_MS, limit: 100, error: ERROR }) as {
    readonly moved: number;
    readonly crashed: number;
  };
}
