/**
 * Random calls that grant, follow and end attempts.
 *
 * @module
 */

import fc from "fast-check";
import {
  CLAIMED_STATUSES,
  FINAL_STATUSES,
  JOB_STATUSES,
  type JobStatus,
  type OutcomeKind,
} from "../../core/job.ts";
import type { JobId } from "../../core/ids.ts";
import type { BucketProof, JobChange, RanJob, Settlement } from "../../storage/port.ts";
import { aFailure, jobId, newJob } from "../support/factories.ts";
import {
  cluster,
  type Facts,
  instant,
  offset,
  oneOf,
  type Operation,
  operation,
  POOL,
  type Target,
  target,
} from "./model_world.ts";

const UNCLAIMED: readonly JobStatus[] = ["AssignedToBucket", "Onboarded"];
const PLACED: readonly JobStatus[] = [...UNCLAIMED, ...CLAIMED_STATUSES];

const limit = fc.integer({ min: 1, max: 4 });
const progress = fc.constantFrom(null, { percent: 50, note: "half" }, { percent: 0, note: null });

function proofFor(
  facts: Facts,
  clusterId: string,
  { bucket, off, statuses }: {
    readonly bucket: Target;
    readonly off: number;
    readonly statuses: readonly JobStatus[];
  },
): BucketProof {
  return facts.proof(clusterId, facts.bucketWith(clusterId, bucket, statuses), off);
}

const fetch = operation(
  "jobs.fetch",
  fc.record({ cluster, bucket: target, off: offset, due: instant, limit }),
  (args, side, facts) =>
    side.master.jobs.fetch({
      ...proofFor(facts, side.cluster(args.cluster), { ...args, statuses: UNCLAIMED }),
      dueBeforeMs: args.due,
      limit: args.limit,
    }),
);

const claim = operation(
  "jobs.claim",
  fc.record({
    cluster,
    bucket: target,
    off: offset,
    items: fc.array(fc.record({ job: target, off: offset }), { minLength: 1, maxLength: 6 }),
  }),
  async (args, side, facts) => {
    const clusterId = side.cluster(args.cluster);
    const items = args.items.map((item) => {
      const jobId = facts.jobFor(clusterId, item.job, UNCLAIMED);
      return { jobId, revision: (facts.job(clusterId, jobId)?.revision ?? 0) + item.off };
    });
    const proof = proofFor(facts, clusterId, { ...args, statuses: UNCLAIMED });
    const granted = await side.master.jobs.claim({ ...proof, items });
    if (typeof granted === "string") return granted;
    return granted.toSorted((a, b) => a.jobId < b.jobId ? -1 : 1);
  },
);

const mark = operation(
  "jobs.mark",
  fc.record({
    cluster,
    bucket: target,
    off: offset,
    marks: fc.array(
      fc.record({
        job: target,
        status: fc.constantFrom("Onboarded", "Processing"),
        off: offset,
        started: fc.option(instant),
        progress,
      }),
      { minLength: 1, maxLength: 5 },
    ),
  }),
  (args, side, facts) => {
    const clusterId = side.cluster(args.cluster);
    const marks = args.marks.map(({ job, status, off, started, progress }) => {
      const runs = status === "Processing";
      const statuses = runs ? CLAIMED_STATUSES : UNCLAIMED;
      const jobId = facts.jobFor(clusterId, job, statuses);
      const known = facts.job(clusterId, jobId);
      const fence = (runs ? known?.attempts : known?.revision) ?? 0;
      return {
        jobId,
        status,
        fence: fence + off,
        startedAtMs: runs ? started : null,
        progress: runs ? progress : null,
      };
    });
    const proof = proofFor(facts, clusterId, { ...args, statuses: PLACED });
    return side.master.jobs.mark({ ...proof, marks });
  },
);

const FAILURES: readonly OutcomeKind[] = [
  "failed",
  "timed_out",
  "cancelled",
  "crashed",
  "interrupted",
];

const end = fc.oneof(
  fc.constant({ outcome: "succeeded", next: { status: "Succeeded" } } as const),
  fc.record({
    outcome: fc.constantFrom(...FAILURES),
    next: fc.oneof(
      fc.constantFrom(...FINAL_STATUSES.filter((status) => status !== "Succeeded")).map(
        (status) => ({ status }),
      ),
      instant.map((scheduledAtMs) => ({ status: "HeldOnMaster" as const, scheduledAtMs })),
    ),
  }),
);

const settlement = fc.record({
  job: target,
  epochOff: offset,
  attemptOff: offset,
  end,
  started: instant,
  finished: instant,
  hasError: fc.boolean(),
  progress,
});

interface Ending {
  readonly jobId: JobId;
  readonly attempt: number;
  readonly end: Pick<Settlement, "outcome" | "next">;
  readonly started: number;
  readonly finished: number;
  readonly hasError: boolean;
  readonly progress: Settlement["progress"];
}

