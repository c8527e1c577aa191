/**
 * Promises of every job filter, alone and with every other one.
 *
 * @module
 */

import { deepStrictEqual as equal } from "node:assert/strict";
import type { JobFilter } from "../../core/filter.ts";
import { type Job, JOB_STATUSES, PRIORITIES } from "../../core/job.ts";
import type { Master } from "../../storage/port.ts";
import { aFailure, AT_MS, jobId } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { STORED_STATUSES } from "./mark_cases.ts";
import { Scene } from "./scene.ts";

/** A filter, and what it promises in plain code. */
interface Sample {
  readonly filter: JobFilter;
  readonly matches: (job: Job) => boolean;
}

const errorText = (job: Job) => [job.error?.name ?? "", job.error?.message ?? ""];

/** Samples of every filter. */
const SAMPLES: Readonly<Record<keyof JobFilter, readonly Sample[]>> = {
  statuses: [
    ...STORED_STATUSES.map((status): Sample => ({
      filter: { statuses: [status] },
      matches: (job) => job.status === status,
    })),
    {
      filter: { statuses: ["Failed", "HeldOnMaster"] },
      matches: (job) => job.status === "Failed" || job.status === "HeldOnMaster",
    },
    { filter: { statuses: JOB_STATUSES }, matches: () => true },
    { filter: { statuses: [] }, matches: () => false },
  ],
  definitionId: [
    { filter: { definitionId: "mail.send" }, matches: (job) => job.definitionId === "mail.send" },
    { filter: { definitionId: "Mail.send" }, matches: () => false },
  ],
  lane: [
    { filter: { lane: "" }, matches: (job) => job.lane === "" },
    { filter: { lane: "slow" }, matches: (job) => job.lane === "slow" },
  ],
  priority: PRIORITIES.map((priority) => ({
    filter: { priority },
    matches: (job) => job.priority === priority,
  })),
  bucketId: [
    { filter: { bucketId: "b-1" }, matches: (job) => job.bucketId === "b-1" },
    { filter: { bucketId: "b-9" }, matches: () => false },
  ],
  workerId: [{ filter: { workerId: "w-1" }, matches: (job) => job.workerId === "w-1" }],
  scheduleId: [
    { filter: { scheduleId: "nightly" }, matches: (job) => job.scheduleId === "nightly" },
  ],
  uniqueKey: [{ filter: { uniqueKey: "k-3" }, matches: (job) => job.uniqueKey === "k-3" }],
  scheduledFromMs: [
    { filter: { scheduledFromMs: AT_MS + 3 }, matches: (job) => job.scheduledAtMs >= AT_MS + 3 },
  ],
  scheduledToMs: [
    { filter: { scheduledToMs: AT_MS + 3 }, matches: (job) => job.scheduledAtMs <= AT_MS + 3 },
  ],
  createdFromMs: [
    { filter: { createdFromMs: AT_MS - 2 }, matches: (job) => job.createdAtMs >= AT_MS - 2 },
  ],
  createdToMs: [
    { filter: { createdToMs: AT_MS - 2 }, matches: (job) => job.createdAtMs <= AT_MS - 2 },
  ],
  metadata: [
    {
      filter: { metadata: [{ key: "tenant", operation: "Eq", values: ["acme"] }] },
      matches: (job) => job.metadata.tenant === "acme",
    },
    {
      filter: {
        metadata: [
          { key: "tenant", operation: "Neq", values: ["acme"] },
          { key: "size", operation: "Gte", values: [2] },
        ],
      },
      matches: (job) => job.metadata.tenant !== "acme" && Number(job.metadata.size) >= 2,
    },
    { filter: { metadata: [] }, matches: () => true },
  ],
  errorText: [
    {
      filter: { errorText: "TYPEerror" },
      matches: (job) => errorText(job).some((text) => text.includes("TypeError")),
    },
    {
      filter: { errorText: "100% of É" },
      matches: (job) => errorText(job).some((text) => text.includes("100% of É")),
    },
    { filter: { errorText: "100% of é" }, matches: () => false },
    { filter: { errorText: "a_b\\c'd" }, matches: (job) => job.error?.name === "A_B\\C'D" },
    { filter: { errorText: "axb" }, matches: () => false },
    { filter: { errorText: "only in the cause" }, matches: () => false },
  ],
};

const KEYS = Object.keys(SAMPLES) as readonly (keyof JobFilter)[];

