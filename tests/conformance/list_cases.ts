/**
 * Promises of reading jobs in pages: sorts, ties, page sizes, cursors that stay true.
 *
 * @module
 */

import { deepStrictEqual as equal } from "node:assert/strict";
import type { JobFilter, JobSort } from "../../core/filter.ts";
import { JOB_SORT_FIELDS } from "../../core/filter.ts";
import type { Job } from "../../core/job.ts";
import type { Master } from "../../storage/port.ts";
import { aSettlement, AT_MS, jobId } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { Scene } from "./scene.ts";

const SORTS: readonly JobSort[] = JOB_SORT_FIELDS.flatMap((by) => [
  { by, direction: "asc" },
  { by, direction: "desc" },
]);

const FIELDS = {
  createdAt: "createdAtMs",
  scheduledAt: "scheduledAtMs",
  finishedAt: "finishedAtMs",
} as const;

/** Promises of `queries.list`. */
export const listCases: readonly MasterCase[] = [
  ...SORTS.map((sort): MasterCase => ({
    name: `queries.list sorts by ${sort.by} ${sort.direction}, ties by id, in pages of every size`,
    async run(master) {
      const jobs = await storeTies(master);
      const expected = inOrder(jobs, sort);

      for (let limit = 1; limit <= expected.length + 1; limit++) {
        const pages = await allPages(master, { filter: {}, sort, limit });
        equal(pages.flat(), expected);
        equal(pages.slice(0, -1).every((page) => page.length === limit), true);
        equal(pages.length, Math.max(1, Math.ceil(expected.length / limit)));
      }
    },
  })),
  {
    name: "queries.list pages through what a filter leaves",
    async run(master) {
      const jobs = await storeTies(master);
      const filter: JobFilter = { priority: "High", statuses: ["Succeeded", "HeldOnMaster"] };
      const matching = jobs.filter((job) =>
        job.priority === "High" && ["Succeeded", "HeldOnMaster"].includes(job.status)
      );

      for (const sort of SORTS) {
        const pages = await allPages(master, { filter, sort, limit: 2 });
        equal(pages.flat(), inOrder(matching, sort));
      }
    },
  },
  ...SORTS.map((sort): MasterCase => ({
    name:
      `queries.list by ${sort.by} ${sort.direction} goes on where it was when jobs come and go between pages`,
    async run(master) {
      const jobs = await storeTies(master);
      const expected = inOrder(jobs, sort);
      const scene = await Scene.open(master);
      const list = (cursor: string | null) =>
        master.queries.list({ clusterId: "c-1", filter: {}, sort, cursor, limit: 4 });

      const first = await list(null);
      const removed = first.items.findLast((job) => job.finishedAtMs !== null);
      if (removed !== undefined) await scene.change(removed.id, { type: "remove" });
      const before = sort.direction === "asc" ? AT_MS - 90_000 : AT_MS + 90_000;
      await scene.insert({ id: jobId(99), createdAtMs: before, scheduledAtMs: before });
      const second = await list(first.nextCursor);

      equal(first.items, expected.slice(0, 4));
      equal(second.items, expected.slice(4, 8));
    },
  })),
  {
    name: "queries.list answers an empty page without a cursor when nothing matches",
    async run(master) {
      await Scene.open(master);
      const none = { items: [], nextCursor: null };

      for (const sort of SORTS) {
        const input = { filter: {}, sort, cursor: null, limit: 5 };
        equal(await master.queries.list({ clusterId: "c-1", ...input }), none);
        equal(await master.queries.list({ clusterId: "unknown", ...input }), none);
      }
      equal(await master.queries.count({ clusterId: "unknown", filter: {} }), 0);
    },
  },
  {
    name: "queries.list and count keep clusters apart",
    async run(master) {
      const scene = await Scene.open(master);
      const other = await Scene.open(master, "c-2");
      const mine = await scene.held();
      await other.held();
      await other.held({ id: jobId(2) });

      equal(await allPages(master, { filter: {}, sort: SORTS[0]!, limit: 9 }), [[mine]]);
      equal(await master.queries.count({ clusterId: "c-1", filter: {} }), 1);
      equal(await master.queries.count({ clusterId: "c-2", filter: {} }), 2);
    },
  },
];

/** Twelve jobs whose instants tie in several ways; half of them have finished. */
async function storeTies(master: Master): Promise<readonly Job[]> {
  const scene = await Scene.open(master);
  for (let i = 0; i < 12; i++) {
    const job = await scene.held({
      id: jobId((i * 7) % 12 + 1),
      createdAtMs: AT_MS - i % 3,
      scheduledAtMs: AT_MS + i % 4,
      priority: i % 4 < 2 ? "High" : "Low",
      placement: scene.placement(true),
    });
    if (i % 2 === 0) await scene.settle(job, { finishedAtMs: AT_MS + 10 + i % 3 });
    else if (i % 3 === 0) await releaseClaimed(master, scene, job);
  }
  const stored = Array.from({ length: 12 }, (_, i) => scene.find(jobId(i + 1)));
  return await Promise.all(stored);
}

async function releaseClaimed(master: Master, scene: Scene, job: Job): Promise<void> {
  const next = { status: "HeldOnMaster", scheduledAtMs: job.scheduledAtMs } as const;
  const settlement = aSettlement(job, { outcome: "interrupted", next });
  await master.jobs.settle({ clusterId: scene.clusterId, settlements: [settlement] });
}

function inOrder(jobs: readonly Job[], { by, direction }: JobSort): readonly Job[] {
  const field = FIELDS[by];
  const ascending = jobs
    .filter((job) => job[field] !== null)
    .toSorted((a, b) => a[field]! - b[field]! || (a.id < b.id ? -1 : 1));
  return direction === "asc" ? ascending : ascending.reverse();
}

async function allPages(
  master: Master,
  request: { readonly filter: JobFilter; readonly sort: JobSort; readonly limit: number },
): Promise<readonly (readonly Job[])[]> {
  const pages: (readonly Job[])[] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Master["queries"]["list"]>> = await master.queries.list({
      clusterId: "c-1",
      ...request,
      cursor,
    });
    pages.push(page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return pages;
}
