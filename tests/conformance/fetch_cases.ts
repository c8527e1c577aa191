/**
 * Promises of the bucket's owner reading its jobs.
 *
 * @module
 */

import { deepStrictEqual as equal } from "node:assert/strict";
import { AT_MS, jobId } from "../support/factories.ts";
import type { MasterCase } from "./conformance_case.ts";
import { Scene } from "./scene.ts";

/** Promises of `jobs.fetch`. */
export const fetchCases: readonly MasterCase[] = [
  {
    name: "jobs.fetch answers unclaimed jobs by due time, then id, up to its limit",
    async run(master) {
      const scene = await Scene.open(master);
      const late = await scene.assigned({ id: jobId(3), scheduledAtMs: AT_MS });
      const tie = await scene.assigned({ id: jobId(2), scheduledAtMs: AT_MS });
      const early = await scene.inStatus("Onboarded", { id: jobId(9), scheduledAtMs: AT_MS - 5 });
      await scene.assigned({ id: jobId(1), scheduledAtMs: AT_MS + 1 });
      const fetch = (dueBeforeMs: number, limit: number) =>
        master.jobs.fetch({ ...scene.proof(), dueBeforeMs, limit });

      equal(await fetch(AT_MS, 10), [early, tie, late]);
      equal(await fetch(AT_MS, 2), [early, tie]);
      equal(await fetch(AT_MS - 1, 10), [early]);
      equal(await fetch(AT_MS - 6, 10), []);
    },
  },
  {
    name: "jobs.fetch changes nothing and shows no claimed, final, held or foreign job",
    async run(master) {
      const scene = await Scene.open(master);
      const second = await scene.makeBucket({ id: "b-2" });
      const mine = await scene.assigned({ id: jobId(1) });
      await scene.held({ id: jobId(2) });
      await scene.queued({ id: jobId(3) });
      await scene.processing({ id: jobId(4) });
      await scene.final("Failed", { id: jobId(5) });
      await scene.held({
        id: jobId(6),
        placement: { bucketId: second.id, epoch: 1, claim: false },
      });
      const fetch = { ...scene.proof(), dueBeforeMs: AT_MS, limit: 10 };

      equal(await master.jobs.fetch(fetch), [mine]);
      equal(await master.jobs.fetch(fetch), [mine]);
      equal(await scene.find(mine.id), mine);
    },
  },
  {
    name: "jobs.fetch answers not_owner when the epoch is another one or the bucket is unknown",
    async run(master) {
      const scene = await Scene.open(master);
      await scene.assigned();
      const due = { dueBeforeMs: AT_MS, limit: 10 };

      equal(await master.jobs.fetch({ ...scene.proof(), ...due, epoch: 2 }), "not_owner");
      equal(await master.jobs.fetch({ ...scene.proof(), ...due, epoch: 0 }), "not_owner");
      equal(await master.jobs.fetch({ ...scene.proof(), ...due, bucketId: "x" }), "not_owner");
    },
  },
];
