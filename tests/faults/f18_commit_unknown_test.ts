/** Commits whose answer never comes: a call that stores jobs, and a worker that reports how they ended, each find out. */

import { deepStrictEqual as equal } from "node:assert/strict";
import { defineJob } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import type { Fault } from "../support/tcp_proxy.ts";
import { masterTest, openWay, PATIENTLY } from "./support/broken_way.ts";

const FAULTS: readonly Fault[] = ["delivered", "lost", "delivered", "lost", "delivered"];

/** Cuts on the way of one call. */
const CUTS = 5;

masterTest(
  "F18: a job whose commit was not answered is stored once, and its call succeeds",
  async (kind) => {
    await using way = await openWay(kind);
    const work = defineJob<string>({ id: "work" }, () => {});
    await using cluster = await openTestCluster({ on: way.master, jobs: [work], workers: [] });
    const producer = await cluster.join({ master: way.url, jobs: [work], workers: [] });
    const ids: string[] = [];

    for (const fault of FAULTS) {
      // Reads end with COMMIT too: enough of them that one is the job's.
      way.proxy.cuts.push(...Array(CUTS).fill({ direction: "up", needle: "COMMIT", fault }));
      ids.push((await producer.schedule.now(work, `data ${ids.length}`)).id);
    }

    await eventually("the cuts", () => way.proxy.cutCount === CUTS * FAULTS.length, PATIENTLY);
    const rows = await cluster.sql("SELECT id FROM jm_jobs ORDER BY id") as {
      readonly id: string;
    }[];
    equal(rows.map(({ id }) => id), ids.toSorted());
  },
);

masterTest(
  "F19: an ending whose commit was not answered counts once, and its job does not run again",
  async (kind) => {
    await using way = await openWay(kind);
    const gates = new Map<string, () => void>();
    const starts: string[] = [];
    const work = defineJob({ id: "work" }, ({ id }) => {
      starts.push(id);
      return new Promise<string>((resolve) => gates.set(id, () => resolve("done")));
    });
    await using cluster = await openTestCluster({ on: way.master, jobs: [work], workers: [] });
    await cluster.join({ master: way.url, jobs: [work] });
    const ids: string[] = [];

    for (const fault of FAULTS) {
      const { id } = await cluster.jm.schedule.now(work);
      ids.push(id);
      await cluster.untilJob(id, "Processing");
      way.proxy.cuts.push(...Array(CUTS).fill({ direction: "up", needle: "COMMIT", fault }));
      gates.get(id)!();
      await cluster.untilJob(id, "Succeeded");
      way.proxy.cuts.length = 0; // what the ending did not take
    }

    equal(starts, ids);
    for (const id of ids) {
      const { attempts, result } = await cluster.jm.jobs.get(id);
      const executions = await cluster.jm.jobs.executions(id);
      equal([attempts, result], [1, "done"]);
      equal(executions.map(({ attempt, outcome }) => [attempt, outcome]), [[1, "succeeded"]]);
    }
  },
);
