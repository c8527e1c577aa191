/**
 * Random calls that read jobs, executions and logs, or delete what is old.
 *
 * @module
 */

import fc from "fast-check";
import {
  JOB_SORT_FIELDS,
  type JobFilter,
  type LogFilter,
  METADATA_OPERATIONS,
  type MetadataCondition,
} from "../../core/filter.ts";
import { CLAIMED_STATUSES, JOB_STATUSES } from "../../core/job.ts";
import { LOG_LEVELS } from "../../core/log.ts";
import type { Page } from "../../storage/port.ts";
import { aLogEntry, jobId, logId } from "../support/factories.ts";
import { cluster, instant, oneOf, type Operation, operation, POOL, target } from "./model_world.ts";

const job = oneOf(POOL.jobs);
const limit = fc.integer({ min: 1, max: 4 });

const condition: fc.Arbitrary<MetadataCondition> = fc.record({
  key: fc.constantFrom("v", `k."'`),
  operation: fc.constantFrom(...METADATA_OPERATIONS),
  values: fc.array(fc.constantFrom(1, "1", true, "a", -1.5, 2.5), { minLength: 1, maxLength: 3 }),
}).map(({ operation, values, key }) => {
  const takesText = ["Contains", "StartsWith", "EndsWith"].includes(operation);
  if (operation === "In") return { key, operation, values };
  return { key, operation, values: [takesText ? String(values[0]) : values[0]!] };
});

/** A filter with each of its parts or without. */
function parts<T extends object>(each: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(each, { requiredKeys: [] }) as fc.Arbitrary<T>;
}

const jobFilter: fc.Arbitrary<JobFilter> = fc.oneof(
  fc.constant({}),
  parts<Pick<JobFilter, "statuses" | "lane" | "metadata">>({
    statuses: fc.subarray([...JOB_STATUSES]),
    lane: fc.constantFrom("", "slow"),
    metadata: fc.array(condition, { maxLength: 2 }),
  }),
  parts<Required<JobFilter>>({
    statuses: fc.subarray([...JOB_STATUSES]),
    definitionId: fc.constantFrom("d-0", "d-1"),
    lane: fc.constantFrom("", "slow"),
    priority: fc.constantFrom("Medium", "High"),
    bucketId: fc.constantFrom("b-0", "b-1"),
    workerId: fc.constantFrom("w-0", "w-1"),
    scheduleId: fc.constant("s-0"),
    uniqueKey: fc.constantFrom("k-0", "k-1"),
    scheduledFromMs: instant,
    scheduledToMs: instant,
    createdFromMs: instant,
    createdToMs: instant,
    metadata: fc.array(condition, { maxLength: 2 }),
    errorText: fc.constantFrom("FAILED", "TYPEerror", "cancelled"),
  }),
);

const sort = fc.record({
  by: fc.constantFrom(...JOB_SORT_FIELDS),
  direction: fc.constantFrom("asc", "desc"),
});

const list = operation(
  "queries.list and count",
  fc.record({ cluster, filter: jobFilter, sort, limit }),
  async ({ cluster, ...request }, side) => {
    const clusterId = side.cluster(cluster);
    const pages = await readPages((cursor) =>
      side.master.queries.list({ clusterId, ...request, cursor })
    );
    const { filter } = request;
    return { pages, count: await side.master.queries.count({ clusterId, filter }) };
  },
);

const find = operation(
  "queries.find and listExecutions",
  fc.record({ cluster, job: target, limit }),
  async (args, side, facts) => {
    const clusterId = side.cluster(args.cluster);
    const one = { clusterId, jobId: facts.jobFor(clusterId, args.job, JOB_STATUSES) };
    const executions = await side.master.history.listExecutions({ ...one, limit: args.limit });
    return { job: await side.master.queries.find(one), executions };
  },
);

const listClaimed = operation(
  "queries.listClaimed",
  fc.record({ cluster, bucket: target, cancelRequestedOnly: fc.boolean(), limit }),
  ({ cluster, bucket, ...request }, side, facts) => {
    const clusterId = side.cluster(cluster);
    const bucketId = facts.bucketWith(clusterId, bucket, CLAIMED_STATUSES);
    return side.master.queries.listClaimed({ clusterId, bucketId, ...request });
  },
);

const statistics = operation(
  "queries.statistics",
  fc.record({ cluster, sinceMs: instant }),
  ({ cluster, sinceMs }, side) =>
    side.master.queries.statistics({ clusterId: side.cluster(cluster), sinceMs, nowMs: 9 }),
);

const entry = fc.record({
  log: oneOf(POOL.logs),
  level: fc.constantFrom(...LOG_LEVELS),
  message: fc.constantFrom("Sent", "SENT 100%", "lost"),
  job,
  subjectType: fc.constantFrom("Job", "Worker"),
  attempt: fc.option(fc.nat({ max: 2 })),
  written: instant,
});

const appendLogs = operation(
  "history.appendLogs",
  fc.record({ cluster, entries: fc.array(entry, { maxLength: 4 }) }),
  ({ cluster, entries }, side) =>
    side.master.history.appendLogs({
      clusterId: side.cluster(cluster),
      entries: entries.map(({ log, job, written, ...given }) =>
        aLogEntry({ ...given, id: logId(log), subjectId: jobId(job), writtenAtMs: written })
      ),
    }),
);

const logFilter: fc.Arbitrary<LogFilter> = parts<Required<LogFilter>>({
  level: fc.constantFrom(...LOG_LEVELS),
  subjectType: fc.constantFrom("Job", "Worker"),
  subjectId: job.map(jobId),
  attempt: fc.nat({ max: 2 }),
  fromMs: instant,
  toMs: instant,
  keyword: fc.constantFrom("sent", "0%", "O"),
});

const listLogs = operation(
  "history.listLogs, countLogs and findLog",
  fc.record({
    cluster,
    filter: fc.oneof(fc.constant({}), logFilter),
    oldestFirst: fc.boolean(),
    limit,
    log: oneOf(POOL.logs),
  }),
  async ({ cluster, log, ...request }, side) => {
    const clusterId = side.cluster(cluster);
    const { history } = side.master;
    const pages = await readPages((cursor) => history.listLogs({ clusterId, ...request, cursor }));
    const count = await history.countLogs({ clusterId, filter: request.filter });
    return { pages, count, found: await history.findLog({ clusterId, logId: logId(log) }) };
  },
);

const purge = operation(
  "history.purgeJobs and purgeLogs",
  fc.record({ cluster, cut: instant, limit }),
  async ({ cluster, cut, limit }, side) => {
    const clusterId = side.cluster(cluster);
    const { history } = side.master;
    return [
      await history.purgeJobs({ clusterId, finishedBeforeMs: cut, limit }),
      await history.purgeLogs({ clusterId, writtenBeforeMs: cut, limit }),
    ];
  },
);

/** Reads every page; a list that does not end is cut off. */
export async function readPages<T>(
  read: (cursor: string | null) => Promise<Page<T>>,
): Promise<readonly (readonly T[])[]> {
  const pages: (readonly T[])[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<T> = await read(cursor);
    pages.push(page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && pages.length < 100);
  return pages;
}

/** Every call that reads jobs and history, with how often it is made. */
export const readOperations: readonly fc.WeightedArbitrary<Operation>[] = [
  { weight: 8, arbitrary: list },
  { weight: 3, arbitrary: find },
  { weight: 3, arbitrary: listClaimed },
  { weight: 3, arbitrary: statistics },
  { weight: 5, arbitrary: appendLogs },
  { weight: 5, arbitrary: listLogs },
  { weight: 1, arbitrary: purge },
];