/** Promises of `JobFilter` in `queries.list` and `queries.count`. */
export const jobFilterCases: readonly MasterCase[] = [
  ...KEYS.map((key): MasterCase => ({
    name: `queries.list and count show exactly what matches ${key}`,
    async run(master) {
      const jobs = await storeVariety(master);
      for (const sample of SAMPLES[key]) await check(master, jobs, sample);
    },
  })),
  ...KEYS.map((key, index): MasterCase => ({
    name: `queries.list and count show exactly what matches ${key} with any other filter`,
    async run(master) {
      const jobs = await storeVariety(master);
      const others = KEYS.slice(index + 1).flatMap((other) => SAMPLES[other]);
      for (const first of SAMPLES[key]) {
        for (const second of others) await check(master, jobs, both(first, second));
      }
    },
  })).slice(0, -1),
  {
    name: "queries.list and count take every filter at once",
    async run(master) {
      const jobs = await storeVariety(master);
      const all = KEYS.map((key) => SAMPLES[key][0]!).reduce(both);
      await check(master, jobs, all);
      const wanted = jobs.find((job) =>
        job.status === "Queued" && job.scheduleId !== null && job.uniqueKey !== null
      )!;
      const exact: JobFilter = {
        statuses: ["Queued"],
        definitionId: wanted.definitionId,
        lane: wanted.lane,
        priority: wanted.priority,
        bucketId: "b-1",
        workerId: "w-1",
        scheduledFromMs: wanted.scheduledAtMs,
        scheduledToMs: wanted.scheduledAtMs,
        createdFromMs: wanted.createdAtMs,
        createdToMs: wanted.createdAtMs,
        uniqueKey: wanted.uniqueKey!,
        scheduleId: wanted.scheduleId!,
        metadata: [{ key: "size", operation: "Eq", values: [wanted.metadata.size!] }],
      };
      await check(master, jobs, { filter: exact, matches: (job) => job.id === wanted.id });
    },
  },
];

function both(first: Sample, second: Sample): Sample {
  return {
    filter: { ...first.filter, ...second.filter },
    matches: (job) => first.matches(job) && second.matches(job),
  };
}

async function check(master: Master, jobs: readonly Job[], sample: Sample): Promise<void> {
  const { filter, matches } = sample;
  const sort = { by: "createdAt", direction: "asc" } as const;
  const request = { clusterId: "c-1", filter, sort, cursor: null, limit: jobs.length + 1 };

  const { items } = await master.queries.list(request);
  const count = await master.queries.count({ clusterId: "c-1", filter });

  const wanted = jobs.filter(matches);
  const what = JSON.stringify(filter);
  const ids = items.map(({ id }) => id).toSorted();
  equal([what, ids, count], [what, wanted.map(({ id }) => id), wanted.length]);
}

const ERRORS = [
  aFailure(),
  aFailure({ name: "Error", message: "Done 100% of É" }),
  aFailure({
    name: "A_B\\C'D",
    message: "",
    cause: aFailure({ message: "only in the cause", cause: null }),
  }),
];

/** Forty jobs, by id: every status, and every other field in several values. */
async function storeVariety(master: Master): Promise<readonly Job[]> {
  const scene = await Scene.open(master);
  const jobs: Job[] = [];
  for (let i = 0; i < 40; i++) {
    const status = STORED_STATUSES[i % STORED_STATUSES.length]!;
    const job = await scene.inStatus(status === "Failed" ? "Processing" : status, {
      id: jobId(i + 1),
      definitionId: i % 9 < 4 ? "mail.send" : "report.build",
      lane: i % 5 < 2 ? "slow" : "",
      priority: PRIORITIES[i % PRIORITIES.length]!,
      scheduleId: i % 3 === 0 ? "nightly" : i % 3 === 1 ? "weekly" : null,
      uniqueKey: i % 7 === 6 ? null : `k-${i}`,
      scheduledAtMs: AT_MS + i % 6,
      createdAtMs: AT_MS - i % 5,
      metadata: i % 6 === 5 ? {} : { tenant: i % 2 === 0 ? "acme" : "Acme", size: i % 4 },
    });
    jobs.push(status === "Failed" ? await fail(scene, job, i) : job);
  }
  return jobs;
}

function fail(scene: Scene, job: Job, i: number): Promise<Job> {
  const error = ERRORS[Math.floor(i / STORED_STATUSES.length) % ERRORS.length]!;
  return scene.settle(job, { outcome: "failed", error, next: { status: "Failed" } });
}
