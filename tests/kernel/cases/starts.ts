/**
 * Cases about starts, and what can be seen of actors that have started.
 *
 * @module
 */

import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { PATIENTLY } from "../../support/kernel_kit.ts";
import { oneForOne } from "../fixtures/parent.ts";
import { type ProbeMessage, smallProbe } from "../fixtures/probe.ts";
import type { KernelCase } from "./bench.ts";

/** See the module comment. */
export const startCases: readonly KernelCase[] = [
  {
    name: "stopChild of the same key frees it for another child",
    async run({ kit, probe }) {
      const ref = await probe();
      await rejects(probe(), { code: "invariant_violated" });

      await kit.system.stopChild("probe");
      await kit.system.stopChild("probe");
      ref.tell({ type: "note", text: "nobody is there" });
      deepStrictEqual(kit.events.all.map((event) => "reason" in event && event.reason), [
        "no_such_actor",
      ]);
      await probe();

      deepStrictEqual(await ref.ask({ type: "notes" }, PATIENTLY), []);
    },
  },
  {
    name: "spawn rejects with what start threw",
    async run({ kit, probe }) {
      await rejects(probe({ failStart: "always" }), {
        code: "master_unavailable",
        message: "Cannot start the probe: told so",
      });

      deepStrictEqual(kit.events.all, []);
      strictEqual((await kit.system.metrics()).length, 1);
      strictEqual(kit.system.ref<ProbeMessage>("test/probe").tell({ type: "cancel" }), "stopped");
      await probe();
    },
  },
  {
    name: "spawn rejects with actor_stopped when the actor is killed while it starts",
    async run({ kit, probe }) {
      const spawned = rejects(probe({ failStart: "at_gate" }), { code: "actor_stopped" });
      await kit.arrivals.count(1);

      await kit.system.stopChild("probe", "kill");

      await spawned;
    },
  },
  {
    name: "stop waits for the start when the actor is starting",
    async run({ kit, probe }) {
      const spawned = probe({ failStart: "at_gate" });
      await kit.arrivals.count(1);

      const stopped = kit.system.stopChild("probe", "stop");
      kit.open();
      await Promise.all([spawned, stopped]);

      deepStrictEqual(kit.notes.all.slice(0, 2), ["start probe", "stop probe"]);
    },
  },
  {
    name: "metrics count messages, restarts and depth",
    async run({ kit, probe }) {
      const ref = await probe({ actor: smallProbe });
      await ref.ask({ type: "echo", value: 1 }, PATIENTLY);
      ref.tell({ type: "hold", name: "gate" });
      ref.tell({ type: "note", text: "waits" });
      await kit.arrivals.count(1);

      const metrics = await kit.system.metrics();

      const own = metrics.find(({ address }) => address === ref.address);
      deepStrictEqual({ ...own, waitMs: 0, maxWaitMs: 0 }, {
        address: "test/probe",
        name: "small_probe",
        status: "running",
        depth: 2,
        capacity: 4,
        handled: 1,
        waitMs: 0,
        maxWaitMs: 0,
        restarts: 0,
      });
    },
  },
  {
    name: "metrics include the children of hosted actors",
    async run({ kit, parent }) {
      await parent(oneForOne, ["a", "b"]);

      const metrics = await kit.system.metrics();

      deepStrictEqual(metrics.map(({ address }) => address), [
        "test/witness",
        "test/parent",
        "test/parent/a",
        "test/parent/b",
      ]);
    },
  },
];
