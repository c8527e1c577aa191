/**
 * Promises of deleting what is old.
 *
 * @module
 */

import { deepStrictEqual as equal } from "node:assert/strict";
import type { Master } from "../../storage/port.ts";
import { aLogEntry, AT_MS, jobId, logId } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { STORED_STATUSES } from "./mark_cases.ts";
import { Scene } from "./scene.ts";

/** Promises of `history.purgeJobs` and `history.purgeLogs`. */
export const retentionCases: readonly MasterCase[] = [
  {
    name: "history.purgeJobs deletes final jobs that finished before the cut, nothing else",
    async run(master) {
      const scene = await Scene.open(master);
      const other = await Scene.open(master, "c-2");
      const foreign = await other.final("Failed");
      for (const [i, status] of STORED_STATUSES.entries()) {
        await scene.inStatus(status, { id: jobId(i + 1) });
      }
      const purge = (finishedBeforeMs: number) =>
        master.history.purgeJobs({ clusterId: "c-1", finishedBeforeMs, limit: 100 });

      equal(await purge(AT_MS + 2_000), 0);
      equal(await purge(AT_MS + 2_001), 3);
      equal(await purge(AT_MS + 2_001), 0);

      equal(await idsOf(master), [1, 2, 3, 4, 5].map(jobId));
      equal(await other.find(foreign.id), foreign);
    },
  },
  {
    name: "history.purgeJobs takes the oldest first, up to its limit, with executions and logs",
    async run(master) {
      const scene = await Scene.open(master);
      for (const [id, finishedAtMs] of [[1, 30], [2, 10], [3, 20], [4, 10]] as const) {
        const job = await scene.processing({ id: jobId(id), uniqueKey: `k-${id}` });
        await scene.settle(job, { finishedAtMs: AT_MS + finishedAtMs });
      }
      const entries = [1, 2, 3, 4].map((id) => aLogEntry({ id: logId(id), subjectId: jobId(id) }));
      const api = aLogEntry({ id: logId(5), subjectType: "Api", subjectId: jobId(2) });
      await master.history.appendLogs({ clusterId: "c-1", entries: [...entries, api] });
      const input = { clusterId: "c-1", finishedBeforeMs: AT_MS + 30, limit: 2 };

      equal(await master.history.purgeJobs(input), 2);
      equal(await idsOf(master), [jobId(1), jobId(3)]);
      equal(await logIdsOf(master), [1, 3, 5].map(logId));
      equal(await scene.executions(jobId(2)), []);
      equal((await scene.executions(jobId(3))).length, 1);
      equal(await master.history.purgeJobs(input), 1);
      equal(await master.history.purgeJobs(input), 0);

      equal((await scene.insert({ id: jobId(9), uniqueKey: "k-2" }))[0]!.created, true);
    },
  },
  {
    name: "history.purgeJobs leaves a job alone that was started again",
    async run(master) {
      const scene = await Scene.open(master);
      const job = await scene.final("Failed");
      await scene.change(job.id, { type: "retry", scheduledAtMs: AT_MS });

      const input = { clusterId: "c-1", finishedBeforeMs: AT_MS + 99_000, limit: 9 };
      equal(await master.history.purgeJobs(input), 0);
      equal((await scene.executions(job.id)).length, 1);
    },
  },
  {
    name:
      "history.purgeLogs deletes entries written before the cut, the oldest first, up to its limit",
    async run(master) {
      await Scene.open(master);
      await Scene.open(master, "c-2");
      const entries = [30, 10, 20, 10].map((ms, i) =>
        aLogEntry({ id: logId(i + 1), writtenAtMs: AT_MS + ms })
      );
      await master.history.appendLogs({ clusterId: "c-1", entries });
      await master.history.appendLogs({ clusterId: "c-2", entries });
      const purge = (ms: number, limit: number) =>
        master.history.purgeLogs({ clusterId: "c-1", writtenBeforeMs: AT_MS + ms, limit });

      equal(await purge(10, 9), 0);
      equal(await purge(30, 1), 1);
      equal(await logIdsOf(master), [1, 3, 4].map(logId));
      equal(await purge(30, 9), 2);
      equal(await purge(31, 9), 1);
      equal(await master.history.countLogs({ clusterId: "c-2", filter: {} }), 4);
    },
  },
];

async function idsOf(master: Master): Promise<readonly string[]> {
  const { items } = await master.queries.list({
    clusterId: "c-1",
    filter: {},
    sort: { by: "createdAt", direction: "asc" },
    cursor: null,
    limit: 100,
  });
  return items.map(({ id }) => id);
}

async function logIdsOf(master: Master): Promise<readonly string[]> {
  const { items } = await master.history.listLogs({
    clusterId: "c-1",
    filter: {},
    oldestFirst: true,
    cursor: null,
    limit: 100,
  });
  return items.map(({ id }) => id).toSorted();
}
