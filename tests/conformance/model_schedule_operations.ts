/**
 * Random calls about recurring schedules and their occurrences.
 *
 * @module
 */

import fc from "fast-check";
import {
  OVERLAP_POLICIES,
  type Schedule,
  SCHEDULE_STATUSES,
  SCHEDULE_TYPES,
  type ScheduleFilter,
} from "../../core/schedule.ts";
import type { OccurrenceJob } from "../../storage/port.ts";
import { aFailure, anOccurrence, aPlan, aSchedule, jobId } from "../support/factories.ts";
import { placeFor, placement } from "./model_intake_operations.ts";
import { readPages } from "./model_read_operations.ts";
import {
  cluster,
  type Facts,
  instant,
  offset,
  oneOf,
  type Operation,
  operation,
  POOL,
  target,
} from "./model_world.ts";

const limit = fc.integer({ min: 1, max: 4 });
const schedule = oneOf(POOL.schedules);
const maybe = fc.option(instant);
const status = fc.constantFrom(...SCHEDULE_STATUSES, "Active", "Active", "Active");
const error = fc.constantFrom(null, null, aFailure({ cause: null }));

/** What changes of a schedule's state. */
const state = fc.record({
  status,
  cursorAtMs: instant,
  checkpointAtMs: instant,
  nextAtMs: maybe,
  planAtMs: fc.option(instant, { freq: 9 }),
  terminatedAtMs: maybe,
  error,
});

const given = fc.record({
  type: fc.constantFrom(...SCHEDULE_TYPES),
  overlap: fc.constantFrom(...OVERLAP_POLICIES),
  definitionId: fc.constantFrom("d-0", "d-1"),
  profileId: fc.constantFrom(null, "p-0", "p-1"),
  ensuredAtMs: maybe,
  idleAtMs: fc.constantFrom(null, null, 3),
  createdAtMs: instant,
});

const insert = operation(
  "schedules.insert",
  fc.record({
    cluster,
    schedules: fc.array(fc.record({ schedule, given, state }), { minLength: 1, maxLength: 3 }),
  }),
  ({ cluster, schedules }, side) => {
    const clusterId = side.cluster(cluster);
    return side.master.schedules.insert({
      clusterId,
      schedules: schedules.map(({ schedule, given, state }) =>
        aSchedule({ ...given, ...state, id: `s-${schedule}`, clusterId })
      ),
    });
  },
);

const occurrence = fc.record({
  job: oneOf(POOL.jobs),
  at: instant,
  key: fc.constantFrom(null, null, null, "k-0"),
  skipped: fc.constantFrom(null, null, aFailure({ code: "occurrence_skipped", cause: null })),
  placement,
  numbered: fc.constantFrom(true, true, true, false),
});

type Occurrence = typeof occurrence extends fc.Arbitrary<infer T> ? T : never;

function jobOf(
  facts: Facts,
  schedule: Schedule,
  { job, at, key, skipped, placement: place, numbered }: Occurrence,
): OccurrenceJob {
  const { clusterId } = schedule;
  return anOccurrence(schedule, at, {
    id: jobId(job),
    clusterId,
    occurrenceAtMs: numbered ? at : null,
    createdAtMs: at,
    uniqueKey: key,
    skipped,
    placement: place === null ? null : { ...placeFor(facts, clusterId, place), claim: place.claim },
  });
}

/** The schedule as it is stored, or one that is not. */
function read(facts: Facts, clusterId: string, id: string): Schedule {
  return facts.schedule(clusterId, id) ?? aSchedule({ id, clusterId });
}

const update = operation(
  "schedules.update",
  fc.record({
    cluster,
    schedule: target,
    off: offset,
    given,
    state,
    waiting: fc.constantFrom("keep", "withdraw", "withdraw", "cancel"),
    job: fc.option(occurrence, { freq: 2 }),
    alone: fc.boolean(),
    nowMs: instant,
  }),
  (args, side, facts) => {
    const clusterId = side.cluster(args.cluster);
    const stored = read(facts, clusterId, facts.scheduleFor(clusterId, args.schedule));
    const { given, state, waiting, alone, nowMs } = args;
    const job = args.job === null ? null : withoutSkipped(jobOf(facts, stored, args.job));
    return side.master.schedules.update({
      clusterId,
      schedule: { ...stored, ...given, ...state, revision: stored.revision + args.off },
      ...{ waiting, alone, nowMs, job },
    });
  },
);

