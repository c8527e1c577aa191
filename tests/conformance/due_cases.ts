/**
 * Promises of finding due jobs.
 *
 * @module
 */

import { deepStrictEqual as equal } from "node:assert/strict";
import type { Job } from "../../core/job.ts";
import type { DueJob } from "../../storage/port.ts";
import { AT_MS, jobId } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { Scene } from "./scene.ts";

/** Promises of `jobs.listDue`. */
export const dueCases: readonly MasterCase[] = [
  {
    name: "jobs.listDue answers held jobs by due time, then id, up to the route's limit",
    async run(master) {
      const scene = await Scene.open(master);
      const jobs = await scene.insert(
        { id: jobId(5), scheduledAtMs: AT_MS },
        { id: jobId(2), scheduledAtMs: AT_MS },
        { id: jobId(9), scheduledAtMs: AT_MS - 10 },
        { id: jobId(1), scheduledAtMs: AT_MS + 1 },
      );
      const [five, two, nine] = jobs.map(({ job }) => dueOf(job));
      const listDue = (limit: number) =>
        master.jobs.listDue({
          clusterId: "c-1",
          dueBeforeMs: AT_MS,
          routes: [{ priority: "Medium", lane: "", limit }],
        });

      equal(await listDue(10), [nine, two, five]);
      equal(await listDue(2), [nine, two]);
      equal(await listDue(0), []);
    },
  },
  {
    name: "jobs.listDue keeps routes apart by priority and lane, in the order of the call",
    async run(master) {
      const scene = await Scene.open(master);
      const jobs = await scene.insert(
        { id: jobId(1), priority: "Medium", lane: "" },
        { id: jobId(2), priority: "Medium", lane: "slow" },
        { id: jobId(3), priority: "High", lane: "" },
        { id: jobId(4), priority: "High", lane: "slow" },
        { id: jobId(5), priority: "High", lane: "slow" },
      );
      const due = jobs.map(({ job }) => dueOf(job));

      const listed = await master.jobs.listDue({
        clusterId: "c-1",
        dueBeforeMs: AT_MS,
        routes: [
          { priority: "High", lane: "slow", limit: 1 },
          { priority: "Low", lane: "", limit: 5 },
          { priority: "Medium", lane: "", limit: 5 },
        ],
      });

      equal(listed, [due[3], due[0]]);
      const none = { clusterId: "c-1", dueBeforeMs: AT_MS, routes: [] };
      equal(await master.jobs.listDue(none), []);
    },
  },
  {
    name: "jobs.listDue shows nothing but held jobs of its own cluster",
    async run(master) {
      const scene = await Scene.open(master);
      const other = await Scene.open(master, "c-2");
      await other.held({ id: jobId(90) });
      const held = await scene.held({ id: jobId(1) });
      await scene.inStatus("AssignedToBucket", { id: jobId(2) });
      await scene.inStatus("Onboarded", { id: jobId(3) });
      await scene.inStatus("Queued", { id: jobId(4) });
      await scene.inStatus("Processing", { id: jobId(5) });
      await scene.inStatus("Succeeded", { id: jobId(6) });
      await scene.inStatus("Cancelled", { id: jobId(7) });

      const routes = [{ priority: "Medium", lane: "", limit: 9 }] as const;
      const listed = await master.jobs.listDue({ clusterId: "c-1", dueBeforeMs: AT_MS, routes });

      equal(listed, [dueOf(held)]);
    },
  },
];

function dueOf({ id, priority, lane, scheduledAtMs, revision }: Job): DueJob {
  return { id, priority, lane, scheduledAtMs, revision };
}