function settlementFor(proof: BucketProof, item: Ending): Settlement {
  const { jobId, attempt, end: { outcome, next } } = item;
  const succeeded = outcome === "succeeded";
  const fails = !succeeded && outcome !== "interrupted" && item.hasError;
  return {
    ...{ bucketId: proof.bucketId, epoch: proof.epoch, jobId, attempt, outcome, next },
    ...{ workerId: "w-1", progress: item.progress },
    startedAtMs: item.started,
    finishedAtMs: item.finished,
    result: succeeded ? "[1]" : null,
    error: fails ? aFailure({ message: outcome }) : null,
  };
}

const settle = operation(
  "jobs.settle",
  fc.record({ cluster, items: fc.array(settlement, { minLength: 1, maxLength: 4 }) }),
  async (args, side, facts) => {
    const clusterId = side.cluster(args.cluster);
    const settlements = args.items.map(({ end, ...item }): Settlement => {
      const jobId = facts.jobFor(clusterId, item.job, CLAIMED_STATUSES);
      const known = facts.job(clusterId, jobId);
      const proof = facts.proof(clusterId, known?.bucketId ?? "b-0", item.epochOff);
      const attempt = (known?.attempts ?? 0) + item.attemptOff;
      return settlementFor(proof, { jobId, attempt, ...item, end });
    });
    const { applied, stale } = await side.master.jobs.settle({ clusterId, settlements });
    const byJob = applied.toSorted((a, b) => a.jobId < b.jobId ? -1 : 1);
    return { applied: byJob, stale: stale.toSorted() };
  },
);

const ranJob = fc.record({
  job: oneOf(POOL.jobs),
  key: fc.constantFrom(null, null, "k-0", "k-1"),
  bucket: target,
  epochOff: offset,
  end,
  due: instant,
  started: instant,
  finished: instant,
  hasError: fc.boolean(),
  progress,
});

const record = operation(
  "jobs.record",
  fc.record({ cluster, items: fc.array(ranJob, { minLength: 1, maxLength: 3 }) }),
  (args, side, facts) => {
    const clusterId = side.cluster(args.cluster);
    const jobs = args.items.map(({ end, ...item }): RanJob => {
      const id = jobId(item.job);
      const bucketId = facts.bucketFor(clusterId, item.bucket, ["Active"]);
      const proof = facts.proof(clusterId, bucketId, item.epochOff);
      const job = newJob({ id, clusterId, uniqueKey: item.key, scheduledAtMs: item.due });
      const known = { jobId: id, attempt: 1 };
      return { job, settlement: settlementFor(proof, { ...known, ...item, end }) };
    });
    return side.master.jobs.record({ clusterId, jobs });
  },
);

const release = operation(
  "jobs.release",
  fc.record({ cluster, bucket: target, off: offset, jobs: fc.array(target, { maxLength: 4 }) }),
  (args, side, facts) => {
    const clusterId = side.cluster(args.cluster);
    const jobIds = args.jobs.map((job) => facts.jobFor(clusterId, job, UNCLAIMED));
    const proof = proofFor(facts, clusterId, { ...args, statuses: UNCLAIMED });
    return side.master.jobs.release({ ...proof, jobIds });
  },
);

const reclaim = operation(
  "jobs.reclaim",
  fc.record({ cluster, bucket: target, off: offset, now: instant, limit }),
  (args, side, facts) =>
    side.master.jobs.reclaim({
      ...proofFor(facts, side.cluster(args.cluster), { ...args, statuses: PLACED }),
      nowMs: args.now,
      limit: args.limit,
      error: aFailure({ code: "crashed", cause: null }),
    }),
);

const change = operation(
  "jobs.change",
  fc.record({
    cluster,
    job: target,
    now: instant,
    type: fc.constantFrom("cancel", "cancel", "reschedule", "retry", "remove"),
    due: instant,
  }),
  (args, side, facts) => {
    const clusterId = side.cluster(args.cluster);
    const { type, due: scheduledAtMs } = args;
    const change: JobChange = type === "reschedule" || type === "retry"
      ? { type, scheduledAtMs }
      : { type };
    return side.master.jobs.change({
      clusterId,
      jobId: facts.jobFor(clusterId, args.job, JOB_STATUSES),
      nowMs: args.now,
      change,
    });
  },
);

/** Calls about attempts, with how often they are made. */
export const attemptOperations: readonly fc.WeightedArbitrary<Operation>[] = [
  { weight: 4, arbitrary: fetch },
  { weight: 16, arbitrary: claim },
  { weight: 14, arbitrary: mark },
  { weight: 18, arbitrary: settle },
  { weight: 8, arbitrary: record },
  { weight: 4, arbitrary: release },
  { weight: 5, arbitrary: reclaim },
  { weight: 14, arbitrary: change },
];
