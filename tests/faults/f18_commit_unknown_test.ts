/** Commits whose answer never comes: a call that stores jobs, and a worker that reports how they ended, each find out. */

import { deepStrictEqual as equal } from "node:assert/strict";
import { defineJob } from "../../mod.ts";
import { openTestCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import type { Fault } from "../support/tcp_proxy.ts";
import { masterTest, openWay, PATIENTLY } from "./support/broken_way.ts";

const FAULTS: readonly Fault[] = ["delivered", "lost", "delivered", "lost", "delivered"];

masterTest(
  "F18: a job whose commit was not answered is stored once, and its call succeeds",
  async (kind) => {
    await using way = await openWay(kind);
    const work = defineJob<string>({ id: "work" }, () => {});
    await using cluster = await openTestCluster({ on: way.master, jobs: [work], workers: [] });
    const producer = await cluster.join({ master: way.url, jobs: [work], workers: [] });
    const ids: string[] = [];

    for (const [index, fault] of FAULTS.entries()) {
      const data = `data ${index}`;
      way.proxy.cuts.push({ direction: "up", needle: "COMMIT", after: data, fault });
      ids.push((await producer.schedule.now(work, data)).id);
    }

    await eventually("the cuts", () => way.proxy.cutCount === FAULTS.length, PATIENTLY);
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
      return new Promise<string>((resolve) => gates.set(id, () => resolve(`done by ${id}`)));
    });
    await using cluster = await openTestCluster({ on: way.master, jobs: [work], workers: [] });
    await cluster.join({ master: way.url, jobs: [work] });
    const ids: string[] = [];

    for (const fault of FAULTS) {
      const { id } = await cluster.jm.schedule.now(work);
      ids.push(id);
      await cluster.untilJob(id, "Processing");
      way.proxy.cuts.push({ direction: "up", needle: "COMMIT", after: `done by ${id}`, fault });
      gates.get(id)!();
      await cluster.untilJob(id, "Succeeded");
      await eventually("the cut", () => way.proxy.cuts.length === 0, PATIENTLY);
    }

    equal(starts, ids);
    for (const id of ids) {
      const { attempts, result } = await cluster.jm.jobs.get(id);
      const executions = await cluster.jm.jobs.executions(id);
      equal([attempts, result], [1, `done by ${id}`]);
      equal(executions.map(({ attempt, outcome }) => [attempt, outcome]), [[1, "succeeded"]]);
    }
  },
);
