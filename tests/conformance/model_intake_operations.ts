/**
 * Random calls that bring jobs into the master and into buckets.
 *
 * @module
 */

import fc from "fast-check";
import { jobId, newJob } from "../support/factories.ts";
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

const job = oneOf(POOL.jobs);
const limit = fc.integer({ min: 1, max: 4 });
const priority = fc.constantFrom("Medium", "High");
const lane = fc.constantFrom("", "slow");

/** The values metadata conditions meet. */
const METADATA = [
  {},
  { v: 1 },
  { v: "1" },
  { v: true },
  { v: "a", "k.\"'": 2.5 },
  { v: -1.5, "k.\"'": "b" },
] as const;

/** Where a job goes, if anywhere. */
export const placement = fc.option(
  fc.record({ bucket: target, off: offset, claim: fc.constantFrom(true, true, false) }),
);

const newJobs = fc.array(
  fc.record({
    job,
    key: fc.constantFrom(null, null, "k-0", "k-1"),
    definition: fc.constantFrom("d-0", "d-1"),
    schedule: fc.constantFrom(null, "s-0", "s-1"),
    occurrence: fc.option(instant),
    priority,
    lane,
    due: instant,
    created: instant,
    maxRetries: fc.nat({ max: 2 }),
    metadata: oneOf(METADATA.length),
    placement,
  }),
  { minLength: 1, maxLength: 3 },
);

const insert = operation(
  "jobs.insert",
  fc.record({ cluster, jobs: newJobs }),
  (args, side, facts) => {
    const clusterId = side.cluster(args.cluster);
    const jobs = args.jobs.map((each) => {
      const place = each.placement;
      return newJob({
        id: jobId(each.job),
        clusterId,
        definitionId: each.definition,
        scheduleId: each.schedule,
        occurrenceAtMs: each.occurrence,
        uniqueKey: each.key,
        priority: each.priority,
        lane: each.lane,
        scheduledAtMs: each.due,
        createdAtMs: each.created,
        maxRetries: each.maxRetries,
        metadata: METADATA[each.metadata]!,
        placement: place === null ? null : {
          ...placeFor(facts, clusterId, place),
          claim: place.claim,
        },
      });
    });
    return side.master.jobs.insert({ clusterId, jobs });
  },
);

/** The place that is meant, as it is now. */
export function placeFor(
  facts: Facts,
  clusterId: string,
  place: { readonly bucket: Target; readonly off: number },
) {
  const bucketId = facts.bucketFor(clusterId, place.bucket, ["Active"]);
  return { bucketId, epoch: facts.proof(clusterId, bucketId, place.off).epoch };
}

const listDue = operation(
  "jobs.listDue",
  fc.record({ cluster, due: instant, limit }),
  (args, side) =>
    side.master.jobs.listDue({
      clusterId: side.cluster(args.cluster),
      dueBeforeMs: args.due,
      routes: (["Medium", "High"] as const).flatMap((priority) =>
        ["slow", ""].map((lane) => ({ priority, lane, limit: args.limit }))
      ),
    }),
);

const assignment = fc.record({
  job: target,
  revisionOff: offset,
  bucket: target,
  off: offset,
});

const assign = operation(
  "jobs.assign",
  fc.record({
    cluster,
    back: fc.constantFrom(0, 0, 0, 1),
    items: fc.array(assignment, { minLength: 1, maxLength: 4 }),
  }),
  async (args, side, facts) => {
    const clusterId = side.cluster(args.cluster);
    const assignments = args.items.map((item) => {
      const jobId = facts.jobFor(clusterId, item.job, ["HeldOnMaster"]);
      const revision = (facts.job(clusterId, jobId)?.revision ?? 0) + item.revisionOff;
      return { jobId, revision, ...placeFor(facts, clusterId, item) };
    });
    const lease = side.lease(args.cluster, args.back);
    const moved = await side.master.jobs.assign({ clusterId, lease, assignments });
    return typeof moved === "string" ? moved : moved.toSorted();
  },
);

/** Calls that bring jobs in, with how often they are made. */
export const intakeOperations: readonly fc.WeightedArbitrary<Operation>[] = [
  { weight: 20, arbitrary: insert },
  { weight: 3, arbitrary: listDue },
  { weight: 16, arbitrary: assign },
];