function withoutSkipped({ skipped: _, ...job }: OccurrenceJob) {
  return job;
}

const plan = operation(
  "schedules.plan",
  fc.record({
    cluster,
    back: fc.constantFrom(0, 0, 0, 0, 1),
    nowMs: instant,
    plans: fc.array(
      fc.record({
        schedule: target,
        off: offset,
        state,
        skipped: fc.nat({ max: 2 }),
        jobs: fc.array(occurrence, { maxLength: 3 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  (args, side, facts) => {
    const clusterId = side.cluster(args.cluster);
    const plans = args.plans.map(({ schedule, off, state, skipped, jobs }) => {
      const stored = read(facts, clusterId, facts.scheduleFor(clusterId, schedule));
      return aPlan(stored, {
        ...{ ...state, skipped, revision: stored.revision + off },
        jobs: jobs.map((job) => jobOf(facts, stored, job)),
      });
    });
    const lease = side.lease(args.cluster, args.back);
    return side.master.schedules.plan({ clusterId, lease, nowMs: args.nowMs, plans });
  },
);

const touch = operation(
  "schedules.touch",
  fc.record({ cluster, schedules: fc.array(schedule, { maxLength: 4 }), nowMs: instant }),
  ({ cluster, schedules, nowMs }, side) =>
    side.master.schedules.touch({
      clusterId: side.cluster(cluster),
      scheduleIds: schedules.map((number) => `s-${number}`),
      nowMs,
    }),
);

const listDue = operation(
  "schedules.listDue",
  fc.record({ cluster, nowMs: instant, ensuredSinceMs: instant, limit }),
  ({ cluster, ...request }, side) =>
    side.master.schedules.listDue({ clusterId: side.cluster(cluster), ...request }),
);

const filter: fc.Arbitrary<ScheduleFilter> = fc.record({
  statuses: fc.subarray([...SCHEDULE_STATUSES]),
  type: fc.constantFrom(...SCHEDULE_TYPES),
  definitionId: fc.constantFrom("d-0", "d-1"),
  profileId: fc.constantFrom("p-0", "p-1"),
  failing: fc.boolean(),
}, { requiredKeys: [] });

const list = operation(
  "schedules.list, count and find",
  fc.record({ cluster, filter: fc.oneof(fc.constant({}), filter), limit, schedule }),
  async ({ cluster, filter, limit, schedule }, side) => {
    const clusterId = side.cluster(cluster);
    const { schedules } = side.master;
    const pages = await readPages((cursor) => schedules.list({ clusterId, filter, cursor, limit }));
    const count = await schedules.count({ clusterId, filter });
    return {
      pages,
      count,
      found: await schedules.find({ clusterId, scheduleId: `s-${schedule}` }),
    };
  },
);

const remove = operation(
  "schedules.remove",
  fc.record({ cluster, schedule: target, off: offset }),
  ({ cluster, schedule, off }, side, facts) => {
    const clusterId = side.cluster(cluster);
    const scheduleId = facts.scheduleFor(clusterId, schedule);
    const { revision } = read(facts, clusterId, scheduleId);
    return side.master.schedules.remove({ clusterId, scheduleId, revision: revision + off });
  },
);

const purge = operation(
  "history.purgeSchedules",
  fc.record({ cluster, terminatedBeforeMs: instant, limit }),
  ({ cluster, ...request }, side) =>
    side.master.history.purgeSchedules({ clusterId: side.cluster(cluster), ...request }),
);

/** Every call about schedules, with how often it is made. */
export const scheduleOperations: readonly fc.WeightedArbitrary<Operation>[] = [
  { weight: 10, arbitrary: insert },
  { weight: 10, arbitrary: update },
  { weight: 14, arbitrary: plan },
  { weight: 2, arbitrary: touch },
  { weight: 5, arbitrary: listDue },
  { weight: 3, arbitrary: list },
  { weight: 1, arbitrary: remove },
  { weight: 1, arbitrary: purge },
];
